"""The rows of a SQLite file, read page by page, whatever is left of it (sqlite.org/fileformat2).

Every page that looks like a leaf of a table is read for itself; neither header, schema nor inner pages are
needed. Committed frames of a write-ahead log stand in for their pages.
"""

import struct
from collections.abc import Iterator

Value = None | int | float | str | bytes
Row = tuple[Value, ...]

LEAF, USUAL_SIZE = 0x0D, 4096
WAL_HEADER, FRAME_HEADER = 32, 24
WAL_MAGIC = (0x377F0682, 0x377F0683)
INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
MOST_COLUMNS, LONGEST = 32, 1 << 30


class Pages:
    """The pages of a database and its log, by number from 1."""

    def __init__(self, database: bytes, log: bytes) -> None:
        self._size = _page_size(database, log)
        self._database = database
        self._newer = dict(_frames(log, self._size))

    def rows(self) -> Iterator[Row]:
        """Every row that can be read; the same one perhaps twice, or of before it was deleted."""
        last = max(len(self._database) // self._size + 1, *self._newer, 1)
        for number in range(1, last + 1):
            page = self.page(number)
            if len(page) == self._size and page[self._start(number)] == LEAF:
                yield from self._leaf(number, page)

    def page(self, number: int) -> bytes:
        """Empty when there is none."""
        if number in self._newer:
            return self._newer[number]
        return self._database[(number - 1) * self._size : number * self._size] if number > 0 else b""

    def _start(self, number: int) -> int:
        return 100 if number == 1 else 0

    def _leaf(self, number: int, page: bytes) -> Iterator[Row]:
        start = self._start(number)
        (count,) = struct.unpack_from(">H", page, start + 3)
        room = (len(page) - start - 8) // 2
        for place in struct.unpack_from(f">{min(count, room)}H", page, start + 8):
            try:
                yield self._cell(page, place)
            except (IndexError, ValueError, struct.error, OverflowError, RecursionError):
                continue

    def _cell(self, page: bytes, place: int) -> Row:
        length, place = varint(page, place)
        rowid, place = varint(page, place)
        if not 0 < length < LONGEST:
            raise ValueError(length)
        return record(self._payload(page, place, length), rowid)

    def _payload(self, page: bytes, place: int, length: int) -> bytes:
        """The record, of which what is too long for its page goes on in a chain of others."""
        most, least = self._size - 35, (self._size - 12) * 32 // 255 - 23
        here = length
        if length > most:
            here = least + (length - least) % (self._size - 4)
            here = here if here <= most else least
        parts, left = [page[place : place + here]], length - here
        following = int.from_bytes(page[place + here : place + here + 4]) if left else 0
        while left > 0:
            more = self.page(following)
            if len(more) != self._size:
                raise ValueError("the chain ends early")
            parts.append(more[4 : 4 + left])
            left -= len(parts[-1])
            following = int.from_bytes(more[:4])
        return b"".join(parts)


def record(payload: bytes, rowid: int) -> Row:
    """The values of one row; an INTEGER PRIMARY KEY, which stands as NULL first, is its rowid."""
    size, place = varint(payload, 0)
    kinds, body = [], size
    while place < size:
        kind, place = varint(payload, place)
        kinds.append(kind)
    if place != size or not 0 < len(kinds) <= MOST_COLUMNS:
        raise ValueError("no record")
    values: list[Value] = []
    for kind in kinds:
        value, body = _value(payload, body, kind)
        values.append(value)
    if body != len(payload):
        raise ValueError("no record")
    return (rowid, *values[1:]) if values[0] is None else tuple(values)


def _value(payload: bytes, place: int, kind: int) -> tuple[Value, int]:
    length = _length(kind)
    raw = payload[place : place + length]
    if len(raw) != length:
        raise ValueError("too short")
    if kind in INTEGERS:
        return int.from_bytes(raw, signed=True), place + length
    if kind == 7:
        return struct.unpack(">d", raw)[0], place + length
    if kind < 12:
        return {8: 0, 9: 1}.get(kind), place + length
    return (raw.decode("utf-8", "surrogateescape") if kind % 2 else raw), place + length


def _length(kind: int) -> int:
    if kind >= 12:
        return (kind - 12) // 2
    if kind in (10, 11):
        raise ValueError("no such kind of value")
    return 8 if kind == 7 else INTEGERS.get(kind, 0)


def varint(data: bytes, place: int) -> tuple[int, int]:
    """The number at `place`, and the place behind it."""
    value = 0
    for count in range(9):
        byte = data[place + count]
        if count == 8:
            return (value << 8) | byte, place + 9
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, place + count + 1
    raise ValueError("unreachable")


def _page_size(database: bytes, log: bytes) -> int:
    """As the headers say, or the usual one."""
    for raw in (log[8:12] if len(log) > WAL_HEADER else b"", database[16:18]):
        size = int.from_bytes(raw)
        if 512 <= size <= 65_536 and size & (size - 1) == 0:
            return size
    return USUAL_SIZE


def _frames(log: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """Page numbers and pages of the log's committed frames, in order.

    A frame belongs when it bears the salts of the log's beginning. Checksums are not looked at: what is
    wrong in a page is found when its rows are read.
    """
    if len(log) < WAL_HEADER or int.from_bytes(log[:4]) not in WAL_MAGIC:
        return
    held: list[tuple[int, bytes]] = []
    for place in range(WAL_HEADER, len(log) - FRAME_HEADER - size + 1, FRAME_HEADER + size):
        number, committed = struct.unpack_from(">II", log, place)
        if log[place + 8 : place + 16] != log[16:24] or not 0 < number < 1 << 24:
            continue
        held.append((number, log[place + FRAME_HEADER : place + FRAME_HEADER + size]))
        if committed:
            yield from held
            held = []
