"""A list of rows with a cursor."""

from collections.abc import Awaitable
from typing import Self

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from tuimail.ui.format.cells import Piece, Tone
from tuimail.ui.widgets.row_view import RowView
from tuimail.ui.widgets.rows import strip


class RowList(RowView):
    """Rows of which one is the cursor's. A move repaints two rows.

    `empty` is what it says when there is nothing to list.
    """

    DEFAULT_CSS = "RowList { scrollbar-size-vertical: 0; }"

    cursor: reactive[int] = reactive(0, repaint=False)
    """The row under the cursor."""

    class About(Message):
        """Something about the row `cursor` of the list `control`."""

        def __init__(self, control: "RowList", cursor: int) -> None:
            super().__init__()
            self._control = control
            self.cursor = cursor

        @property
        def control(self) -> "RowList":
            return self._control

    class Moved(About):
        """The cursor is on another row, or the row under it is another."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowList.Moved) and message.control is self._control

    class Chosen(About):
        """A row was chosen with the mouse."""

    def __init__(self, empty: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.empty = empty

    @property
    def is_lively(self) -> bool:
        """Whether keys move its cursor."""
        return self.has_focus

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(self.count - 1, cursor))

    def watch_cursor(self, old: int, new: int) -> None:
        self._reveal(new)
        for index in (old, new):
            self.refresh(Region(0, index - self.scroll_offset.y, self.size.width, 1))
        self.post_message(self.Moved(self, new))

    def render_lines(self, crop: Region) -> list[Strip]:
        lines = super().render_lines(crop)
        if not self.count and self.empty and crop.y <= 1 < crop.bottom:
            row = (Piece(f"   {self.empty}", Tone.MUTED),)
            words = strip(row, self.size.width, self.look())
            lines[1 - crop.y] = self.filtered(words).crop(crop.x, crop.right)
        return lines

    def strip_key(self, index: int) -> object:
        return index, index == self.cursor and (1 + self.is_lively)

    def paint(self, index: int, width: int) -> Strip:
        painted = super().paint(index, width)
        if index != self.cursor:
            return painted
        colours = self.app.theme_variables
        ground, text = ("cursor", "cursor-text") if self.is_lively else ("cursor-away", "text")
        under = Style(color=colours[f"mail-{text}"], bgcolor=colours[f"mail-{ground}"])
        return Strip([Segment(text, (style or under) + under) for text, style, _ in painted], width)

    def place(self, count: int, cursor: int, top: int | None = None) -> Self:
        """Other rows: how many, where the cursor is, and which row is the first in sight."""
        self.set_count(count)
        if top is not None:
            self.scroll_to(y=top, animate=False, immediate=True)
        self.set_reactive(RowList.cursor, self.validate_cursor(cursor))
        self._reveal(self.cursor)
        self.post_message(self.Moved(self, self.cursor))
        return self

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < self.count:
            self.cursor = index
            if event.chain == 2:
                self.post_message(self.Chosen(self, index))

    def action_move(self, rows: int) -> None:
        self.cursor += rows

    def action_page(self, pages: int) -> Awaitable[None] | None:
        self.cursor += pages * max(1, self.size.height - 1)
        return None

    def action_top(self) -> Awaitable[None] | None:
        self.cursor = 0
        return None

    def action_bottom(self) -> Awaitable[None] | None:
        self.cursor = self.count - 1
        return None

    def _reveal(self, index: int) -> None:
        """Scroll no further than it takes to see the row, but by screens when it is far."""
        top, height = self.scroll_offset.y, self.size.height
        if top <= index < top + height or not height:
            return
        near = index < top or index >= top + 2 * height
        self.scroll_to(y=index if near else index - height + 1, animate=False, immediate=True)
