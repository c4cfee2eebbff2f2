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

QUIET = 0.03
ANSWER_TO_SYNC = b"\x1b[?2026;2$y"
SYNC_ASKED = re.compile(rb"\x1b\[\?2026\$p")
NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=][\d;]*[a-zA-Z]|\x1b\[\?[\d;]*\$p|\x1b[P_^].*?\x1b\\", re.DOTALL)


class Terminal:
    """Starts `command`; `size` is (columns, rows). Times are seconds of time.perf_counter.

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

    def wait_for(self, text: bytes, timeout: float = 60.0) -> float:
        """Seconds from the start until `text` was written. Raises TimeoutError with the screen."""
        while text not in self.output:
            left = self.started + timeout - time.perf_counter()
            if left <= 0 or not self._read(left):
                raise TimeoutError(f"{text!r} never came; the screen:\n{self.screen()}")
        return self._stamp - self.started

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
        if SYNC_ASKED.search(chunk):
            os.write(self._end, ANSWER_TO_SYNC)
        return chunk or None
