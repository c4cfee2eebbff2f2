"""Keeps outbox.db from being replaced while any process is at work on it, and has it replaced when damaged.

Every piece of work holds a shared flock on a file of its own, whoever replaces the outbox an exclusive one.
The kernel frees both however a process ends.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuimail.mail.errors import OutboxError
from tuimail.store.database import Stranger, is_of_surroundings

PATIENCE = 30.0
PAUSE = 0.02
SURE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class Guard:
    """`database.Rescue` for the outbox at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ready = path.with_name(f"{path.stem}.salvaged.db")
        self._lock = path.with_name(f"{path.stem}.lock")
        self._descriptor: int | None = None

    @contextmanager
    def using(self) -> Iterator[None]:
        """Nobody replaces the file inside. Raises OutboxError."""
        with self._locked(fcntl.LOCK_SH):
            if not self._ready.exists() and not self._is_hollow():
                yield
                return
        self.replace(self.inode())
        with self.using():
            yield

    def is_damage(self, error: Exception, connection: sqlite3.Connection | None) -> bool:
        """Whether the file itself is to blame; when in doubt it is looked through."""
        name = getattr(error, "sqlite_errorname", "")
        if isinstance(error, UnicodeDecodeError):
            return True
        if isinstance(error, Stranger | sqlite3.DataError) or is_of_surroundings(error):
            return False
        if name.startswith(SURE) or connection is None:
            return bool(name)
        from tuimail.store.inspect import fault

        return bool(fault(connection))

    def replace(self, inode: int) -> None:
        """Put what can be salvaged in the place of the damaged file, unless another process did it already.

        `inode` is the damaged file's. Raises OutboxError.
        """
        from tuimail.store import salvage

        with self._locked(fcntl.LOCK_EX):
            if self._ready.exists():
                salvage.finish(self._path)
            elif self.inode() == inode:
                self.rescue(self._path)

    def rescue(self, path: Path) -> None:
        """Put what can be salvaged in the place of the damaged file at `path`."""
        from tuimail.store import salvage

        salvage.rescue(path)

    def inode(self) -> int:
        """Of the file that has the name now; 0 when there is none."""
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:
            return 0

    def _is_hollow(self) -> bool:
        """A log without its database: SQLite would take that for a new file, and delete the log."""
        try:
            return not _size(self._path) and _size(self._path.with_name(f"{self._path.name}-wal")) > 0
        except OSError:
            return False

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        descriptor = self._opened()
        if descriptor is None:
            yield
            return
        self._wait_for(descriptor, kind)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _wait_for(self, descriptor: int, kind: int) -> None:
        for tries_left in reversed(range(int(PATIENCE / PAUSE))):
            try:
                fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if not tries_left:
                    words = f"{self._path.name}: another process is at work on it; try again."
                    raise OutboxError(f"{words} Nothing was changed, what you wrote is kept.") from None
                time.sleep(PAUSE)
            else:
                return

    def _opened(self) -> int | None:
        """None where no file can be made: then nobody can replace the outbox either."""
        if self._descriptor is None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError:
                return None
        return self._descriptor


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
