"""Envelopes that come into the cache."""

import sqlite3
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from tuimail.mail.letter.envelope import Envelope
from tuimail.store import (
    cache_change,
    cache_folder,
    cache_key,
    cache_people,
    cache_place,
    cache_row,
    cache_thread,
    index,
)
from tuimail.store.cache_insert import insert
from tuimail.store.cache_place import Row
from tuimail.store.cache_tally import Tally


def put(connection: sqlite3.Connection, envelopes: Sequence[Envelope]) -> None:
    """Keep these; what is there already is replaced. Of several with one place the last one counts."""
    tally = Tally()
    unique = {e.ref: e for e in envelopes}
    for (account, name), group in groupby(sorted(unique.values(), key=_place), key=_order):
        folder = cache_folder.made(connection, account, name)
        batch = list(group)
        rows = _put(connection, account, folder, batch, tally)
        index.put(connection, [cache_row.head(row) for row in rows])
        cache_people.meet(connection, batch, cache_folder.is_sent(connection, folder))
    tally.write(connection)


def _order(e: Envelope) -> tuple[str, str]:
    return e.ref.account, e.ref.folder


def _place(e: Envelope) -> tuple[str, str, float, int, str]:
    return e.ref.account, e.ref.folder, e.received, cache_key.number(e.ref.uid), e.ref.uid


def _put(
    connection: sqlite3.Connection, account: str, folder: int, batch: list[Envelope], tally: Tally
) -> list[tuple[Any, ...]]:
    """The rows that were not there before."""
    known = _known(connection, folder, batch)
    before = [known[e.ref.uid].thread if e.ref.uid in known else 0 for e in batch]
    assigned = cache_thread.assign(connection, account, batch, before)
    join(connection, assigned.joined, tally)
    fresh = [e for e in batch if e.ref.uid not in known]
    keys = cache_key.free(connection, [cache_key.wanted(e.received, folder, e.ref.uid) for e in fresh])
    new = {e.ref.uid: key for e, key in zip(fresh, keys, strict=True)}
    made = set(keys)
    rows: list[tuple[Any, ...]] = []
    for e, thread in zip(batch, assigned.threads, strict=True):
        row = known.get(e.ref.uid)
        rows.append(_fresh(e, new, folder, thread, tally) if row is None else _again(e, row, thread, tally))
        if row is not None and row.thread != thread:
            tally.regrouped(assigned.joined.get(row.thread, row.thread), folder)
            tally.regrouped(thread, folder)
    rows.sort()
    insert(connection, cache_row.INSERT, rows)
    return [row for row in rows if row[0] in made]


def _known(connection: sqlite3.Connection, folder: int, batch: Sequence[Envelope]) -> dict[str, Row]:
    """The rows that the envelopes stand for: at their place, or moved there before the server told."""
    known = cache_place.at(connection, folder, [e.ref.uid for e in batch])
    here = cache_place.here(connection, folder)
    for e in batch if here else ():
        if e.message_id in here and e.ref.uid not in known and _at_its_time(here[e.message_id], e):
            known[e.ref.uid] = here.pop(e.message_id)
    return _in_place(connection, known, batch)


def _in_place(
    connection: sqlite3.Connection, known: dict[str, Row], batch: Sequence[Envelope]
) -> dict[str, Row]:
    """Those that were received when the envelopes say. Others go, since their keys are of another time."""
    stale = [e.ref.uid for e in batch if e.ref.uid in known and not _at_its_time(known[e.ref.uid], e)]
    cache_change.drop_rows(connection, [known.pop(uid) for uid in stale])
    return known


def _at_its_time(row: Row, e: Envelope) -> bool:
    return row.id >> cache_key.SECOND == cache_key.from_time(e.received) >> cache_key.SECOND


def _fresh(e: Envelope, new: dict[str, int], folder: int, thread: int, tally: Tally) -> tuple[Any, ...]:
    row = cache_row.values(e, new[e.ref.uid], folder, thread, e.attached, 0)
    tally.came(folder, row[0], thread, row[5])
    return row


def _again(e: Envelope, row: Row, thread: int, tally: Tally) -> tuple[Any, ...]:
    attached = bool(row.attached) if row.body else e.attached
    values = cache_row.values(e, row.id, row.folder, thread, attached, row.body)
    tally.turned(row.folder, thread, values[5] - row.unread)
    return values


def join(connection: sqlite3.Connection, joined: dict[int, int], tally: Tally) -> None:
    """The rows of conversations that became part of others."""
    for old, thread in sorted(joined.items()):
        for (folder,) in connection.execute("SELECT DISTINCT folder FROM envelopes WHERE thread = ?", (old,)):
            tally.regrouped(old, folder)
            tally.regrouped(thread, folder)
        connection.execute("UPDATE envelopes SET thread = ? WHERE thread = ?", (thread, old))
