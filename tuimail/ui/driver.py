"""A driver that outlives its terminal: what can no longer be shown is let go.

Textual writes on a thread of its own, through a queue of 30. When the terminal is closed that thread ends
with an error, the queue fills up, and whoever paints next waits for ever, with the sender lock in hand.
"""

from contextlib import suppress
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver


class Forgiving:
    """A text file that takes whatever is written to it, also when there is nothing behind it any more."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class LastingDriver(LinuxDriver):
    """Textual's driver for POSIX terminals, writing to a file that never fails."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._file: Any = Forgiving(self._file)
