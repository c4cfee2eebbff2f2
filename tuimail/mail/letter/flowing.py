"""Text as format=flowed (RFC 3676): long lines end softly, so that a reader of any width joins them again."""

import re
import unicodedata
from collections.abc import Iterator

from msgspec import Struct

from tuimail.mail.letter.signature import MARK

WIDTH = 72
"""Cells of a line; a word that is longer stands on one of its own."""

_WIDE = "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\U00020000-\U0003fffd"
_HANGING = "、。，．・：；！？）」』】〉》〕］｝ー…\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef"
_ANYWHERE = re.compile(rf"[{_WIDE}][{_HANGING}]* *|[^ {_WIDE}]+ *| +")
_AT_SPACES = re.compile(r"[^ ]+ *| +")
_WITHOUT_SPACES = re.compile(rf"[^ \n]*[{_WIDE}][^ \n]*")
_STUFFED = (" ", ">", "From ")


class Flowed(Struct, frozen=True):
    """The folded text, and the value of DelSp: whether the space at a soft end is no part of the text."""

    text: str
    delsp: bool


def flowing(text: str) -> Flowed:
    """The text with no line wider than `WIDTH` cells where it can be helped, quotes within their marks.

    What `flowed.unfold` makes of it is the text again, but for blanks at the ends of lines. Text in a
    script without spaces is folded anywhere, and says DelSp=yes.
    """
    delsp = any(_cells(run) > WIDTH for run in _WITHOUT_SPACES.findall(text))
    rows = (row for line in text.split("\n") for row in _line(line, delsp))
    return Flowed("\n".join(rows), delsp)


def _line(line: str, delsp: bool) -> Iterator[str]:
    depth = len(line) - len(line.lstrip(">"))
    marks, content = line[:depth], line[depth:].removeprefix(" ") if depth else line
    if content != MARK:
        content = content.rstrip(" ")
    pieces = [content] if content == MARK else _pieces(content, WIDTH - depth, delsp)
    soft = " " if delsp else ""
    for number, piece in enumerate(pieces, 1):
        ended = piece + soft if number < len(pieces) else piece
        yield f"{marks} {ended}" if depth or ended.startswith(_STUFFED) else ended


def _pieces(content: str, width: int, delsp: bool) -> list[str]:
    """The line in pieces; none but the last may read as the mark of a signature."""
    found, used = [""], 0
    for word in (_ANYWHERE if delsp else _AT_SPACES).findall(content):
        cells = _cells(word.rstrip(" "))
        if found[-1] and used + cells > width and found[-1].rstrip(" ") != "--":
            found.append("")
            used = 0
        found[-1] += word
        used += _cells(word)
    return found


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in text)
