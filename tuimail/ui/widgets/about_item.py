"""What is known of one outbox item: what holds it, what it asks, what happened to it."""

from collections.abc import Sequence

from textual.strip import Strip

from tuimail.mail.hold.item import Entry, Item
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.outbox import about_rows, trail_rows
from tuimail.ui.widgets.rows import Rows

LOOK_EVERY = 1.0


class AboutItem(Rows):
    """The item under the cursor over its trail; the end of the trail when there is no room for all of it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._item: Item | None = None
        self._entries: Sequence[Entry] = ()

    @property
    def item(self) -> Item | None:
        return self._item

    def on_mount(self) -> None:
        self.set_interval(LOOK_EVERY, self._tick)

    def show(self, item: Item | None, entries: Sequence[Entry]) -> None:
        """Another item, or a longer trail."""
        before = len(self.rows(self.size.width))
        self._item, self._entries = item, entries if item is not None else ()
        self.display = item is not None
        self.refresh(layout=before != len(self.rows(self.size.width)))

    def rows(self, width: int) -> Sequence[Row]:
        return [*self._head(width), *(row for entry in self._entries for row in trail_rows(entry, width))]

    def render_line(self, y: int) -> Strip:
        """As many of the first steps as have no room are left out."""
        width, height = self.size
        head = len(self._head(width))
        return super().render_line(y if y < head else y + max(0, len(self.rows(width)) - height))

    def _head(self, width: int) -> Sequence[Row]:
        return list(about_rows(self._item, self._desk.engine.now(), width)) if self._item is not None else ()

    def _tick(self) -> None:
        if self._item is not None and self._item.due is not None:
            self.refresh()
