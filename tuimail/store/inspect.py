"""A look at the outbox file that changes nothing."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from tuimail.store.database import in_words, is_of_surroundings, migrate, version
from tuimail.store.schema import MIGRATIONS

SMALL = 16_000_000
"""Bytes of a file that is looked through whole; of a larger one only what is not the contents of mail."""

LIGHT = ("items", "drafts", "trail", "stops", "facts", "counters")


def damage(path: Path) -> str:
    """What is wrong with the file, in one line; empty when nothing is, or there is no file yet.

    Not for a process that has the file open: closing this connection would drop that one's locks.
    """
    if not path.exists():
        return ""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
        ) as connection:
            found = version(connection, len(MIGRATIONS))
            said = fault(connection) if found == len(MIGRATIONS) else _integrity(connection, ("",))
    except sqlite3.Error as error:
        return in_words(error, path)
    return f"{path.name}: {said}; start tuimail, which sets it aside and saves what it can" if said else ""


def fault(connection: sqlite3.Connection) -> str:
    """What is wrong with an open outbox, in a few words; empty when nothing is.

    Raises sqlite3.Error when the disk or another program keeps it from being seen.
    """
    try:
        (size,) = connection.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        wrong = _integrity(connection, ("",) if size[0] <= SMALL else LIGHT)
        if wrong or not _schema(connection) >= _wanted():
            return wrong or "its tables are not those of an outbox"
        counted = connection.execute("SELECT 1 FROM counters WHERE name = 'seq'").fetchone()
    except sqlite3.Error as error:
        if is_of_surroundings(error):
            raise
        return str(error)
    return "" if counted else "its count of changes is gone"


def _integrity(connection: sqlite3.Connection, tables: Iterable[str]) -> str:
    for table in tables:
        query = f"PRAGMA integrity_check({table or 1})"
        said = str(connection.execute(query).fetchone()[0])
        if said != "ok":
            return said.replace("\n", " ")
    return ""


def _schema(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """The names of indexes, and those of columns with their tables."""
    columns = "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
    return set(
        connection.execute(f"SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' UNION {columns}")  # noqa: S608
    )


def _wanted() -> set[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        migrate(model, MIGRATIONS)
        return _schema(model)
