"""What a person looks for, as typed into the search line.

Words must all hold; `"two words"` stand together, `-word` must not be there, `word*` begins so, and
`from:anna` asks one thing alone. What is half typed asks nothing yet, and what is no operator is a word.
"""

import re
from collections.abc import Callable

from msgspec import Struct

from tuimail.mail.letter.envelope import Flag

LONGEST = 1_000

MOST_FOUND = 3_000
"""So many of the newest that answer a query are shown."""

WORDS = ("", "from", "to", "cc", "subject", "body")
"""The fields whose value is a word or a phrase that stands in the mail."""

STATES = {
    "unread": Flag.SEEN,
    "read": Flag.SEEN,
    "flagged": Flag.FLAGGED,
    "starred": Flag.FLAGGED,
    "answered": Flag.ANSWERED,
    "replied": Flag.ANSWERED,
    "forwarded": Flag.FORWARDED,
    "draft": Flag.DRAFT,
}
"""What can follow `is:`, and the flag it speaks of; `unread` is the one that asks for its absence."""


class Term(Struct, frozen=True):
    """One condition. `field` is an operator such as `from`, or empty for a word that may stand anywhere.

    `value` is what it asks for: a word or phrase (its beginning with `prefix`), a flag for `is`, a name for
    `in`, `account` and `label`; `number` is an instant (UTC seconds) for `before` and `after`, or bytes for
    `larger` and `smaller`. `unwanted` turns it round (`-from:ci`).
    """

    field: str
    value: str
    unwanted: bool = False
    prefix: bool = False
    number: float = 0.0


class Query(Struct, frozen=True):
    """`text` as typed; all of `terms` must hold. Without terms it is answered by every message."""

    text: str = ""
    terms: tuple[Term, ...] = ()

    @property
    def asks_text(self) -> bool:
        """Whether it takes the text of a message to answer it."""
        return any(term.field in ("", "body") for term in self.terms)

    @property
    def names_folder(self) -> bool:
        """Whether it says itself where to look."""
        return any(term.field == "in" and not term.unwanted for term in self.terms)


EVERYTHING = Query()

_PLAIN = str.maketrans(
    {"\u3000": " ", "：": ":", "－": "-", "−": "-", "“": '"', "”": '"', "＂": '"', "＊": "*"}
)
_TOKEN = re.compile(r'(-?)(?:([^\W\d_]+):)?(?:"([^"]*)("|\Z)|(\S*))')
_LETTERS = re.compile(r"[^\W_]")


class _Typed(Struct, frozen=True):
    """A piece of what was typed; `open` when more of its last word may follow."""

    field: str
    value: str
    unwanted: bool
    quoted: bool
    open: bool


Reader = Callable[[_Typed, float, str], Term | None]


def parse(text: str, now: float = 0.0, zone: str = "UTC") -> Query:
    """The query that was typed, whatever it was. `now` (UTC seconds) and `zone` say what `7d` means."""
    plain = text[:LONGEST].translate(_PLAIN)
    terms = [_term(typed, now, zone) for typed in _pieces(plain)]
    return Query(text.strip(), tuple(term for term in terms if term is not None))


def _pieces(text: str) -> list[_Typed]:
    pieces, at = [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = _TOKEN.match(text, at)
        if found is None or found.end() == at:
            break
        at = found.end()
        minus, field, phrase, closed, word = found.groups()
        is_open = at == len(text) and not closed
        value = word if phrase is None else phrase
        pieces.append(_Typed((field or "").lower(), value, bool(minus), phrase is not None, is_open))
    return pieces


def _term(typed: _Typed, now: float, zone: str) -> Term | None:
    """The condition, or None for a piece that asks nothing as yet."""
    read = _READERS.get(typed.field)
    if read is None:
        whole = f"{typed.field}:{typed.value}"
        return _words(_Typed("", whole, typed.unwanted, typed.quoted, typed.open), now, zone)
    return read(typed, now, zone)


def _words(typed: _Typed, now: float, zone: str) -> Term | None:
    if not _LETTERS.search(typed.value):
        return None
    star = typed.value.endswith("*")
    prefix = star or (typed.open and not typed.unwanted)
    return Term(typed.field, typed.value.rstrip("*"), typed.unwanted, prefix)


def _name(typed: _Typed, now: float, zone: str) -> Term | None:
    return Term(typed.field, typed.value, typed.unwanted, typed.open) if typed.value else None


def _state(typed: _Typed, now: float, zone: str) -> Term | None:
    word = typed.value.lower()
    if word not in STATES:
        return None
    return Term("is", STATES[word], typed.unwanted != (word == "unread"))


def _has(typed: _Typed, now: float, zone: str) -> Term | None:
    known = typed.value.lower() in ("attachment", "attachments", "file", "files")
    return Term("has", "attachment", typed.unwanted) if known else None


def _date(typed: _Typed, now: float, zone: str) -> Term | None:
    from tuimail.mail.folder import span

    at = span.start(typed.value, now, zone)
    return None if at is None else Term(typed.field, typed.value, typed.unwanted, number=at)


def _size(typed: _Typed, now: float, zone: str) -> Term | None:
    from tuimail.mail.folder import span

    size = span.size(typed.value)
    return None if size is None else Term(typed.field, typed.value, typed.unwanted, number=size)


_READERS: dict[str, Reader] = {
    **dict.fromkeys(WORDS, _words),
    **dict.fromkeys(("in", "account", "label"), _name),
    **dict.fromkeys(("before", "after"), _date),
    **dict.fromkeys(("larger", "smaller"), _size),
    "is": _state,
    "has": _has,
}

OPERATORS = tuple(name for name in _READERS if name)
"""What can stand before a colon."""
