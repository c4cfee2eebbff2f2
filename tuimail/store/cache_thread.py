"""Which conversation a message belongs to.

Where the source knows (Gmail), it is taken from there. Otherwise all messages of an account that name each
other in Message-ID, In-Reply-To and References are one conversation, in whatever order they come; when a
message joins two, they become one, and its number is the older of the two.
"""

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from msgspec import Struct

from tuimail.mail.letter.envelope import Envelope
from tuimail.store.cache_insert import insert
from tuimail.store.cache_row import many

REFERENCES = 32
"""So many of a message's references are looked at: the first one, and the last."""

_KNOWN = """
SELECT hash, coalesce(joined.root, message_ids.thread)
FROM json_each(?) CROSS JOIN message_ids ON hash = value
LEFT JOIN joined ON joined.thread = message_ids.thread
"""


class Assigned(Struct):
    """The conversation of each envelope, and for conversations that became part of another, which."""

    threads: list[int]
    joined: dict[int, int]


def assign(
    connection: sqlite3.Connection, account: str, envelopes: Sequence[Envelope], before: Sequence[int]
) -> Assigned:
    """The conversations of envelopes of one account; `before` are those they are in already, or 0."""
    named = [() if e.thread else _hashes(account, e) for e in envelopes]
    wanted = {hash for hashes in named for hash in hashes}
    known = dict(connection.execute(_KNOWN, (many(wanted),)).fetchall()) if wanted else {}
    new = connection.execute("SELECT next FROM serial").fetchone()[0]
    union = _Union(known, new)
    found = [
        e.thread or union.of(hashes, was) for e, hashes, was in zip(envelopes, named, before, strict=True)
    ]
    _keep(connection, union, new)
    roots = {old: union.root(old) for old in union.parent if old < new}
    return Assigned([union.root(thread) for thread in found], roots)


def _hashes(account: str, e: Envelope) -> tuple[int, ...]:
    references = e.references
    if len(references) > REFERENCES:
        references = (references[0], *references[1 - REFERENCES :])
    names = {e.message_id, e.in_reply_to, *references}
    names.discard("")
    return tuple([_hash(account, name) for name in names])


@lru_cache(8192)
def _hash(account: str, name: str) -> int:
    digest = blake2b(f"{account}\0{name}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class _Union:
    """Disjoint sets of conversations; the lowest number of a set stands for it."""

    def __init__(self, known: dict[int, int], next: int) -> None:
        self.known = known
        self.next = next
        self.parent: dict[int, int] = {}
        self.changed: set[int] = set()

    def root(self, thread: int) -> int:
        while thread in self.parent:
            thread = self.parent[thread]
        return thread

    def of(self, hashes: Sequence[int], was: int) -> int:
        """The conversation of a message with these names, joined from those that know any of them."""
        known, root = self.known, self.root
        found = {root(known[hash]) for hash in hashes if hash in known}
        if not hashes and was:
            return was
        if not found:
            found.add(self.next)
            self.next += 1
        thread = min(found)
        for other in found - {thread}:
            self.parent[other] = thread
        for hash in hashes:
            if hash not in known:
                known[hash] = thread
                self.changed.add(hash)
        return thread


def _keep(connection: sqlite3.Connection, union: _Union, new: int) -> None:
    rows = [(hash, union.root(union.known[hash])) for hash in sorted(union.changed)]
    insert(connection, "INSERT OR REPLACE INTO message_ids", rows)
    if union.next != new:
        connection.execute("UPDATE serial SET next = ?", (union.next,))
    pairs = [(union.root(old), old) for old in union.parent if old < new]
    connection.executemany("UPDATE joined SET root = ? WHERE root = ?", pairs)
    connection.executemany("INSERT OR REPLACE INTO joined (root, thread) VALUES (?, ?)", pairs)
