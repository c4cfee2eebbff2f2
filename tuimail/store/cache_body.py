"""Whole messages, compressed; they go when their rows go."""

import sqlite3
import zlib
from collections.abc import Sequence

from msgspec import Struct

from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.gist import Gist
from tuimail.store import cache_folder, cache_place, index
from tuimail.store.cache_tally import Tally

LEVEL = 1


def read(connection: sqlite3.Connection, ref: Ref) -> bytes | None:
    row = cache_place.one(connection, ref)
    found = row and connection.execute("SELECT raw FROM bodies WHERE id = ?", (row.id,)).fetchone()
    return zlib.decompress(found[0]) if found else None


class Packed(Struct, frozen=True):
    """A whole message as the file keeps it: compressed, and its words as they are indexed."""

    ref: Ref
    raw: bytes
    words: index.Words
    attached: bool


def packed(ref: Ref, raw: bytes, gist: Gist) -> Packed:
    return Packed(ref, zlib.compress(raw, LEVEL), index.words(gist.text), gist.attached)


def put(connection: sqlite3.Connection, bodies: Sequence[Packed]) -> None:
    """Keep these messages and index their words; unknown ones are let go."""
    tally = Tally()
    given = {body.ref: body for body in bodies}
    found: dict[int, Packed] = {}
    for (account, name), uids in cache_place.grouped(given).items():
        folder = cache_folder.known(connection, account, name)
        rows = cache_place.at(connection, folder, uids)
        found.update((row.id, given[Ref(account, name, uid)]) for uid, row in rows.items())
        if rows:
            tally.touched(folder)
    ordered = sorted(found.items())
    connection.executemany(
        "INSERT OR REPLACE INTO bodies VALUES (?, ?)", [(id, one.raw) for id, one in ordered]
    )
    marks = [(int(one.attached), id) for id, one in ordered]
    connection.executemany("UPDATE envelopes SET body = 1, attached = ? WHERE id = ?", marks)
    index.put_text(connection, {id: one.words for id, one in ordered})
    tally.write(connection)


def missing(connection: sqlite3.Connection, folder: int, since: int, limit: int) -> list[int]:
    """The newest rows of the folder, from the key `since` on, whose bodies are not kept."""
    query = (
        "SELECT id FROM envelopes INDEXED BY envelopes_bodiless"
        " WHERE folder = ? AND body = 0 AND id >= ? AND number >= 0 ORDER BY id DESC LIMIT ?"
    )
    return [id for (id,) in connection.execute(query, (folder, since, limit))]
