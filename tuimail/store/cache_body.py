"""Whole messages, compressed; they go when their rows go."""

import sqlite3
import zlib
from collections.abc import Mapping, Sequence

from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.gist import Gist
from tuimail.store import cache_folder, cache_place, index
from tuimail.store.cache_tally import Tally

LEVEL = 1


def read(connection: sqlite3.Connection, ref: Ref) -> bytes | None:
    row = cache_place.one(connection, ref)
    found = row and connection.execute("SELECT raw FROM bodies WHERE id = ?", (row.id,)).fetchone()
    return zlib.decompress(found[0]) if found else None


def put(
    connection: sqlite3.Connection, bodies: Sequence[tuple[Ref, bytes, Gist]], packed: Mapping[Ref, bytes]
) -> None:
    """Keep these messages (`packed` has them compressed) and index their words; unknown ones are let go."""
    tally = Tally()
    gists = {ref: gist for ref, _, gist in bodies}
    found: dict[int, Ref] = {}
    for (account, name), uids in cache_place.grouped(gists).items():
        folder = cache_folder.known(connection, account, name)
        rows = cache_place.at(connection, folder, uids)
        found.update((row.id, Ref(account, name, uid)) for uid, row in rows.items())
        if rows:
            tally.touched(folder)
    kept = sorted((id, packed[ref]) for id, ref in found.items())
    connection.executemany("INSERT OR REPLACE INTO bodies VALUES (?, ?)", kept)
    marks = [(int(gists[ref].attached), id) for id, ref in sorted(found.items())]
    connection.executemany("UPDATE envelopes SET body = 1, attached = ? WHERE id = ?", marks)
    index.put_text(connection, [(id, gists[ref]) for id, ref in found.items()])
    tally.write(connection)


def pack(raw: bytes) -> bytes:
    return zlib.compress(raw, LEVEL)


def missing(connection: sqlite3.Connection, folder: int, since: int, limit: int) -> list[int]:
    """The newest rows of the folder, from the key `since` on, whose bodies are not kept."""
    query = (
        "SELECT id FROM envelopes INDEXED BY envelopes_bodiless"
        " WHERE folder = ? AND body = 0 AND id >= ? AND number >= 0 ORDER BY id DESC LIMIT ?"
    )
    return [id for (id,) in connection.execute(query, (folder, since, limit))]
