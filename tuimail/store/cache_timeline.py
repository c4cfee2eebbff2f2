"""The rows of plain views, by time: found from the counts of blocks, without walking to them."""

import sqlite3
from collections.abc import Sequence
from itertools import accumulate

from tuimail.store.cache_key import BLOCK
from tuimail.store.cache_row import many

MERGED = 100
"""Of so many folders the rows are merged, each in its order; those of more are sorted."""


class Timeline:
    """Messages (or conversations, by their newest message) of some folders, newest first.

    Conversations only of folders that have none in common.
    """

    def __init__(self, folders: Sequence[int], threaded: bool) -> None:
        self._folders = folders
        self._lists = many(folder * 2 + threaded for folder in folders)
        columns = ("threads", "threads_unread") if threaded else ("total", "unread")
        self._counts = ", ".join(f"coalesce(sum({column}), 0)" for column in columns)
        self._table, self._key = ("threads", "newest") if threaded else ("envelopes", "id")

    def count(self, connection: sqlite3.Connection) -> tuple[int, int]:
        query = f"SELECT {self._counts} FROM folders WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608
        found: tuple[int, int] = connection.execute(query, (many(self._folders),)).fetchone()
        return found

    def ids(self, connection: sqlite3.Connection, start: int, length: int) -> list[int]:
        """The keys of rows `start` to `start + length`."""
        blocks = self._blocks(connection)
        ends = list(accumulate(total for _, total in blocks))
        first = next((n for n, end in enumerate(ends) if end > start), None)
        if first is None or length <= 0:
            return []
        last = next((n for n, end in enumerate(ends) if end >= start + length), len(ends) - 1)
        span = blocks[last][0] << BLOCK, blocks[first][0] + 1 << BLOCK
        skip = start - (ends[first - 1] if first else 0)
        left = ends[last] - start - length
        if 0 <= left < skip:
            return self._between(connection, *span, "ASC", length, left)[::-1]
        return self._between(connection, *span, "DESC", length, skip)

    def row(self, connection: sqlite3.Connection, key: int) -> int:
        """On which row this key stands; it must be in the view."""
        block = key >> BLOCK
        query = (
            "SELECT coalesce(sum(total), 0) FROM blocks"
            " WHERE list IN (SELECT value FROM json_each(?)) AND block > ?"
        )
        above: int = connection.execute(query, (self._lists, block)).fetchone()[0]
        within = f"SELECT count(*) FROM {self._table} {self._by('newest')} WHERE folder = ? AND {self._key} > ? AND {self._key} < ?"  # noqa: S608, E501
        for folder in self._folders:
            above += connection.execute(within, (folder, key, block + 1 << BLOCK)).fetchone()[0]
        return above

    def unread(self, connection: sqlite3.Connection, start: int, back: bool) -> int | None:
        """The first unread row from `start` on, or backwards from it."""
        total, unread = self.count(connection)
        at = (
            self.ids(connection, min(start, total - 1) if back else start, 1) if unread and start >= 0 else []
        )
        if not at:
            return None
        side, choose, order = (">=", min, "ASC") if back else ("<=", max, "DESC")
        query = (
            f"SELECT {self._key} FROM {self._table} {self._by('unread')}"  # noqa: S608
            f" WHERE folder = ? AND unread = 1 AND {self._key} {side} ? ORDER BY {self._key} {order} LIMIT 1"
        )
        rows = [connection.execute(query, (folder, at[0])).fetchone() for folder in self._folders]
        found = [row[0] for row in rows if row]
        return self.row(connection, choose(found)) if found else None

    def _by(self, index: str) -> str:
        return f"INDEXED BY {self._table}_{index}"

    def _blocks(self, connection: sqlite3.Connection) -> list[tuple[int, int]]:
        query = (
            "SELECT block, sum(total) FROM blocks WHERE list IN (SELECT value FROM json_each(?))"
            " GROUP BY block HAVING sum(total) > 0 ORDER BY block DESC"
        )
        return connection.execute(query, (self._lists,)).fetchall()

    def _between(
        self, connection: sqlite3.Connection, low: int, high: int, order: str, length: int, skip: int
    ) -> list[int]:
        each = (
            f"SELECT {self._key} FROM {self._table} {self._by('newest')}"  # noqa: S608
            f" WHERE folder {{}} AND {self._key} >= ? AND {self._key} < ?"
        )
        values: tuple[object, ...]
        if len(self._folders) <= MERGED:
            query = " UNION ALL ".join([each.format("= ?")] * len(self._folders))
            values = tuple(value for folder in self._folders for value in (folder, low, high))
        else:
            query = each.format("IN (SELECT value FROM json_each(?))")
            values = (many(self._folders), low, high)
        query = f"{query} ORDER BY 1 {order} LIMIT ? OFFSET ?"
        return [id for (id,) in connection.execute(query, (*values, length, skip))]


class Reversed:
    """The same rows, oldest first."""

    def __init__(self, rows: Timeline) -> None:
        self._rows = rows
        self.count = rows.count

    def ids(self, connection: sqlite3.Connection, start: int, length: int) -> list[int]:
        left = self.count(connection)[0] - start
        size = min(length, left)
        return self._rows.ids(connection, left - size, size)[::-1] if size > 0 else []

    def row(self, connection: sqlite3.Connection, key: int) -> int:
        return self.count(connection)[0] - 1 - self._rows.row(connection, key)

    def unread(self, connection: sqlite3.Connection, start: int, back: bool) -> int | None:
        total = self.count(connection)[0]
        if start < 0 or (start >= total and not back):
            return None
        found = self._rows.unread(connection, total - 1 - min(start, total - 1), not back)
        return None if found is None else total - 1 - found
