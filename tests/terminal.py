"""A program on a pseudo-terminal, for tests of the real client."""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
import time

LEAVES_THE_SCREEN = b"\x1b[?1049l"


class Terminal:
    """A program on a pseudo-terminal of 80×24 whose screen is read all the time."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.modes_before = self.modes()
        self.shown = b""
        self.process = subprocess.Popen(
            command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=env | {"TERM": "xterm-256color"},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def modes(self) -> list[object]:
        return termios.tcgetattr(self._slave)

    def type(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def hang_up(self) -> None:
        """The terminal goes away, as a closed window does; nobody is told."""
        os.close(self._slave)
        os.close(self._master)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(5)
        for descriptor in (self._slave, self._master):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._reader.join(5)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 65536):
                self.shown += data


def until(reached, within: float = 15) -> float:
    """Wait for it; the seconds it took."""
    began = time.monotonic()
    while not reached():
        assert time.monotonic() - began < within
        time.sleep(0.01)
    return time.monotonic() - began
