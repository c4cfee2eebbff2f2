"""The rows of a view with a query: found once, and kept while they hold."""

import sqlite3
from array import array
from collections.abc import Iterable, Sequence

from tuimail.mail.folder.view import Order, View
from tuimail.store import index
from tuimail.store.cache_row import many
from tuimail.store.cache_snapshot import BY


class Results:
    """The keys of the view's rows in its order; `members` are all messages that answer its query."""

    def __init__(self, connection: sqlite3.Connection, view: View, folders: Sequence[int]) -> None:
        rows = index.find(connection, view.query, folders).rows
        self.members = frozenset([id for id, _, _ in rows])
        groups = {id: thread if view.threaded else id for id, thread, _ in rows}
        newest = {groups[id]: id for id, _, _ in reversed(rows)}
        self._unread = {newest[groups[id]] for id, _, unread in rows if unread}
        self._order = array("q", _sorted(connection, newest.values(), view.order))

    def count(self, connection: sqlite3.Connection) -> tuple[int, int]:
        return len(self._order), len(self._unread)

    def ids(self, connection: sqlite3.Connection, start: int, length: int) -> list[int]:
        """The keys of rows `start` to `start + length`."""
        return self._order[start : start + length].tolist() if start >= 0 and length > 0 else []

    def row(self, connection: sqlite3.Connection, key: int) -> int:
        """On which row this key stands; it must be in the view."""
        return self._order.index(key)

    def unread(self, connection: sqlite3.Connection, start: int, back: bool) -> int | None:
        """The first unread row from `start` on, or backwards from it."""
        last = len(self._order) - 1
        rows = range(min(start, last), -1, -1) if back else range(max(start, 0), last + 1)
        return next((row for row in rows if self._order[row] in self._unread), None)


def _sorted(connection: sqlite3.Connection, ids: Iterable[int], order: Order) -> list[int]:
    if order in (Order.NEWEST, Order.OLDEST):
        return sorted(ids, reverse=order is Order.NEWEST)
    query = f"SELECT id FROM envelopes WHERE id IN (SELECT value FROM json_each(?)) ORDER BY {BY[order]}"  # noqa: S608
    return [id for (id,) in connection.execute(query, (many(ids),))]
