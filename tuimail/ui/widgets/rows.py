"""Rows on the screen: pieces of text in tones become strips, never markup."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.format.cells import Row, Tone, cut_row

TONES: frozenset[str] = frozenset(f"tone--{tone}" for tone in Tone)

TONE_CSS = """
    & > .tone--plain { color: $mail-text; }
    & > .tone--strong { color: $mail-strong; text-style: bold; }
    & > .tone--muted { color: $mail-muted; }
    & > .tone--accent { color: $mail-accent; }
    & > .tone--alert { color: $mail-alert; text-style: bold; }
"""


def tones(widget: Widget) -> dict[Tone, Style]:
    """The style of each tone on this widget."""
    return {tone: widget.get_component_rich_style(f"tone--{tone}") for tone in Tone}


def strip(row: Row, width: int, styles: dict[Tone, Style], ground: Style) -> Strip:
    """One row as exactly `width` cells; `ground` fills what the pieces leave free."""
    segments = [Segment(piece.text, styles[piece.tone]) for piece in cut_row(row, width)]
    used = sum(cell_len(segment.text) for segment in segments)
    return Strip([*segments, Segment(" " * (width - used), ground)], width)


class Rows(Widget):
    """A few rows that its subclass computes for the width at hand."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(TONES)
    ALLOW_SELECT = False
    DEFAULT_CSS = f"Rows {{ height: auto; {TONE_CSS} }}"

    def rows(self, width: int) -> Sequence[Row]:
        """The rows to show in `width` cells."""
        return ()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.rows(width))

    def render_line(self, y: int) -> Strip:
        rows = self.rows(self.size.width)
        row = rows[y] if y < len(rows) else ()
        return strip(row, self.size.width, tones(self), self.rich_style)
