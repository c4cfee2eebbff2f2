"""Precious files whose rows stand each for itself: what SQLite can still read of a damaged one is kept."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tuimail.store.database import Stranger, is_of_surroundings
from tuimail.store.guard import Guard

Rows = Sequence[tuple[Any, ...]]


class RecordGuard(Guard):
    """Has a damaged file set aside; what can be read goes into a new one, and no more.

    What lies in its pages besides may have been done, or taken back, long ago. `legible` reads the rows that
    are as they were written, `write` puts them into the new file, `saved` says how many there were.
    """

    def __init__(
        self,
        path: Path,
        migrations: tuple[str, ...],
        legible: Callable[[Path], Rows],
        write: Callable[[sqlite3.Connection, Rows], None],
        saved: str,
    ) -> None:
        super().__init__(path)
        self._migrations, self._legible, self._write, self._saved = migrations, legible, write, saved

    def is_damage(self, error: Exception, connection: sqlite3.Connection | None) -> bool:
        ours = Stranger | sqlite3.DataError | sqlite3.IntegrityError | sqlite3.ProgrammingError
        return not isinstance(error, ours) and not is_of_surroundings(error)

    def rescue(self, path: Path) -> None:
        from tuimail.store.salvage import renew

        rows = self._legible(path)

        def fill(connection: sqlite3.Connection, _: float) -> str:
            self._write(connection, rows)
            return self._saved.format(len(rows))

        renew(path, self._migrations, fill)
