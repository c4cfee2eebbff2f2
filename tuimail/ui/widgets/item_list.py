"""The items of the outbox, the most pressing first."""

from collections.abc import Sequence

from textual.geometry import Region

from tuimail.mail.hold.item import Item, State
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.outbox import outbox_row
from tuimail.ui.widgets.row_list import RowList

TICK = 0.2
SURPRISE = 0.7
"""Seconds for which no key acts on a mail that slid under the cursor by itself."""


class ItemList(RowList):
    """A list of ids, in the order of a moment ago; each row is drawn from the item as it is now.

    The cursor stays on its item. A row is painted again only when it reads differently.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__("Nothing here: no mail is held, on its way or failed.")
        self._desk = desk
        self._ids: Sequence[str] = ()
        self._painted: dict[int, Row] = {}
        self._slid = float("-inf")
        self._several = len(desk.engine.accounts) > 1
        self.marked: frozenset[str] = frozenset()

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self._desk.held.get(self._ids[self.cursor]) if self._ids else None

    @property
    def marked_or_current(self) -> list[Item]:
        """The marked items, or the one under the cursor."""
        ids = self.marked or self._ids[self.cursor : self.cursor + 1]
        found = (self._desk.held.get(item_id) for item_id in ids)
        return [item for item in found if item is not None]

    @property
    def chosen(self) -> list[Item]:
        """Those that a key acts on: none right after another mail came under the cursor by itself."""
        return [] if self.surprised and not self.marked else self.marked_or_current

    @property
    def surprised(self) -> bool:
        """Whether another mail came under the cursor just now, because the one there was sent."""
        return self._desk.engine.now().boot - self._slid < SURPRISE

    def on_mount(self) -> None:
        self.set_interval(TICK, self._tick)

    def renew(self) -> None:
        """Take over the order of now."""
        here = self._ids[self.cursor] if self._ids else ""
        ids = self._desk.held.ids()
        cursor = self._place_of(here, ids)
        if ids and here and ids[cursor] != here and self._is_sent(here):
            self._slid = self._desk.engine.now().boot
        top = self.scroll_offset.y
        self._ids = ids
        self.marked &= frozenset(ids) if self.marked else self.marked
        self._painted.clear()
        self.place(len(ids), cursor, max(0, top + cursor - self.cursor) if top else None)

    def mark(self) -> None:
        """Mark the item under the cursor, or take its mark away, and go on to the next."""
        if self._ids:
            self.marked ^= {self._ids[self.cursor]}
            self.repaint()
            self.cursor += 1

    def mark_all(self) -> None:
        """Mark all; when all are, none."""
        every = frozenset(self._ids)
        self.marked = frozenset() if self.marked == every else every
        self.repaint()

    def mark_others(self) -> None:
        """Mark those that are not, and no others."""
        self.marked = frozenset(self._ids) - self.marked
        self.repaint()

    def clear_marks(self) -> None:
        self.marked = frozenset()
        self.repaint()

    def row(self, index: int, width: int) -> Row:
        item = self._desk.held.get(self._ids[index])
        if item is None:
            return ()
        marked = item.id in self.marked
        return outbox_row(item, width, self._desk.engine.now(), marked=marked, account=self._several)

    def strip_key(self, index: int) -> object:
        self._painted[index] = row = self.row(index, self.size.width)
        return row, super().strip_key(index)

    def _tick(self) -> None:
        top, width = self.scroll_offset.y, self.size.width
        for index in range(top, min(top + self.size.height, self.count)):
            if self._painted.get(index) != self.row(index, width):
                self.refresh(Region(0, index - top, width, 1))

    def _place_of(self, item_id: str, ids: Sequence[str]) -> int:
        """Where the cursor goes: with its item, but not to the far end with one that is over."""
        if item_id not in self._desk.held or item_id not in ids:
            return min(self.cursor, max(len(ids) - 1, 0))
        place = ids.index(item_id)
        far = abs(place - self.cursor) >= max(self.size.height, 1)
        return min(self.cursor, len(ids) - 1) if far and self._is_sent(item_id) else place

    def _is_sent(self, item_id: str) -> bool:
        item = self._desk.held.get(item_id)
        return item is not None and item.state is State.SENT
