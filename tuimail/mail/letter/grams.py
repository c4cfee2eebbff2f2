"""Text as the words of an index: Chinese, Japanese and Korean, written without spaces, as pairs of letters.

`東京都` is indexed as `東京 京都 都`, so that every word inside a longer one is found: one of two letters
as a pair, a longer one as a phrase of pairs, one letter as the beginning of a pair.
"""

import re
import unicodedata
from operator import add

_LETTER = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u309d-\u309f\u30a1-\u30fa"
    "\u30fc-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af"
)
_RUN = re.compile(f"[{_LETTER}]+(?:\r?\n(?:> ?)*[{_LETTER}]+)*")
_BREAK = re.compile("[\r\n> ]+")
_PIECE = re.compile(f"[{_LETTER}]+|[^{_LETTER}]+")


def indexed(text: str) -> str:
    """The text as the index takes it. A line break inside such a run is none: mail is wrapped anywhere."""
    return text if text.isascii() else _RUN.sub(_pairs, fold(text))


def fold(text: str) -> str:
    """Half-width and full-width letters, capitals and small ones, are the same."""
    return unicodedata.normalize("NFKC", text).casefold()


def wanted(word: str, prefix: bool) -> tuple[str, bool]:
    """A word or phrase as it stands in `indexed` text, and whether its last piece only begins so."""
    pieces = _PIECE.findall(fold(word))
    if not pieces or not _is_run(pieces[-1]):
        return " ".join(_pairs_of(p, True) if _is_run(p) else p for p in pieces), prefix
    last = pieces[-1]
    before = [_pairs_of(p, True) if _is_run(p) else p for p in pieces[:-1]]
    return " ".join([*before, _pairs_of(last, len(last) == 1)]), len(last) == 1


def _is_run(piece: str) -> bool:
    return bool(_RUN.match(piece))


def _pairs(run: re.Match[str]) -> str:
    return f" {_pairs_of(_BREAK.sub('', run[0]), True)} "


def _pairs_of(run: str, whole: bool) -> str:
    """The pairs, one after the other; with `whole` the last letter ends the run and stands alone as well."""
    pairs = map(add, run, run[1:])
    return " ".join([*pairs, run[-1]] if whole else pairs)
