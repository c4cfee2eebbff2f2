"""A look at the outbox file that changes nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tuimail.store.database import in_words, version
from tuimail.store.schema import MIGRATIONS


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
            version(connection, len(MIGRATIONS))
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return in_words(error, path)
    return "" if said == "ok" else f"{path.name}: {said}; move it aside and start again"
