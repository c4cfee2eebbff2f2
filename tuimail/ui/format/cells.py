"""Text measured in terminal cells: a wide character takes two."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"


class Tone(StrEnum):
    """How a piece of text sounds; the theme gives each a colour, and none means anything by colour alone."""

    PLAIN = "plain"
    STRONG = "strong"
    MUTED = "muted"
    ACCENT = "accent"
    ALERT = "alert"


class Piece(NamedTuple):
    """Some text in one tone."""

    text: str
    tone: Tone = Tone.PLAIN


Row = tuple[Piece, ...]


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, with an ellipsis where it was shortened."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[:width]
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells, flush left."""
    return set_cell_size(cut(text, width), max(width, 0))


def fit_right(text: str, width: int) -> str:
    """`text` in exactly `width` cells, flush right."""
    shown = cut(text, width)
    return " " * (width - cell_len(shown)) + shown


def row_len(row: Iterable[Piece]) -> int:
    """The cells a row takes."""
    return sum(cell_len(piece.text) for piece in row)


def cut_row(row: Row, width: int) -> Row:
    """A row in at most `width` cells."""
    kept: list[Piece] = []
    left = width
    for piece in row:
        if cell_len(piece.text) > left:
            kept.append(Piece(cut(piece.text, left), piece.tone))
            break
        kept.append(piece)
        left -= cell_len(piece.text)
    return tuple(kept)


def spread(left: Row, right: Row, width: int) -> Row:
    """`left` flush left, `right` flush right; `left` is cut first, `right` when it alone is too wide."""
    right = cut_row(right, width)
    left = cut_row(left, width - row_len(right))
    gap = width - row_len(left) - row_len(right)
    return (*left, Piece(" " * gap), *right)


def wrap(line: str, width: int) -> list[str]:
    """One line as lines of at most `width` cells, broken at spaces where there are any."""
    if len(line) <= 4 * width and cell_len(line) <= width:
        return [line]
    lines: list[str] = []
    start = 0
    while start < len(line):
        end = _break(line, start, max(width, 2))
        lines.append(line[start:end].rstrip())
        start = end
        while line.startswith(" ", start):
            start += 1
    return lines


def _break(text: str, start: int, width: int) -> int:
    """Where the line that begins at `start` ends: at a space, if that leaves it at least a third full."""
    end = _full(text, start, width)
    if end == len(text) or text[end] == " ":
        return end
    space = text.rfind(" ", start, end) + 1
    return space if cell_len(text[start:space]) * 3 >= width else end


def _full(text: str, start: int, width: int) -> int:
    """The end of as much of `text` from `start` as `width` cells hold, at least one character."""
    if text[start : start + width].isascii():
        return min(start + width, len(text))
    cells = 0
    for place in range(start, len(text)):
        cells += cell_len(text[place])
        if cells > width:
            return max(place, start + 1)
    return len(text)
