"""The rows at given places: what a change has to know of them."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from tuimail.mail.folder.folder import Listing
from tuimail.mail.letter.envelope import Ref
from tuimail.store import cache_folder
from tuimail.store.cache_key import number
from tuimail.store.cache_row import flags_of, many, message_id_of

_FIELDS = "uid, envelopes.id, folder, thread, unread, flags, labels, attached, body"
_AT = f"""
SELECT {_FIELDS} FROM json_each(?)
CROSS JOIN envelopes INDEXED BY envelopes_place
ON folder = ? AND number = json_extract(value, '$[0]') AND uid = json_extract(value, '$[1]')
"""  # noqa: S608
_HERE = f"SELECT {_FIELDS}, ids FROM envelopes WHERE folder = ? AND number = -1"  # noqa: S608


class Row(NamedTuple):
    """What is known of a row of `envelopes` without reading all of it."""

    uid: str
    id: int
    folder: int
    thread: int
    unread: int
    flags: str
    labels: str
    attached: int
    body: int


def at(connection: sqlite3.Connection, folder: int, uids: Iterable[str]) -> dict[str, Row]:
    """The rows of these uids in the folder."""
    wanted = many([(number(uid), uid) for uid in uids])
    return {row[0]: Row._make(row) for row in connection.execute(_AT, (wanted, folder))}


def one(connection: sqlite3.Connection, ref: Ref) -> Row | None:
    folder = cache_folder.known(connection, ref.account, ref.folder)
    return at(connection, folder, [ref.uid]).get(ref.uid)


def here(connection: sqlite3.Connection, folder: int) -> dict[str, Row]:
    """The rows that are there only here as yet, by Message-ID."""
    found = {message_id_of(row[-1]): Row._make(row[:-1]) for row in connection.execute(_HERE, (folder,))}
    found.pop("", None)
    return found


def listing(connection: sqlite3.Connection, folder: int, first: int, last: int) -> Listing:
    """What is cached of a stretch of numbers, oldest first."""
    query = "SELECT uid, flags FROM envelopes INDEXED BY envelopes_place WHERE folder = ? AND number "
    rows = connection.execute(query + "= 0 ORDER BY id", (folder,)).fetchall() if first <= 0 else []
    numbered = connection.execute(query + "BETWEEN ? AND ? ORDER BY number", (folder, max(first, 1), last))
    return Listing({uid: flags_of(flags) for uid, flags in chain(rows, numbered)})


def strays(connection: sqlite3.Connection) -> tuple[Ref, ...]:
    """Everything that is there only here as yet."""
    query = (
        "SELECT account, name, uid FROM folders"
        " CROSS JOIN envelopes INDEXED BY envelopes_place ON folder = folders.id AND number = -1"
    )
    return tuple(Ref(*row) for row in connection.execute(query))


def grouped(refs: Iterable[Ref]) -> dict[tuple[str, str], list[str]]:
    """The uids of each (account, folder)."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for ref in refs:
        groups[ref.account, ref.folder].append(ref.uid)
    return groups


def delete(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Rows and their bodies."""
    keys = [(id,) for id in sorted(ids)]
    connection.executemany("DELETE FROM bodies WHERE id = ?", keys)
    connection.executemany("DELETE FROM envelopes WHERE id = ?", keys)
