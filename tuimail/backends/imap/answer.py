"""What an IMAP server answers (RFC 9051 §7), read without trusting it: nothing here recurses or raises."""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from tuimail.backends.imap.channel import Response
from tuimail.backends.imap.words import quoted

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


def _line(response: Response) -> bytes:
    """A response as one line: what came as a literal is put back as a quoted string."""
    if isinstance(response, bytes):
        return response
    pairs = zip(response[::2], response[1::2], strict=False)
    return b"".join(text[: text.rindex(b"{")] + quoted(literal) for text, literal in pairs) + response[-1]


def _name(in_quotes: bytes | None, atom: bytes | None) -> str:
    if in_quotes is None:
        return (atom or b"").decode("utf-8", "surrogateescape")
    return re.sub(rb"\\(.)", rb"\1", in_quotes).decode("utf-8", "surrogateescape")
