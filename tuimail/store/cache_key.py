"""The keys of messages: numbers that grow with the time of receipt.

63 ... 20   seconds since 1970, clamped to what a calendar shows
19 ...  4   the uid's number, or the fraction of the second: messages of one second keep their order
 3 ...  0   of the uid and its folder, so that others of that second seldom want the same key
"""

import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from math import isfinite
from zlib import crc32

import msgspec

from tuimail.mail.folder import sync

SECOND = 20
BLOCK = 40
"""A key shifted right by this is its block: 2^20 seconds, some twelve days."""

YEAR_2200 = 7_258_118_400
HERE = "~"
"""How the uid begins of a message that is there only here as yet."""


@lru_cache(4096)
def number(uid: str) -> int:
    """What orders a folder's messages: the part after the last dot; 0 without one, -1 for one only here."""
    return -1 if uid.startswith(HERE) else sync.number(uid)


def wanted(received: float, folder: int, uid: str) -> int:
    """The key that a message should have."""
    second = from_time(received)
    fine = number(uid) or int(received % 1 * 65536 if isfinite(received) else 0)
    return second | (fine & 0xFFFF) << 4 | (crc32(uid.encode("utf-8", "replace")) + folder) & 15


def free(connection: sqlite3.Connection, keys: Iterable[int]) -> list[int]:
    """These keys, or for those that are taken the next ones that are free.

    Taken are also those of messages that went, as long as the index knows words of theirs.
    """
    keys = list(keys)
    query = "SELECT id FROM indexed WHERE id IN (SELECT value FROM json_each(?))"
    taken = {key for (key,) in connection.execute(query, (msgspec.json.encode(keys).decode(),))}
    found = []
    for key in keys:
        if key in taken:
            key = _next(connection, key, taken)
        taken.add(key)
        found.append(key)
    return found


def _next(connection: sqlite3.Connection, key: int, taken: set[int]) -> int:
    query = "SELECT max(id) FROM indexed WHERE id BETWEEN ? AND ?"
    end = (key >> SECOND) + 1 << SECOND
    last = connection.execute(query, (key, end - 1)).fetchone()[0]
    key = max(key, last or 0) + 1
    while key in taken:
        key += 1
    return key


def from_time(since: float) -> int:
    """The least key of what was received at this instant or later."""
    return int(min(max(0.0, since), YEAR_2200)) << SECOND
