"""A damaged outbox.db is set aside, never deleted, and what can be read of it goes into a new one.

The new file is built under another name and synced; from its renaming to `outbox.salvaged.db` on whoever
comes next finishes the exchange. Only for a process that holds the exclusive lock of `guard`.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tuimail.store import report
from tuimail.store.database import migrate, transaction
from tuimail.store.haul import Haul
from tuimail.store.pages import Pages
from tuimail.store.schema import MIGRATIONS

PARTS = ("-wal", "-shm", "")


def rescue(path: Path) -> None:
    """Set the damaged outbox aside and put a new one in its place. Raises OSError, sqlite3.Error."""
    rows = Pages(_bytes(path), _bytes(_beside(path, "-wal"))).rows()

    def fill(connection: sqlite3.Connection, wall: float) -> str:
        saved = Haul(rows, wall).store(connection)
        connection.execute("UPDATE facts SET value = 'salvaged' WHERE name = 'mark'")
        return saved

    renew(path, MIGRATIONS, fill)


def renew(path: Path, migrations: tuple[str, ...], fill: Callable[[sqlite3.Connection, float], str]) -> None:
    """Put a new file in the place of the damaged one, which is set aside.

    `fill` is told the wall time, writes what can be saved and says what that was.
    Raises OSError, sqlite3.Error.
    """
    building, ready = path.with_name(f"{path.stem}.salvaging.db"), _ready(path)
    _drop(building)
    os.close(os.open(building, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(building, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        migrate(connection, migrations)
        wall, stamp = connection.execute(
            "SELECT (julianday('now') - 2440587.5) * 86400, strftime('%Y%m%dT%H%M%SZ', 'now')"
        ).fetchone()
        aside = _free(path, stamp)
        with transaction(connection):
            saved = fill(connection, wall)
            connection.execute("INSERT INTO facts VALUES ('aside', ?)", (aside.name,))
            report.put(connection, f"{path.name} was damaged. {saved} The damaged file is kept as {aside}.")
    _sync(building)
    building.rename(ready)
    _sync(path.parent)
    finish(path)


def finish(path: Path) -> None:
    """The exchange itself, from wherever it was left."""
    ready = _ready(path)
    with closing(sqlite3.connect(ready)) as connection:
        (name,) = connection.execute("SELECT value FROM facts WHERE name = 'aside'").fetchone()
    for part in PARTS:
        aside = _beside(path.with_name(name), part)
        if _beside(path, part).exists() and not aside.exists():
            _beside(path, part).rename(aside)
    ready.rename(path)
    _sync(path.parent)


def _ready(path: Path) -> Path:
    return path.with_name(f"{path.stem}.salvaged.db")


def _free(path: Path, stamp: str) -> Path:
    """A name that nothing has yet."""
    names = (f"{path.stem}.damaged-{stamp}{n}.db" for n in ("", *(f"-{n}" for n in range(2, 1_000))))
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


def _beside(path: Path, part: str) -> Path:
    return path.with_name(path.name + part)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _drop(path: Path) -> None:
    for part in ("-journal", *PARTS):
        _beside(path, part).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
