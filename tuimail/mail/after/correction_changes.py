"""What differs between a mail as it was sent and as it should have been: the 誤 → 正 list of a correction."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from tuimail.mail.after.correction import Language

LONGEST = 80
MOST = 20
"""So many changes are listed; a mail with more is better sent anew."""

_ALIKE = 0.4
_GAP, _SHORT = 3, 4
_CAREFUL = 3_000
"""Up to so many rows or words no frequent one is left out of the comparison."""

_NUMBER = (
    r"[¥￥$€£]?\d(?:[\d,.:/年月日時分秒-]*[\d年月日時分秒])?"
    r"(?:[（(][月火水木金土日](?:曜日?)?[)）])?(?:万円|[円%％名個本件部回])?"
)
_LETTER = r"(?![ぁ-ヿ一-鿿々])\w"
_WORDS = re.compile(
    rf"{_NUMBER}|{_LETTER}(?:(?:{_LETTER}|['’@./-])*{_LETTER})?|[一-鿿々]+|[ァ-ヺー]+|[ぁ-ゟ]+|\s+|.",
    re.DOTALL,
)

_BRACKETS = {")": "(", "）": "（", "」": "「", "』": "『", "】": "【", "]": "["}

Place = tuple[int, int, int, int]
"""From, to among the old words; from, to among the new."""

_SIDES = {
    Language.JAPANESE: ("誤：", "正：", "（記載なし）", "（削除）", "ほかに{}か所の訂正があります。"),
    Language.ENGLISH: (
        "Incorrect: ",
        "Correct:   ",
        "(missing)",
        "(removed)",
        "There are {} further corrections.",
    ),
}


class Change(Struct, frozen=True):
    """One place: what it said and what it should say, each in one short line; one of them may be empty."""

    wrong: str
    right: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """The places in which the texts differ, in order, each once; how lines are broken does not count."""
    old, new = _rows(before), _rows(after)
    found: list[Change] = []
    for kind, a, b, c, d in _matched(old, new):
        if kind != "equal":
            found += _places("\n".join(old[a:b]), "\n".join(new[c:d]))
    return tuple(dict.fromkeys(one for one in found if one.wrong != one.right))


def listed(found: Sequence[Change], language: Language) -> str:
    """The list as it stands in a mail, two lines a change."""
    wrong, right, missing, removed, more = _SIDES[language]
    pairs = [f"{wrong}{one.wrong or missing}\n{right}{one.right or removed}" for one in found[:MOST]]
    rest = [more.format(len(found) - MOST)] if len(found) > MOST else []
    return "\n\n".join([*pairs, *rest])


def _rows(text: str) -> list[str]:
    return [row.strip() for row in text.split("\n") if row.strip()]


def _matched(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    careful = len(old) + len(new) <= _CAREFUL
    return SequenceMatcher(None, old, new, autojunk=not careful).get_opcodes()


def _places(old: str, new: str) -> Iterator[Change]:
    """The phrases that differ where the passages are alike, else the passages."""
    words, others = _words(old), _words(new)
    if not _are_alike(words, others):
        yield Change(_short(old), _short(new))
        return
    for a, b, c, d in _joined(words, others):
        wrong, right = "".join(words[a:b]), "".join(others[c:d])
        if "".join(wrong.split()) != "".join(right.split()):
            yield Change(_short(wrong), _short(right))


def _words(text: str) -> list[str]:
    """Words, numbers with their units, runs of one Japanese script; every white space is alike."""
    return [" " if word.isspace() else word for word in _WORDS.findall(text)]


def _are_alike(words: Sequence[str], others: Sequence[str]) -> bool:
    if not words or not others:
        return False
    careful = len(words) + len(others) <= _CAREFUL
    return SequenceMatcher(None, words, others, autojunk=not careful).ratio() >= _ALIKE


def _joined(words: Sequence[str], others: Sequence[str]) -> Iterator[Place]:
    """The stretches that differ; those hardly apart are one, and tiny ones get the words beside them."""
    last: Place | None = None
    for kind, a, b, c, d in _matched(words, others):
        if kind == "equal":
            continue
        if last is not None and len("".join(words[last[1] : a])) <= _GAP:
            last = (last[0], b, last[2], d)
            continue
        if last is not None:
            yield _closed(words, others, _readable(words, others, last))
        last = (a, b, c, d)
    if last is not None:
        yield _closed(words, others, _readable(words, others, last))


def _readable(words: Sequence[str], others: Sequence[str], place: Place) -> Place:
    """The stretch with the word before and the word behind it where it alone would say little."""
    a, b, c, d = place
    wrong, right = "".join(words[a:b]).strip(), "".join(others[c:d]).strip()
    if min(len(wrong), len(right)) >= _SHORT or max(len(wrong), len(right)) > 3 * _SHORT:
        return place
    if wrong[:1].isdigit() and right[:1].isdigit():
        return place
    before = _step(words[:a][::-1], others[:c][::-1])
    behind = _step(words[b:], others[d:])
    return a - before, b + behind, c - before, d + behind


def _closed(words: Sequence[str], others: Sequence[str], place: Place) -> Place:
    """The stretch with the bracket behind it that closes what it opens."""
    a, b, c, d = place
    closing = "".join(words[b : b + 1])
    opening = _BRACKETS.get(closing)
    opened = opening is not None and others[d : d + 1] == [closing]
    if opened and any("".join(text).count(str(opening)) for text in (words[a:b], others[c:d])):
        return a, b + 1, c, d + 1
    return place


def _step(words: Sequence[str], others: Sequence[str]) -> int:
    """How many words both have in common from here to the first that says something."""
    count = 0
    for word, other in zip(words[:3], others[:3], strict=False):
        if word != other:
            break
        count += 1
        if word.isalnum():
            break
    return count


def _short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= LONGEST else one[: LONGEST - 1].rstrip() + "…"
