"""Whether an open outbox.db is the one this computer has always had: its facts against its mark."""

import sqlite3
from pathlib import Path

from tuimail.store import history, report
from tuimail.store.database import transaction
from tuimail.store.mark import Mark, MarkFile

GONE = "The outbox that was on this computer is gone, or was emptied; a new one was begun."


class Origin:
    """Compares and renews. Without a place for a mark nothing is ever taken for a copy."""

    def __init__(self, path: Path, mark: Path | None) -> None:
        self._path = path
        self._file = MarkFile(mark) if mark else None
        self._ours: bool | None = None
        self._known: tuple[sqlite3.Connection, str, int] | None = None

    def is_copy(self, connection: sqlite3.Connection) -> bool:
        """Whether it is behind its mark, or not the file the mark is of."""
        if self._file is None:
            return False
        # The mark first: others move outbox and mark on meanwhile.
        mark = self._file.read()
        here, made = self._here(connection), _fact(connection, "mark")
        if mark is None:
            return made == "made"
        if mark.identity != here.identity:
            return made in ("made", "before marks")
        return mark.inode != here.inode or mark.seq > here.seq

    def settle(self, connection: sqlite3.Connection) -> None:
        """From now on this file is the one and only.

        The mark is written first: one that is killed in between finds its own mark, and not none.
        """
        if self._file is None:
            return
        here, mark = self._here(connection), self._file.read()
        if mark is not None and mark.identity != here.identity and _fact(connection, "mark") == "none yet":
            with transaction(connection):
                report.add(connection, GONE)
        self._file.write(here, surely=True)
        with transaction(connection):
            connection.execute("INSERT OR REPLACE INTO facts VALUES ('mark', 'made')")
        self._ours = True

    def advance(self, connection: sqlite3.Connection) -> None:
        """Note how far it has come; what was committed is on the disk."""
        if self._file is None:
            return
        if self._ours is None:
            self._ours = _fact(connection, "mark") == "made" and not self.is_copy(connection)
        if self._ours:
            self._file.write(self._here(connection))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _here(self, connection: sqlite3.Connection) -> Mark:
        """Identity and inode stay those of the connection, which is opened anew for another file."""
        if self._known is None or self._known[0] is not connection:
            self._known = connection, _fact(connection, "identity"), self._path.stat().st_ino
        _, identity, inode = self._known
        return Mark(identity, inode, history.reached(connection))


def _fact(connection: sqlite3.Connection, name: str) -> str:
    row = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""
