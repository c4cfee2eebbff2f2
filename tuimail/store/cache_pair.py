"""Two connections to cache.db, each on its thread: what is read does not wait for what is written."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tuimail.mail.errors import OutboxError
from tuimail.store.cache_schema import MIGRATIONS
from tuimail.store.database import Database, is_unreadable, reading, transaction

T = TypeVar("T")

WRITER_KB, READER_KB, LOG_PAGES = 16_384, 4_096, 4_000
"""What each connection keeps of the file in memory, and after how many new pages the log is filed."""


class Pair:
    """One that writes and one that reads; a read sees every write that was awaited before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = Database(path, MIGRATIONS, disposable=True, tune=_writing)
        self._reader: Database | None = None
        self._openings = 0

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job` in one transaction."""

        def whole(connection: sqlite3.Connection) -> T:
            with transaction(connection):
                return job(connection)

        return await self._writer.run(whole)

    async def read(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job` on one state of the file.

        What the reader can't read the writer tries, which begins anew when the file is damaged.
        """

        def whole(connection: sqlite3.Connection) -> T:
            with reading(connection):
                return job(connection)

        try:
            return await (await self._current()).run(whole)
        except OutboxError as error:
            cause = error.__cause__
            if not (isinstance(cause, sqlite3.DatabaseError) and is_unreadable(cause)):
                raise
        return await self._writer.run(whole)

    async def close(self) -> None:
        if self._reader is not None:
            await self._reader.close()
        await self._writer.close()

    async def _current(self) -> Database:
        """The reader of the file as it is: opened after the writer, and again when that began anew."""
        if not self._writer.openings:
            await self._writer.run(lambda _: None)
        if self._openings != self._writer.openings:
            old, self._reader = self._reader, Database(self._path, MIGRATIONS, tune=_reading)
            self._openings = self._writer.openings
            if old is not None:
                await old.close()
        assert self._reader is not None
        return self._reader


def _writing(connection: sqlite3.Connection) -> None:
    _reading(connection)
    connection.execute(f"PRAGMA cache_size = -{WRITER_KB}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")


def _reading(connection: sqlite3.Connection) -> None:
    connection.text_factory = str
    connection.execute(f"PRAGMA cache_size = -{READER_KB}")
