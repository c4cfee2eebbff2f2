"""A driver that outlives its terminal, and tells the program to end when there is none any more.

Textual writes on a thread of its own, through a queue of 30. When the terminal is closed that thread ends
with an error, the queue fills up, and whoever paints next waits for ever, with the sender lock in hand.
"""

import os
import signal
from collections.abc import Callable
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver


class Forgiving:
    """A text file that takes whatever is written to it; `gone` is called once nothing is behind it."""

    def __init__(self, file: IO[str], gone: Callable[[], None]) -> None:
        self._file = file
        self._gone = gone
        self._lost = False

    def write(self, text: str) -> int:
        self._try(lambda: self._file.write(text))
        return len(text)

    def flush(self) -> None:
        self._try(self._file.flush)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def _try(self, what: Callable[[], object]) -> None:
        if self._lost:
            return
        try:
            what()
        except (OSError, ValueError):
            self._lost = True
            self._gone()


class LastingDriver(LinuxDriver):
    """Textual's driver for POSIX terminals; losing the terminal is being hung up on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._file: Any = Forgiving(self._file, lambda: os.kill(os.getpid(), signal.SIGHUP))
