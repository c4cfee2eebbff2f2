"""Text as the words of an index: Chinese, Japanese and Korean, written without spaces, as pairs of letters.

`東京都` is indexed as `東京 京都 都`, so that every word inside a longer one is found: one of two letters
as a pair, a longer one as a phrase of pairs. All functions but `fold` take what `fold` gives.
"""

import re
import unicodedata
from operator import add

_LETTER = (
    "\u3041-\u3096\u4e00-\u9fff\u30a1-\u30fa\u30fc-\u30ff\uac00-\ud7a3\u3005-\u3007\u309d-\u309f\u3400-\u4dbf"
    "\u2e80-\u2fdf\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff"
    "\ua960-\ua97c\uf900-\ufaff\U00020000-\U000323af"
)
_WIDE = "[\u2e80-\U000323af](?:[\u2e80-\U000323af\r\n> ]*[\u2e80-\U000323af])?"
"""A stretch in which there may be some: one comparison a letter, where `_LETTER` takes twenty."""

_RUN = f"[{_LETTER}]+(?:\r?\n(?:> ?)*[{_LETTER}]+)*"
_ONE = f"[{_LETTER}]"
_PIECE = f"[{_LETTER}]+|[^{_LETTER}]+"
"""These four take milliseconds to compile: when they are first used, not at every start."""

_BREAK = re.compile("[\r\n> ]+")
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Half-width and full-width letters, capitals and small ones, are the same."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def pairs(text: str) -> tuple[str, set[str]]:
    """The text as the index takes it, and the letters of such writing that are in it.

    A line break inside such writing is none: mail is wrapped anywhere.
    """
    letters: set[str] = set()
    if text.isascii():
        return text, letters

    def spread(found: re.Match[str]) -> str:
        run = _BREAK.sub("", found[0]) if "\n" in found[0] else found[0]
        letters.update(run)
        return f" {' '.join(map(add, run, run[1:]))} {run[-1]} "

    runs = re.compile(_RUN).sub
    return re.sub(_WIDE, lambda found: runs(spread, found[0]), text), letters


def beginnings(text: str, mark: str) -> set[str]:
    """How the words of the text begin, by one letter and by two, with `mark` before each."""
    words = _WORD.findall(text)
    return {mark + word[:1] for word in words} | {mark + word[:2] for word in words}


def is_letter(word: str) -> bool:
    """Whether it is one letter of such writing, as `pairs` gives them."""
    return len(word) == 1 and bool(re.match(_ONE, word))


def is_beginning(word: str) -> bool:
    """Whether it is one that `beginnings` gives."""
    return len(word) <= 2 and bool(_WORD.fullmatch(word)) and not re.search(_ONE, word)


def phrase(word: str) -> tuple[str, bool]:
    """A word or phrase as it stands in `pairs`, and whether its last piece is but the beginning of one."""
    pieces = re.findall(_PIECE, word)
    open = bool(pieces) and is_letter(pieces[-1])
    *before, last = pieces or [""]
    return " ".join([*map(_pairs, before), _pairs(last, open)]), open


def _pairs(piece: str, ends: bool = True) -> str:
    """The pairs of letters, if it is such writing; where it `ends`, its last letter stands alone as well."""
    if not re.match(_ONE, piece):
        return piece
    each = map(add, piece, piece[1:])
    return " ".join([*each, piece[-1]] if ends else each)
