"""What a view shows: its rows, and the messages and conversations on them."""

import sqlite3
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.folder.query import Query
from tuimail.mail.folder.thread import Thread
from tuimail.mail.folder.view import Order, View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.store import cache_folder, cache_place, cache_row, index
from tuimail.store.cache_found import Results
from tuimail.store.cache_row import many
from tuimail.store.cache_snapshot import Snapshot
from tuimail.store.cache_tally import Tally
from tuimail.store.cache_timeline import Reversed, Timeline

KEPT = 6
"""So many snapshots are remembered."""

PEOPLE, LOOKED_AT = 5, 16
"""So many authors of a conversation are named, from so many of its oldest messages."""


class Rows(Protocol):
    """The rows of a view as keys of messages, in its order."""

    def count(self, connection: sqlite3.Connection) -> tuple[int, int]: ...

    def ids(self, connection: sqlite3.Connection, start: int, length: int) -> list[int]: ...

    def row(self, connection: sqlite3.Connection, key: int) -> int: ...

    def unread(self, connection: sqlite3.Connection, start: int, back: bool) -> int | None: ...


class Looked(Struct):
    """A view as it is now: the folders it looks into, its rows, and the messages that answer its query."""

    folders: list[int]
    rows: Rows
    members: frozenset[int] | None = None


class Views:
    """Answers what is asked of views; remembers the snapshots of those that need one."""

    def __init__(self) -> None:
        self._kept: OrderedDict[View, tuple[object, Snapshot | Results]] = OrderedDict()
        self._connection: sqlite3.Connection | None = None

    def look(self, connection: sqlite3.Connection, view: View) -> Looked:
        if connection is not self._connection:
            self._kept.clear()
            self._connection = connection
        within = cache_folder.within(connection, view)
        folders = list(within)
        alone = not view.threaded or len(set(within.values())) == len(within)
        if view.order in (Order.NEWEST, Order.OLDEST) and alone and not view.query.terms:
            rows = Timeline(folders, view.threaded)
            return Looked(folders, rows if view.order is Order.NEWEST else Reversed(rows))
        snapshot = self._snapshot(connection, view, folders)
        return Looked(folders, snapshot, snapshot.members)

    def _snapshot(self, connection: sqlite3.Connection, view: View, folders: list[int]) -> Snapshot | Results:
        columns = "id, moves, touches" if view.query.terms else "id, moves"
        query = f"SELECT {columns} FROM folders WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608
        stamp = connection.execute(query, (many(folders),)).fetchall()
        if view not in self._kept or self._kept[view][0] != stamp:
            take = Results if view.query.terms else Snapshot
            self._kept[view] = stamp, take(connection, view, folders)
        self._kept.move_to_end(view)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[view][1]


def page(connection: sqlite3.Connection, looked: Looked, start: int, length: int) -> tuple[Envelope, ...]:
    ids = looked.rows.ids(connection, start, length)
    return tuple(cache_row.read(connection, ids, cache_folder.places(connection)))


class _Member(NamedTuple):
    id: int
    unread: int
    flagged: int
    attached: int


def threads(connection: sqlite3.Connection, looked: Looked, start: int, length: int) -> tuple[Thread, ...]:
    """Conversations by their newest messages, for a view of conversations."""
    newest = page(connection, looked, start, length)
    groups = _members(connection, looked, [e.thread for e in newest])
    authors = _authors(connection, groups)
    return tuple(_thread(e, groups[e.thread], authors) for e in newest)


def _thread(newest: Envelope, members: list[_Member], authors: dict[int, Address]) -> Thread:
    first = {authors[m.id].spec.lower(): authors[m.id] for m in reversed(members) if m.id in authors}
    people = sorted(first.values(), key=[authors[m.id] for m in members if m.id in authors].index)
    return Thread(
        newest,
        len(members),
        sum(m.unread for m in members),
        tuple(people[:PEOPLE]) or (newest.sender,),
        any(m.flagged for m in members),
        any(m.attached for m in members),
    )


def _members(connection: sqlite3.Connection, looked: Looked, keys: Sequence[int]) -> dict[int, list[_Member]]:
    """The messages of these conversations that are in the view, oldest first."""
    query = (
        "SELECT thread, id, unread, flagged, attached FROM envelopes INDEXED BY envelopes_thread"
        " WHERE thread IN (SELECT value FROM json_each(?)) AND folder IN (SELECT value FROM json_each(?))"
        " ORDER BY id"
    )
    groups: defaultdict[int, list[_Member]] = defaultdict(list)
    for thread, *row in connection.execute(query, (many(set(keys)), many(looked.folders))):
        if looked.members is None or row[0] in looked.members:
            groups[thread].append(_Member(*row))
    return groups


def _authors(connection: sqlite3.Connection, groups: dict[int, list[_Member]]) -> dict[int, Address]:
    """Who wrote the first messages of each conversation of more than one."""
    ids = [m.id for members in groups.values() if len(members) > 1 for m in members[:LOOKED_AT]]
    query = "SELECT id, sender_spec, sender_name FROM envelopes WHERE id IN (SELECT value FROM json_each(?))"
    rows = connection.execute(query, (many(ids),))
    return {id: cache_row.person(spec, name) for id, spec, name in rows}


def thread(connection: sqlite3.Connection, looked: Looked, key: int) -> tuple[Envelope, ...]:
    ids = [m.id for m in _members(connection, looked, [key]).get(key, ())]
    return tuple(cache_row.read(connection, ids, cache_folder.places(connection)))


def row(connection: sqlite3.Connection, looked: Looked, ref: Ref, threaded: bool) -> int | None:
    found = cache_place.one(connection, ref)
    if found is None or found.folder not in looked.folders:
        return None
    if looked.members is not None and found.id not in looked.members:
        return None
    if not threaded:
        return looked.rows.row(connection, found.id)
    members = _members(connection, looked, [found.thread])[found.thread]
    return looked.rows.row(connection, members[-1].id)


def refs(connection: sqlite3.Connection, looked: Looked) -> tuple[Ref, ...]:
    """All messages of the view."""
    places = cache_folder.places(connection)
    column, values = ("folder", looked.folders) if looked.members is None else ("id", looked.members)
    query = f"SELECT folder, uid FROM envelopes WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608
    return tuple(Ref(*places[folder], uid) for folder, uid in connection.execute(query, (many(values),)))


def answer(connection: sqlite3.Connection, query: Query, refs: Sequence[Ref]) -> tuple[Ref, ...]:
    """Remember what a server found for a query, and look at the folders again; those that are unknown."""
    tally = Tally()
    ids: list[int] = []
    unknown: list[Ref] = []
    for (account, name), uids in cache_place.grouped(refs).items():
        folder = cache_folder.known(connection, account, name)
        rows = cache_place.at(connection, folder, uids)
        ids += [row.id for row in rows.values()]
        unknown += [Ref(account, name, uid) for uid in uids if uid not in rows]
        tally.touched(folder)
    index.answer(connection, query, ids)
    tally.write(connection)
    return tuple(unknown)


def flat(view: View) -> View:
    """The view, message by message."""
    return replace(view, threaded=False) if view.threaded else view


def threaded(view: View) -> View:
    return view if view.threaded else replace(view, threaded=True)
