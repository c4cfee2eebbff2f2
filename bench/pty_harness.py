"""A program on a real pseudo-terminal, timed from outside as its user would see it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

QUIET = 0.03
QUESTIONS = (
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
    (re.compile(rb"\x1b\[0?c"), b"\x1b[?64;1;22c"),
    (re.compile(rb"\x1b\[>0?c"), b"\x1b[>41;370;0c"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
)
"""What programs ask a terminal (synchronized output, its kind, where the cursor is), and what xterm says."""

NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=][\d;]*[a-zA-Z]|\x1b\[\?[\d;]*\$p|\x1b[P_^].*?\x1b\\", re.DOTALL)


class Terminal:
    """Starts `command` (a path first); `size` is (columns, rows). Times are seconds of time.perf_counter.

    Nothing is interpreted while it is timed: each chunk is stamped as it is read.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], size: tuple[int, int]) -> None:
        self.size = size
        self.output = b""
        columns, rows = size
        full = {**env, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.started = time.perf_counter()
        self._pid, self._end = pty.fork()
        if not self._pid:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execve(command[0], command, full)
            finally:
                os._exit(127)

    def wait_for(self, text: bytes, timeout: float = 60.0, since: int = 0) -> float:
        """Seconds from the start until `text` was written. Raises TimeoutError with the screen."""
        return self.wait_until(re.compile(re.escape(text)), timeout, since)

    def wait_until(self, pattern: re.Pattern[bytes], timeout: float = 60.0, since: int = 0) -> float:
        """The same for a pattern; what was written before byte `since` does not count."""
        until = time.perf_counter() + timeout
        while not pattern.search(self.output, since):
            left = until - time.perf_counter()
            if left <= 0 or not self._read(left):
                raise TimeoutError(f"{pattern.pattern!r} never came; the screen:\n{self.screen()}")
        return self._stamp - self.started

    def send(self, keys: bytes) -> None:
        """Press keys, and wait for nothing."""
        os.write(self._end, keys)

    def memory(self) -> float:
        """Resident megabytes of the program and its children."""
        pids, found = [self._pid], 0.0
        while pids:
            pid = pids.pop()
            with suppress(OSError):
                status = Path(f"/proc/{pid}/status").read_text()
                found += int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024 if "VmRSS" in status else 0
                pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return found

    def press(self, key: bytes, timeout: float = 1.5) -> float:
        """Seconds from the key until the last byte of what it changed, before a while of silence."""
        pressed = time.perf_counter()
        os.write(self._end, key)
        if not self._read(timeout):
            raise TimeoutError(f"nothing came of {key!r}; the screen:\n{self.screen()}")
        while self._read(QUIET):
            pass
        return self._stamp - pressed

    def type(self, key: bytes, seconds: float) -> None:
        """Press a key, and read what comes for so long."""
        until = time.perf_counter() + seconds
        os.write(self._end, key)
        while (left := until - time.perf_counter()) > 0:
            self._read(left)

    def settle(self, seconds: float) -> None:
        """Read until nothing came for so long."""
        while self._read(seconds):
            pass

    def screen(self) -> str:
        """What stands on the screen."""
        import pyte

        screen = pyte.Screen(*self.size)
        pyte.ByteStream(screen).feed(NOT_FOR_PYTE.sub(b"", self.output))
        return "\n".join(line.rstrip() for line in screen.display)

    def close(self, quit_key: bytes = b"q", patience: float = 5.0) -> None:
        """Press the key to quit; kill the program when it stays."""
        os.write(self._end, quit_key)
        until = time.perf_counter() + patience
        while time.perf_counter() < until and self._read(0.1) is not None:
            pass
        if os.waitpid(self._pid, os.WNOHANG) == (0, 0):
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._end)

    def _read(self, timeout: float) -> bytes | None:
        """The next chunk, stamped; empty when none came in time, None at the end."""
        if not select.select([self._end], [], [], timeout)[0]:
            return b""
        try:
            chunk = os.read(self._end, 65536)
        except OSError:
            return None
        self._stamp = time.perf_counter()
        self.output += chunk
        for question, answer in QUESTIONS:
            if question.search(chunk):
                os.write(self._end, answer)
        return chunk or None
