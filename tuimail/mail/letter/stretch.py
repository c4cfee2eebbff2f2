"""The body in stretches: what its author says, what is repeated of others, and the signature.

The stretches are the whole text, line for line: nothing is lost by folding.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from tuimail.mail.letter.flowed import SIGNATURE

KEPT = 6
"""Quotes of so many lines are short enough to stand as they are."""


class Kind(StrEnum):
    """What a stretch of lines is."""

    SAID = "said"
    QUOTED = "quoted"
    SIGNATURE = "signature"


class Stretch(Struct, frozen=True):
    """Lines of one kind, without their line ends."""

    kind: Kind
    lines: tuple[str, ...]

    @property
    def folds(self) -> bool:
        """Whether it may be folded away: it repeats others, at length."""
        return self.kind is Kind.QUOTED and len(self.lines) > KEPT


def stretches(text: str) -> tuple[Stretch, ...]:
    """The text cut into stretches; it is left whole when its author says nothing: it is there to be read."""
    lines = text.split("\n")
    kinds = _kinds(lines)
    if not any(line.strip() for line, kind in zip(lines, kinds, strict=True) if kind is Kind.SAID):
        kinds = [Kind.SAID] * len(lines)
    return tuple(_runs(lines, kinds))


def _kinds(lines: Sequence[str]) -> list[Kind]:
    end = _history(lines)
    kinds = [Kind.QUOTED if line.startswith(">") else Kind.SAID for line in lines[:end]]
    kinds += [Kind.QUOTED] * (len(lines) - end)
    _join(lines[:end], kinds)
    _sign(lines[:end], kinds)
    return kinds


def _join(lines: Sequence[str], kinds: list[Kind]) -> None:
    """Empty lines between quoted ones belong to the quote."""
    last = -1
    for place, line in enumerate(lines):
        if kinds[place] is Kind.QUOTED:
            if 0 <= last < place - 1:
                kinds[last + 1 : place] = [Kind.QUOTED] * (place - last - 1)
            last = place
        elif line.strip():
            last = -1


def _sign(lines: Sequence[str], kinds: list[Kind]) -> None:
    """From the signature's mark to its end; what is quoted below it is no part of it."""
    signed = False
    for place, line in enumerate(lines):
        signed = (signed or line == SIGNATURE) and kinds[place] is Kind.SAID
        if signed:
            kinds[place] = Kind.SIGNATURE


def _runs(lines: Sequence[str], kinds: Sequence[Kind]) -> Iterator[Stretch]:
    start = 0
    for place in range(1, len(lines) + 1):
        if place == len(lines) or kinds[place] is not kinds[start]:
            yield Stretch(kinds[start], tuple(lines[start:place]))
            start = place


_RULE = re.compile(
    r"\s{0,8}-{2,20}\s{0,4}(?:original message|original appointment|元のメッセージ|元のメール"
    r"|ursprüngliche nachricht|message d.origine|mensaje original|messaggio originale"
    r"|原始邮件|原始郵件)\s{0,4}-{2,20}\s{0,8}",
    re.IGNORECASE,
)
_OPENS = re.compile(r"\s{0,4}(?:on|am|le|el|il)\b", re.IGNORECASE)
_WROTE = re.compile(r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto)\b", re.IGNORECASE)
_WROTE_IN_JAPANESE = re.compile(r"(?:のメール|が書きました|[^\s<>]@[^\s<>]{1,200}>)\s?[:：]\s{0,4}$")
_DAY = re.compile(r"\d[年月/.-]\s?\d|\d{4}|\d:\d\d")
_FIELD = re.compile(
    r"[>\s*]{0,4}(from|sent|date|to|cc|subject|差出人|送信日時|日時|宛先|件名|von|gesendet|an|betreff|de|envoyé|objet)"
    r"\*?\s?[:：]",
    re.IGNORECASE,
)
_FIRST_FIELDS = ("from", "差出人", "von", "de")
_LONGEST = 400
_FIELDS_NEEDED = 3


def _history(lines: Sequence[str]) -> int:
    """The line from which on an older message is repeated without marks; the number of lines if none."""
    for place, line in enumerate(lines):
        if line and len(line) < _LONGEST and _begins(lines, place):
            return place
    return len(lines)


def _begins(lines: Sequence[str], place: int) -> bool:
    line = lines[place]
    if line.startswith(">"):
        return False
    if _attributes(line):
        return not any(below.startswith(">") for below in lines[place + 1 : place + 4])
    return _RULE.fullmatch(line) is not None or _heads(lines, place)


def _attributes(line: str) -> bool:
    """Whether the line says who wrote what follows, and when."""
    if not line.rstrip().endswith((":", "：")) or not _DAY.search(line):
        return False
    western = _OPENS.match(line) is not None and _WROTE.search(line) is not None
    return western or _WROTE_IN_JAPANESE.search(line) is not None


def _heads(lines: Sequence[str], place: int) -> bool:
    """Whether the header of an older message begins here, as Outlook sets it; not that of a forwarded one."""
    first = _FIELD.match(lines[place])
    if first is None or first[1].lower() not in _FIRST_FIELDS:
        return False
    above = "".join(lines[max(place - 2, 0) : place]).lower()
    if "forward" in above or "転送" in above:
        return False
    return sum(_FIELD.match(row[:40]) is not None for row in lines[place : place + 6]) >= _FIELDS_NEEDED
