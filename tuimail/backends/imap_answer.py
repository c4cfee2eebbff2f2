"""What an IMAP server answers (RFC 9051 §7), read without trusting it: nothing here recurses or raises."""

import re
from calendar import timegm
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from tuimail.backends.imap_channel import Response
from tuimail.backends.imap_words import quoted
from tuimail.mail.letter.envelope import Flag

LARGEST_UID = 2**32 - 1
LARGEST_MODSEQ = 2**63 - 1
MOST_NUMBERS = 10_000_000

_NAME = rb'(?:"((?:[^"\\]|\\.)*)"|([^\s(){"]+))'
_LISTED = re.compile(rb'X?LIST \(([^)]*)\) (?:NIL|"(\\?.)"|"") ' + _NAME, re.I)
_STATUS = re.compile(rb"STATUS " + _NAME + rb" \(([^)]*)\)", re.I)
_COUNT = re.compile(rb"([A-Z]{3,20}) (\d{1,19})", re.I)
_SEARCH = re.compile(rb"(?:SEARCH|SORT)\b([ \d]*)", re.I)
_ESEARCH = re.compile(rb"ESEARCH\b.*? ALL ([\d:,]+)", re.I)
_VANISHED = re.compile(rb"VANISHED (\(EARLIER\) )?([\d:,]+)", re.I)
_NUMBERED = re.compile(rb"(\d{1,10}) (EXISTS|EXPUNGE)\b", re.I)
_CODE = re.compile(rb"(?:OK|NO|BAD|BYE|PREAUTH) \[([A-Z\-]+)(?: ([^\]]*))?\]", re.I)
_LEADING = re.compile(rb"\[([A-Z\-]+)(?: ([^\]]*))?\]", re.I)
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
_UNSAYABLE = frozenset(b"\r\n\0")
NEWS = re.compile(rb"\d+ (?:EXISTS|EXPUNGE|FETCH)\b|VANISHED\b", re.I)


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
    thread: int = 0
    labels: tuple[bytes, ...] = ()


def listed(heard: Iterable[Response]) -> Iterator[Listed]:
    """The folders of LIST answers, attributes in lower case. A name that can't be said again is left out."""
    for line in map(_line, heard):
        if (match := _LISTED.match(line)) and _UNSAYABLE.isdisjoint(line.rstrip(b"\r\n")):
            attributes = frozenset(match[1].decode("ascii", "replace").lower().split())
            separator = (match[2] or b"")[-1:].decode("latin-1")
            yield Listed(attributes, separator, _name(match[3], match[4]))


def statuses(heard: Iterable[Response]) -> dict[str, dict[str, int]]:
    """Name to the numbers (MESSAGES, UNSEEN …) of STATUS answers."""
    found = {}
    for line in map(_line, heard):
        if match := _STATUS.match(line):
            said = {key.decode().upper(): int(number) for key, number in _COUNT.findall(match[3])}
            found[_name(match[1], match[2])] = said
    return found


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


def uids(heard: Iterable[Response]) -> tuple[int, ...]:
    """The numbers of SEARCH and ESEARCH answers, each once, ascending."""
    found: set[int] = set()
    for line in map(_line, heard):
        if match := _SEARCH.match(line):
            found.update(int(word) for word in match[1].split() if len(word) < 11)
        elif match := _ESEARCH.match(line):
            found.update(spread(ranges(match[1])))
    return tuple(sorted(uid for uid in found if 0 < uid <= LARGEST_UID))


def ranges(said: bytes) -> list[tuple[int, int]]:
    """A sequence-set as (first, last) in the server's order; what is no set of uids is left out."""
    found = []
    for part in said.split(b","):
        ends = sorted(int(end) for end in part.split(b":") if end.isdigit() and len(end) < 11)
        if ends and ends[0] > 0 and ends[-1] <= LARGEST_UID:
            found.append((ends[0], ends[-1]))
    return found


def vanished(heard: Iterable[Response]) -> list[tuple[int, int]]:
    """The (first, last) that VANISHED (EARLIER) answers name (RFC 7162 §3.2.10)."""
    lines = (each for each in heard if isinstance(each, bytes))
    matches = (match for each in lines if (match := _VANISHED.match(each)) and match[1])
    return [each for match in matches for each in ranges(match[2])]


def total(heard: Iterable[Response], before: int) -> int:
    """How many messages there are after this, when there were so many before."""
    for each in heard:
        if not isinstance(each, bytes):
            continue
        if match := _NUMBERED.match(each):
            before = int(match[1]) if match[2].upper() == b"EXISTS" else before - 1
        elif (match := _VANISHED.match(each)) and not match[1]:
            before -= sum(last - first + 1 for first, last in ranges(match[2]))
    return max(before, 0)


def codes(heard: Iterable[Response], text: bytes = b"") -> dict[str, bytes]:
    """Response codes (RFC 9051 §7.1) of untagged answers, and of the text of a tagged one."""
    found = [match for each in heard if isinstance(each, bytes) and (match := _CODE.match(each))]
    if match := _LEADING.match(text):
        found.append(match)
    return {match[1].decode().upper(): match[2] or b"" for match in found}


def number(said: bytes, largest: int) -> int:
    """A number that a code gives; 0 when it gives none, or one that can't be."""
    value = int(said) if said.isdigit() and len(said) < 20 else 0
    return value if value <= largest else 0


def words(heard: Iterable[Response]) -> frozenset[str]:
    """The words of CAPABILITY answers, in capitals."""
    lines = [each for each in heard if isinstance(each, bytes) and each[:11].upper() == b"CAPABILITY "]
    return capabilities(b" ".join(each[11:] for each in lines))


def capabilities(said: bytes) -> frozenset[str]:
    """The same, of the words alone."""
    return frozenset(said.decode("ascii", "replace").upper().split())


def copied(said: bytes) -> tuple[int, dict[int, int]]:
    """The uidvalidity, and old uid to new one, of a COPYUID code (RFC 4315 §3) without its name."""
    parts = said.split()
    if len(parts) != 3:
        return 0, {}
    old, new = spread(ranges(parts[1])), spread(ranges(parts[2]))
    if len(old) != len(new):
        return 0, {}
    return number(parts[0], LARGEST_UID), dict(zip(old, new, strict=True))


def spread(of: Iterable[tuple[int, int]]) -> list[int]:
    """Every number of these ranges, `MOST_NUMBERS` at most."""
    found: list[int] = []
    for first, last in of:
        found += range(first, min(last, first + MOST_NUMBERS - len(found) - 1) + 1)
    return found


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


def _line(response: Response) -> bytes:
    """A response as one line: what came as a literal is put back as a quoted string."""
    if isinstance(response, bytes):
        return response
    pairs = zip(response[::2], response[1::2], strict=False)
    return b"".join(text[: text.rindex(b"{")] + quoted(literal) for text, literal in pairs) + response[-1]


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


def _name(in_quotes: bytes | None, atom: bytes | None) -> str:
    if in_quotes is None:
        return (atom or b"").decode("utf-8", "surrogateescape")
    return re.sub(rb"\\(.)", rb"\1", in_quotes).decode("utf-8", "surrogateescape")
