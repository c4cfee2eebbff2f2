"""Rows on the screen: pieces of text in tones become strips, never markup."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.format.cells import Row, Tone, cut_row

LOUD = (Tone.STRONG, Tone.ALERT)

COLOURS = {
    Tone.PLAIN: "mail-text",
    Tone.STRONG: "mail-strong",
    Tone.MUTED: "mail-muted",
    Tone.ACCENT: "mail-accent",
    Tone.ALERT: "mail-alert",
}
"""The theme's colour of each tone."""


class Look(NamedTuple):
    """A style for each tone, and one for what the pieces leave free."""

    tones: dict[Tone, Style]
    ground: Style


def look(widget: Widget) -> Look:
    """The look of rows on this widget, in the theme of the moment."""
    ground, colours = widget.rich_style, widget.app.theme_variables
    styles = {tone: ground + Style(color=colours[name], bold=tone in LOUD) for tone, name in COLOURS.items()}
    return Look(styles, ground)


def strip(row: Row, width: int, look: Look) -> Strip:
    """One row as exactly `width` cells."""
    segments = [Segment(piece.text, look.tones[piece.tone]) for piece in cut_row(row, width)]
    used = sum(cell_len(segment.text) for segment in segments)
    return Strip([*segments, Segment(" " * (width - used), look.ground)], width)


def in_sight(widget: Widget) -> bool:
    """Whether its screen is on top, or under a question. A repaint below repaints the top too."""
    return widget.screen.is_current or widget.app.screen.is_modal


class Rows(Widget):
    """A few rows that its subclass computes for the width at hand."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Rows { height: auto; }"

    def rows(self, width: int) -> Sequence[Row]:
        """The rows to show in `width` cells."""
        return ()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.rows(width))

    def render_line(self, y: int) -> Strip:
        rows = self.rows(self.size.width)
        return strip(rows[y] if y < len(rows) else (), self.size.width, look(self))
