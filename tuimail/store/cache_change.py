"""What changes rows of the cache, moves them, or takes them out."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from tuimail.mail.letter.envelope import Ref
from tuimail.store import cache_folder, cache_place, cache_row, cache_tally, index
from tuimail.store.cache_key import HERE, number
from tuimail.store.cache_place import Row
from tuimail.store.cache_tally import Tally

_FLAGS = "UPDATE envelopes SET flags = ?, unread = ?, flagged = ? WHERE id = ?"
_MOVE = "UPDATE envelopes SET folder = ?, number = ?, uid = ? WHERE id = ?"


def reflag(connection: sqlite3.Connection, folder: int, flags: Mapping[str, frozenset[str]]) -> None:
    """These uids have these flags now."""
    tally = Tally()
    rows = cache_place.at(connection, folder, flags)
    _turn(connection, [(row, flags[uid]) for uid, row in rows.items()], tally)
    tally.write(connection)


def mark(
    connection: sqlite3.Connection,
    folder: int,
    uids: Sequence[str],
    add: frozenset[str],
    drop: frozenset[str],
) -> dict[str, frozenset[str]]:
    """Add and drop flags; those they had before."""
    tally = Tally()
    rows = cache_place.at(connection, folder, uids)
    before = {uid: cache_row.flags_of(row.flags) for uid, row in rows.items()}
    _turn(connection, [(row, (before[uid] | add) - drop) for uid, row in rows.items()], tally)
    tally.write(connection)
    return before


def _turn(connection: sqlite3.Connection, rows: Iterable[tuple[Row, frozenset[str]]], tally: Tally) -> None:
    changed = []
    for row, flags in rows:
        words, unread, flagged = cache_row.flag_values(flags)
        if words != row.flags:
            changed.append((words, unread, flagged, row.id))
            tally.turned(row.folder, row.thread, unread - row.unread)
    connection.executemany(_FLAGS, changed)


def label(
    connection: sqlite3.Connection, refs: Sequence[Ref], add: frozenset[str], drop: frozenset[str]
) -> None:
    tally = Tally()
    changed = []
    for row in _rows(connection, refs):
        labels = (cache_row.labels_of(row.labels) | add) - drop
        changed.append((cache_row.labels_text(labels), row.id))
        tally.touched(row.folder)
    connection.executemany("UPDATE envelopes SET labels = ? WHERE id = ?", changed)
    tally.write(connection)


def _rows(connection: sqlite3.Connection, refs: Iterable[Ref]) -> list[Row]:
    groups = cache_place.grouped(refs).items()
    places = [(cache_folder.known(connection, *place), uids) for place, uids in groups]
    return [row for folder, uids in places for row in cache_place.at(connection, folder, uids).values()]


def move(connection: sqlite3.Connection, refs: Sequence[Ref], to: str) -> dict[Ref, Ref]:
    """Rows into another folder of their account, under uids that are ours alone as yet."""
    tally = Tally()
    moved: dict[Ref, Ref] = {}
    changes = []
    for (account, name), uids in cache_place.grouped(refs).items():
        folder = cache_folder.known(connection, account, name)
        target = cache_folder.made(connection, account, to)
        rows = cache_place.at(connection, folder, uids) if folder != target else {}
        for uid, row in rows.items():
            changes.append((target, -1, f"{HERE}{row.id}", row.id))
            moved[Ref(account, name, uid)] = Ref(account, to, f"{HERE}{row.id}")
            tally.went(folder, row.id, row.thread, row.unread)
            tally.came(target, row.id, row.thread, row.unread)
    connection.executemany(_MOVE, changes)
    tally.write(connection)
    return moved


def settle(connection: sqlite3.Connection, ref: Ref, uid: str) -> None:
    """A row that was there only here has its uid, or is forgotten; one that came first gives way."""
    row = cache_place.one(connection, ref)
    if row is None:
        return
    there = cache_place.at(connection, row.folder, [uid]).get(uid) if uid else None
    if not uid:
        drop_rows(connection, [row])
    elif there is not None and there.body and not row.body:
        drop_rows(connection, [row])
        reflag(connection, row.folder, {uid: cache_row.flags_of(row.flags)})
    else:
        drop_rows(connection, [there] if there else [])
        connection.execute(_MOVE, (row.folder, number(uid), uid, row.id))


def drop(connection: sqlite3.Connection, folder: int, uids: Sequence[str]) -> None:
    drop_rows(connection, list(cache_place.at(connection, folder, uids).values()))


def drop_rows(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    if not rows:
        return
    tally = Tally()
    ids = [row.id for row in rows]
    index.drop(connection, ids)
    cache_place.delete(connection, ids)
    for row in rows:
        tally.went(row.folder, row.id, row.thread, row.unread)
    tally.write(connection)


def clear(connection: sqlite3.Connection, folders: Sequence[int]) -> None:
    """All messages of these folders go."""
    for folder in folders:
        ids = [id for (id,) in connection.execute("SELECT id FROM envelopes WHERE folder = ?", (folder,))]
        index.drop(connection, ids)
        connection.execute(
            "DELETE FROM bodies WHERE id IN (SELECT id FROM envelopes WHERE folder = ?)", (folder,)
        )
        connection.execute("DELETE FROM envelopes WHERE folder = ?", (folder,))
    index.sweep(connection)
    cache_tally.clear(connection, folders)
