"""The header block of a message or a part, cut into fields (RFC 5322 §2.2), whatever is wrong with it."""

import re

from msgspec import Struct

from tuimail.mail.letter.header import HEADERS_LIMIT, VALUE_LIMIT

BLOCK_LIMIT = 1_000_000

_FIELD = re.compile(rb"([^\s:\x00-\x1f]{1,200})[ \t]*+:(.*+(?:\n[ \t].*+)*+)(?:\n|\Z)")
_BLANK = re.compile(rb"\r?(?:\n|\Z)")
_MBOX = re.compile(rb">?From .*+\n")
_END = re.compile(rb"\n\r?\n")
_LINE = re.compile(rb".*+(?:\n|\Z)")
_DAMAGED = re.compile(rb"[^\s:]{0,200}:")


class Fields(Struct, frozen=True):
    """Names as written, values still raw, in order; `body` is where in the bytes the body begins.

    Of fields that may stand once, the first counts. `cut`: there were more than `HEADERS_LIMIT`.
    """

    rows: tuple[tuple[bytes, bytes], ...]
    body: int
    cut: bool = False

    def first(self, name: bytes) -> bytes:
        """The raw value of the first field of this (lower-case) name; empty when there is none."""
        return next((value for key, value in self.rows if key.lower() == name), b"")

    def count(self, name: bytes) -> int:
        return sum(key.lower() == name for key, _ in self.rows)


def split(data: bytes, start: int, end: int) -> Fields:
    """The fields at `start`. They end at an empty line, or at one that neither is nor precedes a field."""
    rows: list[tuple[bytes, bytes]] = []
    at = start
    if mbox := _MBOX.match(data, at, end):
        at = mbox.end()
    stop = min(end, start + BLOCK_LIMIT)
    while at < stop and len(rows) < HEADERS_LIMIT:
        if field := _FIELD.match(data, at, end):
            rows.append((field[1], field[2][:VALUE_LIMIT].strip()))
            at = field.end()
        elif blank := _BLANK.match(data, at, end):
            return Fields(tuple(rows), blank.end())
        elif rows and (junk := _junk(data, at, end)):
            at = junk
        else:
            return Fields(tuple(rows), at)
    if at >= end:
        return Fields(tuple(rows), end)
    rest = _END.search(data, max(at - 1, start), end)
    return Fields(tuple(rows), rest.end() if rest else end, cut=True)


def _junk(data: bytes, start: int, end: int) -> int:
    """Where a line among the fields ends that is none: a damaged one, or one with a field behind it; or 0."""
    after = _LINE.match(data, start, end)
    if after and (_DAMAGED.match(data, start, end) or _FIELD.match(data, after.end(), end)):
        return after.end()
    return 0
