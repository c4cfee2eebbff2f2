"""The rows of views that stand in no order of the file: found once, and kept while they hold."""

import sqlite3
from array import array
from collections.abc import Sequence

from tuimail.mail.folder.view import Order, View
from tuimail.store.cache_row import many

CHUNK = 500

BY = {
    Order.NEWEST: "id DESC",
    Order.OLDEST: "id",
    Order.SENDER: "iif(sender_name = '', sender_spec, sender_name) COLLATE NOCASE, id DESC",
    Order.SUBJECT: "subject COLLATE NOCASE, id DESC",
    Order.LARGEST: "size DESC, id DESC",
}
_AMONG = "(SELECT value FROM json_each(:among))"
_FOLDERS = "(SELECT value FROM json_each(:folders))"
_SOURCES = {
    False: f"folder IN {_FOLDERS}",
    True: f"id IN (SELECT max(newest) FROM threads WHERE folder IN {_FOLDERS} GROUP BY thread)",  # noqa: S608
}
"""By whether it is conversations: the messages, or the newest of each."""

_UNREAD = {
    False: f"SELECT id FROM envelopes WHERE folder IN {_FOLDERS} AND unread = 1",  # noqa: S608
    True: f"SELECT DISTINCT thread FROM threads WHERE folder IN {_FOLDERS} AND unread = 1",  # noqa: S608
}


class Snapshot:
    """The keys of the rows of a view without a query, in its order."""

    members = None

    def __init__(self, connection: sqlite3.Connection, view: View, folders: Sequence[int]) -> None:
        self._threaded = view.threaded
        self._values = {"folders": many(folders)}
        query = f"SELECT id FROM envelopes WHERE {_SOURCES[view.threaded]} ORDER BY {BY[view.order]}"  # noqa: S608
        self._order = array("q", (id for (id,) in connection.execute(query, self._values)))

    def count(self, connection: sqlite3.Connection) -> tuple[int, int]:
        query = f"SELECT count(*) FROM ({_UNREAD[self._threaded]})"  # noqa: S608
        return len(self._order), connection.execute(query, self._values).fetchone()[0]

    def ids(self, connection: sqlite3.Connection, start: int, length: int) -> list[int]:
        """The keys of rows `start` to `start + length`."""
        return self._order[start : start + length].tolist() if start >= 0 and length > 0 else []

    def row(self, connection: sqlite3.Connection, key: int) -> int:
        """On which row this key stands; it must be in the view."""
        return self._order.index(key)

    def unread(self, connection: sqlite3.Connection, start: int, back: bool) -> int | None:
        """The first unread row from `start` on, or backwards from it."""
        at = min(start, len(self._order) - 1) if back else start
        while 0 <= at < len(self._order):
            rows = (
                range(at, max(at - CHUNK, -1), -1) if back else range(at, min(at + CHUNK, len(self._order)))
            )
            unread = self._unread_among(connection, [self._order[n] for n in rows])
            found = next((n for n in rows if self._order[n] in unread), None)
            if found is not None:
                return found
            at = rows[-1] + (-1 if back else 1)
        return None

    def _unread_among(self, connection: sqlite3.Connection, ids: list[int]) -> set[int]:
        column = "thread" if self._threaded else "id"
        query = f"SELECT id FROM envelopes WHERE id IN {_AMONG} AND {column} IN ({_UNREAD[self._threaded]})"  # noqa: S608
        return {id for (id,) in connection.execute(query, {**self._values, "among": many(ids)})}
