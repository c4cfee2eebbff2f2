"""What is counted of folders and conversations, kept in step with the rows in one transaction."""

import sqlite3
from collections import Counter
from collections.abc import Iterable

from tuimail.store.cache_insert import insert
from tuimail.store.cache_key import BLOCK
from tuimail.store.cache_row import many

_BLOCKS = (
    "INSERT INTO blocks VALUES (?, ?, ?)"
    " ON CONFLICT (list, block) DO UPDATE SET total = total + excluded.total"
)
_OLD = """
SELECT threads.thread, threads.folder, newest, unread FROM json_each(?)
CROSS JOIN threads ON thread = json_extract(value, '$[0]') AND folder = json_extract(value, '$[1]')
"""
_NEW = """
SELECT thread, folder, max(envelopes.id), max(unread) FROM json_each(?)
CROSS JOIN envelopes INDEXED BY envelopes_thread
ON thread = json_extract(value, '$[0]') AND folder = json_extract(value, '$[1]')
GROUP BY 1, 2
"""
_FOLDERS = """
UPDATE folders SET total = total + ?, unread = unread + ?, threads = threads + ?,
  threads_unread = threads_unread + ?, moves = moves + ?, touches = touches + 1
WHERE id = ?
"""


class Tally:
    """Collects what one transaction does to rows, and settles the counts at its end."""

    def __init__(self) -> None:
        self._blocks: Counter[tuple[int, int]] = Counter()
        self._total: Counter[int] = Counter()
        self._unread: Counter[int] = Counter()
        self._threads: set[tuple[int, int]] = set()
        self._moved: set[int] = set()
        self._touched: set[int] = set()

    def came(self, folder: int, id: int, thread: int, unread: int) -> None:
        """A row is in the folder from now on."""
        self._blocks[folder * 2, id >> BLOCK] += 1
        self._total[folder] += 1
        self._unread[folder] += unread
        self._threads.add((thread, folder))
        self._moved.add(folder)

    def went(self, folder: int, id: int, thread: int, unread: int) -> None:
        self._blocks[folder * 2, id >> BLOCK] -= 1
        self._total[folder] -= 1
        self._unread[folder] -= unread
        self._threads.add((thread, folder))
        self._moved.add(folder)

    def turned(self, folder: int, thread: int, unread: int) -> None:
        """A row stays where it is with other flags: by so many more is the folder unread."""
        self._unread[folder] += unread
        self._touched.add(folder)
        if unread:
            self._threads.add((thread, folder))

    def touched(self, folder: int) -> None:
        """What is known of a row changed in a way that a search may see."""
        self._touched.add(folder)

    def regrouped(self, thread: int, folder: int) -> None:
        """Rows of the folder came into this conversation, or left it."""
        self._threads.add((thread, folder))
        self._moved.add(folder)

    def write(self, connection: sqlite3.Connection) -> None:
        threads, unread = self._write_threads(connection) if self._threads else (Counter(), Counter())
        blocks = sorted((*place, count) for place, count in self._blocks.items() if count)
        connection.executemany(_BLOCKS, blocks)
        rows = [
            (self._total[f], self._unread[f], threads[f], unread[f], int(f in self._moved), f)
            for f in self._moved | self._touched
        ]
        connection.executemany(_FOLDERS, rows)

    def _write_threads(self, connection: sqlite3.Connection) -> tuple[Counter[int], Counter[int]]:
        pairs = many(self._threads)
        old = {(t, f): (newest, unread) for t, f, newest, unread in connection.execute(_OLD, (pairs,))}
        new = {(t, f): (newest, unread) for t, f, newest, unread in connection.execute(_NEW, (pairs,))}
        gone = [pair for pair in old if pair not in new]
        changed = sorted((*pair, *row) for pair, row in new.items() if old.get(pair) != row)
        connection.executemany("DELETE FROM threads WHERE thread = ? AND folder = ?", gone)
        insert(connection, "INSERT OR REPLACE INTO threads", changed)
        threads: Counter[int] = Counter()
        unread: Counter[int] = Counter()
        for sign, rows in ((-1, old), (1, new)):
            for (_, folder), (newest, is_unread) in rows.items():
                self._blocks[folder * 2 + 1, newest >> BLOCK] += sign
                threads[folder] += sign
                unread[folder] += sign * is_unread
        return threads, unread


def clear(connection: sqlite3.Connection, folders: Iterable[int]) -> None:
    """Nothing is in these folders any more."""
    for folder in folders:
        connection.execute("DELETE FROM blocks WHERE list IN (?, ?)", (folder * 2, folder * 2 + 1))
        connection.execute("DELETE FROM threads WHERE folder = ?", (folder,))
        connection.execute(
            "UPDATE folders SET total = 0, unread = 0, threads = 0, threads_unread = 0,"
            " moves = moves + 1, touches = touches + 1 WHERE id = ?",
            (folder,),
        )
