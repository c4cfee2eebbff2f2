"""The one border that foreign text crosses on its way to a screen."""

import re
import unicodedata
from functools import cache


class Safe(str):
    """Text that can do nothing to a terminal: no control bytes, no bidirectional overrides.

    Made only by `line` and `block` (and by `Safe(...)` around a literal of our own). The screens take
    nothing else that came from outside.
    """

    __slots__ = ()


MARKS_KEPT = 8

_EMOJI = "\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
_IDEOGRAPHS = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BREAKS = re.compile("\r\n|[\v\f\r\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f]+")
_BLANKS = re.compile("[\xa0\u2800]")
_SURROGATES = re.compile("[\ud800-\udfff]+")
_HIDDEN = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]+"
)
_STRAY = (
    f"(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])"
    f"|(?<![{_EMOJI}{_IDEOGRAPHS}0-9#*])[\ufe00-\ufe0f]"
    f"|(?<![{_IDEOGRAPHS}])[\U000e0100-\U000e01ef]"
)
_ANY = re.compile(
    f"{_CONTROLS.pattern}|{_HIDDEN.pattern}|{_BLANKS.pattern}|[\u200d\ud800-\udfff\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_ACCENTS = re.compile(f"([\u0300-\u036f]{{{MARKS_KEPT}}})[\u0300-\u036f]+")
_CROWD = re.compile(rf"[^\w\s\x00-\u02ff]{{{MARKS_KEPT + 1},}}")


def line(text: str, limit: int = 2000) -> Safe:
    """One line of at most `limit` characters: line breaks and tabs become spaces.

    Escapes and other controls are shown as visible marks, what can't be seen is left out.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return Safe(text)
    return Safe(_visible(_BREAKS.sub(" ", text).replace("\n", " ").replace("\t", " ")))


def block(text: str) -> Safe:
    """Many lines, parted by \\n alone; tabs become spaces. Otherwise as `line`."""
    text = _BREAKS.sub("\n", text)
    return Safe(_visible(text.expandtabs() if "\t" in text else text))


def _visible(text: str) -> str:
    text = text.replace("\x1b", "␛")
    if text.isascii():
        return _CONTROLS.sub("·", text)
    if _ANY.search(text):
        for pattern, shown in _steps():
            text = pattern.sub(shown, text)
    return _CROWD.sub(_thinned, _ACCENTS.sub(r"\1", text))


@cache
def _steps() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What is put in place of what. Made when first needed: `_STRAY` takes 3 ms to compile."""
    return (
        (_CONTROLS, "·"),
        (_HIDDEN, ""),
        (re.compile(_STRAY), ""),
        (_BLANKS, " "),
        (_SURROGATES, "\ufffd"),
    )


def _thinned(run: re.Match[str]) -> str:
    """A crowd of characters that are no letters, with at most `MARKS_KEPT` combining marks in a row."""
    marks = {char for char in set(run[0]) if unicodedata.category(char) in ("Mn", "Me")}
    if not marks:
        return run[0]
    kept: list[str] = []
    streak = 0
    for char in run[0]:
        streak = streak + 1 if char in marks else 0
        if streak <= MARKS_KEPT:
            kept.append(char)
    return "".join(kept)
