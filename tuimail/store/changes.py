"""changes.db: what is to be done on the servers yet. Precious; synchronous=FULL.

A row is one change as sealed JSON; `n` keeps the order in which they were made.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from tuimail.mail.folder.change import Change
from tuimail.store import report
from tuimail.store.database import Database, in_words, transaction
from tuimail.store.records import RecordGuard, Rows
from tuimail.store.seal import is_broken, sealed

SCHEMA_1 = """
CREATE TABLE changes (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE damaged (kind TEXT NOT NULL, id TEXT NOT NULL, row ANY NOT NULL) STRICT"""
MIGRATIONS = (SCHEMA_1,)

UNREADABLE = "Something done to a message can't be read any more; its server was not told. Look at it again."
SAVED = "{} of the deeds on messages that wait for a server were saved; look at the others again."


class ChangeFile:
    """`ports.ChangeStore` on SQLite."""

    def __init__(self, path: Path) -> None:
        self._database = Database(
            path, MIGRATIONS, rescue=RecordGuard(path, MIGRATIONS, _legible, _fill, SAVED)
        )

    async def add(self, changes: Sequence[Change]) -> None:
        rows = [(change.id, _body(change)) for change in changes]

        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                connection.executemany("INSERT INTO changes (id, body) VALUES (?, ?)", rows)

        await self._database.run(job)

    async def all(self) -> tuple[Change, ...]:
        return await self._database.run(_all)

    async def put(self, changes: Sequence[Change], done: Sequence[str] = ()) -> None:
        rows = [(_body(change), change.id) for change in changes]

        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                connection.executemany("UPDATE changes SET body = ? WHERE id = ?", rows)
                connection.executemany("DELETE FROM changes WHERE id = ?", [(each,) for each in done])

        await self._database.run(job)

    async def drop(self, ids: Sequence[str]) -> None:
        await self.put((), ids)

    async def writings(self) -> int:
        return await self._database.writings()

    async def damage_report(self) -> str:
        return await self._database.run(report.take)

    async def close(self) -> None:
        await self._database.close()


def waiting(path: Path) -> tuple[int, str]:
    """How many changes the file at `path` has, and what is wrong with it; a look that changes nothing.

    Not for a process that has the file open: closing this connection would drop that one's locks.
    """
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
        ) as connection:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            (count,) = connection.execute("SELECT count(*) FROM changes").fetchone()
    except sqlite3.Error as error:
        return 0, in_words(error, path)
    return count, "" if said == "ok" else f"{path.name}: {said}; start tuimail, which sets it aside"


def _body(change: Change) -> str:
    return sealed(msgspec.json.encode(change).decode())


def _all(connection: sqlite3.Connection) -> tuple[Change, ...]:
    """Those that can be read; the others are set aside, and do not hold them up."""
    changes, broken = [], []
    for change_id, body in connection.execute("SELECT id, body FROM changes ORDER BY n").fetchall():
        change = read(body)
        if change is None:
            broken.append(change_id)
        else:
            changes.append(change)
    if broken:
        _quarantine(connection, broken)
    return tuple(changes)


def read(body: Any) -> Change | None:
    """The change of a row; None when it is not as it was written."""
    if not isinstance(body, str) or is_broken(body):
        return None
    try:
        return msgspec.json.decode(body.encode(errors="surrogateescape"), type=Change)
    except (msgspec.DecodeError, UnicodeError):
        return None


def _quarantine(connection: sqlite3.Connection, ids: list[str]) -> None:
    with transaction(connection):
        for each in ids:
            connection.execute(
                "INSERT INTO damaged SELECT 'change', id, body FROM changes WHERE id = ?", (each,)
            )
            connection.execute("DELETE FROM changes WHERE id = ?", (each,))
        report.add(connection, UNREADABLE)


def _fill(connection: sqlite3.Connection, rows: Rows) -> None:
    connection.executemany("INSERT OR IGNORE INTO changes (id, body) VALUES (?, ?)", rows)


def _legible(path: Path) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        for change_id, body in connection.execute("SELECT id, body FROM changes ORDER BY n"):
            if read(body) is not None:
                rows.append((change_id, body))
    return rows
