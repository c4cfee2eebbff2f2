"""One SQLite file on one thread.

The thread owns the connection for life: SQLite's POSIX locks vanish when any descriptor of the file is closed
in the process, so nothing else here ever opens it.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from tuimail.mail.errors import OutboxError

T = TypeVar("T")

SAFE = "FULL"
"""`synchronous` of a precious file: what was committed survives a power cut."""

SURROUNDINGS = (
    *("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_PERM"),
    *("SQLITE_PROTOCOL", "SQLITE_INTERRUPT", "SQLITE_AUTH", "SQLITE_IOERR"),
)
"""Errors of the disk or of other programs, which say nothing about what is in the file."""

BUSY_MS = 5_000
PAUSE_MS = 10


class Stranger(sqlite3.DatabaseError):
    """The file is another program's, or a newer version's. It is left alone."""


class Rescue(Protocol):
    """What stands by for a precious file that turns out to be damaged; `guard` has the outbox's."""

    def using(self) -> AbstractContextManager[None]:
        """Nobody replaces the file inside."""
        ...

    def is_damage(self, error: Exception, connection: sqlite3.Connection | None) -> bool:
        """A UnicodeDecodeError comes from SQLite's own words about what it found in the file."""
        ...

    def replace(self, inode: int) -> None: ...

    def inode(self) -> int: ...

    def close(self) -> None: ...


class Database:
    """A SQLite file in WAL mode, safe against a power cut (synchronous=FULL).

    A `disposable` one is quicker and not so safe, and begins anew when its file can't be read; for a precious
    one `rescue` puts what could be saved in its place, and the work is done on that. `tune` is given every
    connection as it is opened.
    `migrations` are scripts, run in order from the file's `user_version`, in one transaction.
    Every failure of the disk or the file comes out as OutboxError, with nothing changed.
    """

    def __init__(
        self,
        path: Path,
        migrations: tuple[str, ...],
        disposable: bool = False,
        rescue: Rescue | None = None,
        tune: Callable[[sqlite3.Connection], None] = lambda _: None,
    ) -> None:
        self._path = path
        self._migrations = migrations
        self._disposable = disposable
        self._rescue = rescue
        self._tune = tune
        self._inode = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=path.stem)
        self._connection: sqlite3.Connection | None = None
        self.openings = 0

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job` on the connection's thread and return what it returns."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, job)

    async def close(self) -> None:
        """Close the connection; the file may be opened again by another `Database`."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._shut)
        self._thread.shutdown(wait=False)
        if self._rescue is not None:
            self._rescue.close()

    async def writings(self) -> int:
        """A number that is another once another process wrote to the file, or the file is another."""
        return await self.run(self._writings)

    def _writings(self, connection: sqlite3.Connection) -> int:
        (number,) = connection.execute("PRAGMA data_version").fetchone()
        return int(number) + (self.openings << 32)

    def _do(self, job: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._guarded(job, self._rescue) if self._rescue else self._work(job)
        except sqlite3.Error as error:
            raise OutboxError(in_words(error, self._path)) from error
        except OSError as error:
            raise OutboxError(
                f"{self._path} can't be opened: {error.strerror}. Nothing was changed."
            ) from error

    def _work(self, job: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return job(self._opened())
        except sqlite3.DatabaseError as error:
            if not (self._disposable and is_unreadable(error)):
                raise
        self._throw_away()
        return job(self._opened())

    def _guarded(self, job: Callable[[sqlite3.Connection], T], rescue: Rescue) -> T:
        with rescue.using():
            if rescue.inode() != self._inode:
                self._shut()
            try:
                return job(self._opened())
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                if not rescue.is_damage(error, self._connection):
                    raise
                inode = rescue.inode()
        rescue.replace(inode)
        self._shut()
        with rescue.using():
            return job(self._opened())

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self._path.exists():
                os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
            self._inode = self._path.stat().st_ino
            self.openings += 1
        return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.text_factory = _text
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        version(connection, len(self._migrations))
        enter_wal(connection)
        connection.execute(f"PRAGMA synchronous = {'NORMAL' if self._disposable else SAFE}")
        connection.execute("PRAGMA foreign_keys = ON")
        self._tune(connection)
        migrate(connection, self._migrations)

    def _throw_away(self) -> None:
        self._shut()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _shut(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def enter_wal(connection: sqlite3.Connection) -> None:
    """WAL from now on. Of those that make a file at once, all but one are refused this without a wait."""
    for tries_left in reversed(range(BUSY_MS // PAUSE_MS)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or not tries_left:
                raise
            time.sleep(PAUSE_MS / 1000)
        else:
            return


def migrate(connection: sqlite3.Connection, migrations: tuple[str, ...]) -> None:
    """Bring the file from its `user_version` to the newest. Raises Stranger, as `version` does."""
    if version(connection, len(migrations)) == len(migrations):
        return
    with transaction(connection):
        for script in migrations[version(connection, len(migrations)) :]:
            for statement in script.split(";\n"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")


def version(connection: sqlite3.Connection, newest: int) -> int:
    """The file's `user_version`. Raises Stranger for one above `newest`, and for another program's."""
    query = "SELECT user_version, EXISTS (SELECT 1 FROM sqlite_schema) FROM pragma_user_version"
    found, filled = connection.execute(query).fetchone()
    if found > newest:
        raise Stranger("it was written by a newer version of tuimail; update tuimail")
    if filled and not found:
        raise Stranger("it belongs to another program; move it aside and start again")
    return int(found)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything inside is on disk at the end, or nothing is.

    IMMEDIATE, so that what is read inside can't change before it is written.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def lax(connection: sqlite3.Connection) -> Iterator[None]:
    """What is written inside may be forgotten in a power cut, in whole, until something else is written."""
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA synchronous = {SAFE}")


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything inside is read from one state of the file."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


def is_unreadable(error: sqlite3.DatabaseError) -> bool:
    """Whether it is the file's contents that are to blame: damaged, foreign, or of a newer version."""
    name = getattr(error, "sqlite_errorname", "")
    return not name or name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT"))


def is_of_surroundings(error: Exception) -> bool:
    """Whether it is the disk or another program that is to blame, and nothing is known of the contents."""
    return getattr(error, "sqlite_errorname", "").startswith(SURROUNDINGS)


def in_words(error: sqlite3.Error, path: Path) -> str:
    """A database error as one line for a person."""
    name = getattr(error, "sqlite_errorname", "")
    reasons = {
        "SQLITE_FULL": "the disk is full; free some space and try again",
        "SQLITE_READONLY": "the disk or the file is read-only; make it writable and try again",
        "SQLITE_BUSY": "another program holds it for too long; try again",
        "SQLITE_NOTADB": "it is damaged; start tuimail, which sets it aside and saves what it can",
        "SQLITE_CORRUPT": "it is damaged; start tuimail, which sets it aside and saves what it can",
        "SQLITE_CANTOPEN": "it can't be opened; look at its permissions, and whether its disk is read-only",
    }
    reason = next((words for key, words in reasons.items() if name.startswith(key)), None)
    if reason is None and name.startswith("SQLITE_IOERR"):
        reason = "the disk reports an error, or is full; look at it and try again"
    return f"{path.name}: {reason or error}. Nothing was changed, what you wrote is kept."


def _text(raw: bytes) -> str:
    """What is no UTF-8 any more is for its reader to judge."""
    return raw.decode("utf-8", "surrogateescape")
