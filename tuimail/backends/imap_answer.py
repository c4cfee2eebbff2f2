"""What an IMAP server answers (RFC 9051 §7), read without trusting it: nothing here recurses or raises."""

import re
from calendar import timegm
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from tuimail.mail.letter.envelope import Flag

Data = Sequence[bytes | tuple[bytes, bytes] | None]

_NAME = rb'(?:"((?:[^"\\]|\\.)*)"|([^\s(){"]+))'
_LISTED = re.compile(rb'\(([^)]*)\) (?:NIL|"(\\?.)"|"") ' + _NAME, re.I)
_STATUS = re.compile(_NAME + rb" \(([^)]*)\)")
_COUNT = re.compile(rb"(MESSAGES|UNSEEN) (\d{1,10})", re.I)
_FLAGS = re.compile(rb"FLAGS \(([^()]*)\)", re.I)
_UID = re.compile(rb"\bUID (\d{1,10})\b", re.I)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,18})\b", re.I)
_DATE = re.compile(
    rb'INTERNALDATE "([ \d]?\d)-([a-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.I
)
_MONTHS = b"janfebmaraprmayjunjulaugsepoctnovdec"
_FILED = re.compile(rb"\[APPENDUID (\d{1,10}) (\d{1,10})\]", re.I)
_SYSTEM = {flag.lower(): str(flag) for flag in Flag}
_UNSAYABLE = frozenset(b"\r\n\0")
_LARGEST_UID = 2**32 - 1


class Listed(Struct, frozen=True):
    """A line of LIST: attributes, the separator of levels (may be empty) and the name as on the wire."""

    attributes: frozenset[str]
    separator: str
    name: str

    @property
    def selectable(self) -> bool:
        return self.attributes.isdisjoint({"\\noselect", "\\nonexistent"})


class Fetched(Struct, frozen=True):
    """What one FETCH answer says of a message; `received` is UTC seconds, 0 when not said."""

    uid: int
    flags: frozenset[str] | None
    received: float
    size: int
    text: bytes | None


def listed(data: Data) -> Iterator[Listed]:
    """The folders of LIST answers, attributes in lower case. A name that can't be said again is left out."""
    for line in _lines(data):
        if (match := _LISTED.match(line)) and _UNSAYABLE.isdisjoint(line):
            attributes = frozenset(match[1].decode("ascii", "replace").lower().split())
            separator = (match[2] or b"")[-1:].decode("latin-1")
            yield Listed(attributes, separator, _name(match[3], match[4]))


def counts(data: Data) -> dict[str, tuple[int, int]]:
    """Name to (messages, unread) of STATUS answers."""
    found = {}
    for line in _lines(data):
        if match := _STATUS.match(line):
            said = {key.upper(): int(number) for key, number in _COUNT.findall(match[3])}
            found[_name(match[1], match[2])] = (said.get(b"MESSAGES", 0), said.get(b"UNSEEN", 0))
    return found


def fetched(data: Data) -> Iterator[Fetched]:
    """The messages of FETCH answers, in the server's order; those without a sound UID are left out."""
    line, text = b"", None
    for item in data:
        if isinstance(item, tuple):
            line += item[0]
            text = item[1] if text is None else text
        elif item is not None:
            message = _fetched(line + item, text)
            line, text = b"", None
            if message is not None:
                yield message


def uids(data: Data) -> tuple[int, ...]:
    """The numbers of SEARCH answers, each once, ascending."""
    words = b" ".join(item for item in data if isinstance(item, bytes)).split()
    return tuple(sorted({int(word) for word in words if word.isdigit() and 0 < int(word) <= _LARGEST_UID}))


def words(data: Data) -> frozenset[str]:
    """The words of CAPABILITY answers, in capitals."""
    said = b" ".join(item for item in data if isinstance(item, bytes))
    return frozenset(said.decode("ascii", "replace").upper().split())


def filed(line: bytes) -> str:
    """`uidvalidity.uid` of an APPENDUID code (RFC 4315 §3), or nothing."""
    match = _FILED.search(line)
    return f"{int(match[1])}.{int(match[2])}" if match else ""


def _fetched(line: bytes, text: bytes | None) -> Fetched | None:
    flags = None
    if match := _FLAGS.search(line):
        flags = _flags(match[1])
        line = line[: match.start()] + line[match.end() :]
    uid = int(match[1]) if (match := _UID.search(line)) else 0
    if not 0 < uid <= _LARGEST_UID:
        return None
    size = int(match[1]) if (match := _SIZE.search(line)) else 0
    return Fetched(uid, flags, _seconds(line), size, text)


@lru_cache(maxsize=1024)
def _flags(words: bytes) -> frozenset[str]:
    flags = (word.decode("utf-8", "replace") for word in words.split())
    return frozenset(_SYSTEM.get(flag.lower(), flag) for flag in flags if flag.lower() != "\\recent")


def _seconds(line: bytes) -> float:
    match = _DATE.search(line)
    month, odd = divmod(_MONTHS.find(match[2].lower()), 3) if match else (-1, 0)
    if match is None or month < 0 or odd:
        return 0.0
    day, year, hour, minute, second, east, south = (int(match[n]) for n in (1, 3, 4, 5, 6, 8, 9))
    offset = (east * 60 + south) * (-60 if match[7] == b"-" else 60)
    try:
        return float(timegm((year, month + 1, day, hour, minute, second)) - offset)
    except ValueError:
        return 0.0


def _lines(data: Data) -> Iterator[bytes]:
    """Each answer as one line: a name that came as a literal is put back as a quoted string."""
    line = b""
    for item in data:
        if isinstance(item, tuple):
            line += item[0][: item[0].rindex(b"{")] + quoted(item[1])
        elif item is not None:
            yield line + item
            line = b""


def _name(in_quotes: bytes | None, atom: bytes | None) -> str:
    if in_quotes is None:
        return (atom or b"").decode("utf-8", "surrogateescape")
    return re.sub(rb"\\(.)", rb"\1", in_quotes).decode("utf-8", "surrogateescape")


def quoted(text: bytes) -> bytes:
    """`text` as a quoted string (RFC 9051 §4.3)."""
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
