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
    if not _wider(line, width):
        return [line]
    lines: list[str] = []
    rest = line
    while _wider(rest, width):
        place = _break(rest, max(width, 2))
        lines.append(rest[:place].rstrip())
        rest = rest[place:].lstrip(" ")
    return [*lines, rest] if rest else lines


def _wider(text: str, width: int) -> bool:
    """Whether `text` takes more than `width` cells; of a line without end only the beginning is measured."""
    start = text[: 4 * width]
    return cell_len(start) > width or (len(text) > len(start) and cell_len(text) > width)


def _break(text: str, width: int) -> int:
    """Where to break `text`, which is wider than `width` cells."""
    cells = place = space = 0
    for place, letter in enumerate(text):
        cells += cell_len(letter)
        if cells > width:
            space = place if letter == " " else space
            break
        if letter == " ":
            space = place + 1
    roomy = space if cell_len(text[:space]) * 3 >= width else 0
    return roomy or max(place, 1)
