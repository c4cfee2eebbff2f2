"""Many rows, of which only those in sight are ever made (Textual's line API)."""

from collections.abc import Awaitable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.color import Color
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuimail.ui.format.cells import Row
from tuimail.ui.keys import Place, bindings
from tuimail.ui.widgets.rows import Look, look, strip

CACHED = 4000


class RowView(ScrollView, can_focus=True):
    """A scrolled view of `count` rows. Strips are cached and go to the compositor as they are, so that a
    key costs the rows it changes; there is no border or padding to style.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.MOVING)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    RowView { height: 1fr; overflow-x: hidden; scrollbar-size: 0 1; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.count = 0
        self._strips: dict[object, Strip] = {}
        self._look: Look | None = None
        self._behind: Color | None = None

    def row(self, index: int, width: int) -> Row:
        """Row `index`, which is below `count`, for `width` cells."""
        raise NotImplementedError

    def set_count(self, count: int) -> None:
        """Another number of rows, or other rows: forget what was painted."""
        self.count, size = count, Size(0, count)
        if self._keeps_its_place(count):
            self.set_reactive(RowView.virtual_size, size)
            if self.show_vertical_scrollbar:
                self.vertical_scrollbar.window_virtual_size = count
        else:
            self.virtual_size = size
        self.repaint()

    def _keeps_its_place(self, count: int) -> bool:
        """Whether so many rows need no layout of the screen: its size and its scrollbar stay as they are."""
        height = self.size.height
        return (
            height > 0
            and (height < count) is self.show_vertical_scrollbar
            and not self.styles.auto_dimensions
        )

    def repaint(self) -> None:
        """Make every row anew."""
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        self._strips.clear()
        self._look = self._behind = None
        super().notify_style_update()

    def on_resize(self, event: events.Resize) -> None:
        self.set_count(self.count)

    def render_lines(self, crop: Region) -> list[Strip]:
        top, left, right = self.scroll_offset.y, crop.x, crop.right
        strips = [self._strip(top + y) for y in range(crop.y, crop.bottom)]
        whole = left == 0 and right >= self.size.width
        return strips if whole else [one.crop(left, right) for one in strips]

    def strip_key(self, index: int) -> object:
        """What the look of a row depends on, besides its content and the width."""
        return index

    def look(self) -> Look:
        """The look of its rows, found once per theme."""
        self._look = self._look or look(self)
        return self._look

    def paint(self, index: int, width: int) -> Strip:
        """Row `index` as a strip."""
        return strip(self.row(index, width), width, self.look())

    def action_move(self, rows: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False, immediate=True)

    def action_page(self, pages: int) -> Awaitable[None] | None:
        self.action_move(pages * max(1, self.size.height - 1))
        return None

    def action_top(self) -> Awaitable[None] | None:
        self.scroll_to(y=0, animate=False, immediate=True)
        return None

    def action_bottom(self) -> Awaitable[None] | None:
        self.scroll_to(y=self.count, animate=False, immediate=True)
        return None

    def filtered(self, painted: Strip) -> Strip:
        """As the terminal wants it: without colours under NO_COLOR."""
        self._behind = self._behind or self.background_colors[1]
        for one in self.get_line_filters():
            painted = painted.apply_filter(one, self._behind)
        return painted

    def _strip(self, index: int) -> Strip:
        width = self.size.width
        key = (self.strip_key(index) if index < self.count else None, width)
        if key not in self._strips:
            if len(self._strips) >= CACHED:
                self._strips.clear()
            blank = index >= self.count
            painted = Strip.blank(width, self.look().ground) if blank else self.paint(index, width)
            self._strips[key] = self.filtered(painted)
        return self._strips[key]
