"""The configuration as a process sees it that runs for weeks: read again when the file was changed."""

import time
from collections.abc import Callable
from pathlib import Path

from tuimail import config
from tuimail.config import Config
from tuimail.mail.errors import ConfigError

LOOK_EVERY = 1.0
"""Seconds between two looks at the file, which must be the same at both: an editor may still be writing."""

Stamp = tuple[int, int, int] | None


class ConfigFile:
    """Tells a changed configuration once, and what is wrong with a broken one once."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._next_look = float("-inf")
        self._seen: Stamp | str = ""
        self._read: Stamp | str = ""
        self._config: Config | None = None

    def read(self) -> Config:
        """The configuration as it is now. Raises ConfigError."""
        self._seen = self._read = _stamp(self._path)
        self._config = config.load(self._path)
        return self._config

    def changed(self, trouble: Callable[[str], None]) -> Config | None:
        """The new configuration, when there is one that was not told yet."""
        if self._clock() < self._next_look or not self._is_new():
            return None
        before = self._config
        try:
            return self.read() if before is None or self.read() != before else None
        except ConfigError as error:
            waits = (
                "the agent waits for it" if before is None else "the agent goes on with what it read before"
            )
            trouble(f"{error}; {waits}")
            return None

    def _is_new(self) -> bool:
        """Whether the file is another than the one last read, and has been left alone since the last look."""
        self._next_look = self._clock() + LOOK_EVERY
        before, self._seen = self._seen, _stamp(self._path)
        return self._seen != self._read and (self._config is None or self._seen == before)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
