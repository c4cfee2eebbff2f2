"""What an IMAP server says of messages (FETCH, RFC 9051 §7.5.2), in any order and in pieces; never raises."""

import re
from calendar import timegm
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from tuimail.backends.imap.answer import LARGEST_MODSEQ, LARGEST_UID, number
from tuimail.backends.imap.channel import Response
from tuimail.backends.imap.words import quoted
from tuimail.mail.letter.envelope import Flag

_FETCH = re.compile(rb"(\d{1,10}) FETCH ", re.I)
_BODY_NEXT = re.compile(rb"BODY\[[^\]]*\](?:<\d+>)? ~?\{\d+\+?\}\r?\n$", re.I)
_STRING = rb'"(?:[^"\\]++|\\.)*+(?:"|$)'
_ITEM = re.compile(
    rb"\b(UID|FLAGS|INTERNALDATE|RFC822\.SIZE|MODSEQ|X-GM-THRID|X-GM-LABELS|BODY\[[^\]]{0,999}\](?:<\d+>)?) "
    rb"(\((?:[^()\"]++|" + _STRING + rb")*+\)|" + _STRING + rb"|[^\s()\"]++)|" + _STRING,
    re.I | re.S,
)
_FLAGS_ALONE = re.compile(
    rb"(\d+) FETCH \((?:UID (\d{1,10}) )?(?:MODSEQ \(\d+\) )?FLAGS \(([^()\"]*)\)"
    rb"(?: UID (\d{1,10}))?(?: MODSEQ \(\d+\))?(?: UID (\d{1,10}))?\)",
    re.I,
)
_DATE = re.compile(rb'"([ \d]?\d-[a-z]{3}-\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4})"', re.I)
_MONTHS = b"janfebmaraprmayjunjulaugsepoctnovdec"
_WORD = re.compile(rb'"((?:[^"\\]++|\\.)*+)"|([^\s()\"]+)', re.S)
_SYSTEM = {flag.lower(): str(flag) for flag in Flag}


class Fetched(Struct, frozen=True):
    """What one FETCH answer says of a message; `received` is UTC seconds, 0 when not said."""

    uid: int
    flags: frozenset[str] | None
    received: float
    size: int
    text: bytes | None
    thread: int = 0
    labels: tuple[bytes, ...] = ()


def fetched(heard: Iterable[Response]) -> Iterator[Fetched]:
    """The messages of FETCH answers, in the server's order; those without a sound UID are left out."""
    for each in heard:
        text, body = (each, None) if isinstance(each, bytes) else _parted(each)
        if _FETCH.match(text):
            message = _fetched(text, body)
            if message is not None:
                yield message


def flags(heard: Iterable[Response], among: range | None = None) -> dict[int, frozenset[str]]:
    """Uid to flags of FETCH answers that have both, in the server's order; of sequence numbers `among`."""
    found: dict[int, frozenset[str]] = {}
    alone = _FLAGS_ALONE.match
    for each in heard:
        match = alone(each) if isinstance(each, bytes) else None
        if match is None:
            found |= {one.uid: one.flags for one in _among(each, among) if one.flags is not None}
        elif among is None or int(match[1]) in among:
            uid = int(match[2] or match[4] or match[5] or 0)
            if 0 < uid <= LARGEST_UID:
                found[uid] = _flags(match[3])
    return found


def _among(response: Response, among: range | None) -> Iterator[Fetched]:
    match = _FETCH.match(response if isinstance(response, bytes) else response[0])
    within = match is not None and (among is None or int(match[1]) in among)
    return fetched((response,)) if within else iter(())


def _fetched(line: bytes, text: bytes | None) -> Fetched | None:
    said = {name.upper(): value for name, value in _ITEM.findall(line)}
    uid = number(said.get(b"UID", b""), LARGEST_UID)
    if not uid:
        return None
    flags = said.get(b"FLAGS")
    return Fetched(
        uid,
        None if flags is None else _flags(flags.strip(b"()")),
        _seconds(said.get(b"INTERNALDATE", b"")),
        number(said.get(b"RFC822.SIZE", b""), LARGEST_MODSEQ),
        _body(said) if text is None else text,
        number(said.get(b"X-GM-THRID", b""), LARGEST_MODSEQ),
        _labels(said[b"X-GM-LABELS"]) if b"X-GM-LABELS" in said else (),
    )


def _labels(said: bytes) -> tuple[bytes, ...]:
    return tuple(_word(match) for match in _WORD.finditer(said) if match[2] != b"NIL")


def _body(said: dict[bytes, bytes]) -> bytes | None:
    """A body that came as a quoted string; NIL is an empty one."""
    for name, value in said.items():
        if name.startswith(b"BODY["):
            match = _WORD.match(value)
            return b"" if match is None or value.upper() == b"NIL" else _word(match)
    return None


def _word(match: re.Match[bytes]) -> bytes:
    return match[2] if match[1] is None else re.sub(rb"\\(.)", rb"\1", match[1], flags=re.S)


def _parted(response: tuple[bytes, ...]) -> tuple[bytes, bytes | None]:
    """The text of a response, and the first literal that is a body; other literals are put in quotes."""
    line, body = b"", None
    for text, literal in zip(response[::2], response[1::2], strict=False):
        if body is None and _BODY_NEXT.search(text[-1200:]):
            line, body = line + text.rstrip(b"\r\n"), literal
        else:
            line += text[: text.rindex(b"{")] + quoted(literal)
    return line + response[-1], body


@lru_cache(maxsize=1024)
def _flags(words: bytes) -> frozenset[str]:
    flags = (word.decode("utf-8", "replace") for word in words.split())
    return frozenset(_SYSTEM.get(flag.lower(), flag) for flag in flags if flag.lower() != "\\recent")


def _seconds(said: bytes) -> float:
    match = _DATE.match(said)
    if match is None:
        return 0.0
    day, hour, minute, second, zone = match.groups()
    midnight = _midnight(day, zone)
    return 0.0 if midnight is None else midnight + int(hour) * 3600.0 + int(minute) * 60 + int(second)


@lru_cache(maxsize=4096)
def _midnight(said: bytes, zone: bytes) -> int | None:
    """When a day like 17-Jul-2024 begins in a zone like +0900; None for a day that can't be."""
    day, month, year = said.split(b"-")
    number, odd = divmod(_MONTHS.find(month.lower()), 3)
    offset = (int(zone[1:3]) * 60 + int(zone[3:5])) * (-60 if zone[:1] == b"-" else 60)
    try:
        return timegm((int(year), 0 if odd else number + 1, int(day), 0, 0, 0)) - offset
    except ValueError:
        return None
