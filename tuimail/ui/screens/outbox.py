"""The outbox: everything held, on its way, unclear or failed, and what happened to each."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

from textual.widget import Widget

from tuimail.engine.news import ItemChanged, ItemGone, News
from tuimail.mail.hold.item import Entry, Item, State
from tuimail.mail.letter.safe import Safe
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone
from tuimail.ui.format.outbox import outbox_row, trail_rows
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens.doors import write
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.edge import TICK, KeyBar
from tuimail.ui.widgets.row_list import RowList
from tuimail.ui.widgets.rows import Rows

SETTLING = frozenset({"item_sent", "item_again"})
"""The keys that answer for a probably sent mail, and are shown for no other."""


class ItemList(RowList):
    """The items, newest first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Nothing here: no mail is held, on its way or failed.")
        self._desk = desk
        self._items: tuple[Item, ...] = ()

    @property
    def current(self) -> Item | None:
        return self._items[self.cursor] if self._items else None

    def show(self, items: tuple[Item, ...]) -> None:
        """Other items; the cursor stays on its own."""
        here = self.current
        self._items = items
        ids = [item.id for item in items]
        self.place(len(items), ids.index(here.id) if here is not None and here.id in ids else self.cursor)

    def on_mount(self) -> None:
        self.set_interval(TICK, self._tick)

    def row(self, index: int, width: int) -> Row:
        return outbox_row(self._items[index], width, self._desk.engine.now())

    def _tick(self) -> None:
        if any(item.state is State.WAITING for item in self._items):
            self.repaint()


class Trail(Rows):
    """What happened to one item, its end when there is no room for all of it."""

    def __init__(self) -> None:
        super().__init__()
        self._item: Item | None = None
        self._entries: Sequence[Entry] = ()

    def show(self, item: Item | None, entries: Sequence[Entry]) -> None:
        """Another item's trail, or a longer one."""
        self._item, self._entries = item, entries
        self.refresh(layout=True)

    def rows(self, width: int) -> Sequence[Row]:
        if self._item is None:
            return ()
        head = (Piece(f" {self._item.subject or '(no subject)'}", Tone.STRONG),)
        steps = [row for entry in self._entries for row in trail_rows(entry, width)]
        return [head, *steps[-max(1, self.screen.size.height // 2 - 2) :]]


class OutboxScreen(PlaceScreen):
    """Items above, the trail of the one under the cursor below."""

    place = Place.OUTBOX
    BINDINGS = bindings(Place.OUTBOX)

    def contents(self) -> Iterable[Widget]:
        yield ItemList(self.desk)
        yield Trail()

    @property
    def items(self) -> ItemList:
        return self.query_one(ItemList)

    def on_mount(self) -> None:
        self.desk.news.subscribe(self, self.hear)
        self.items.focus()
        self.work(self._load, "load")

    def hear(self, news: News) -> None:
        """Another state of an item: list and trail anew."""
        if isinstance(news, ItemChanged | ItemGone):
            self.work(self._load, "load")

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        item = self.items.current
        unsure = item is not None and item.state is State.UNSURE
        self.query_one(KeyBar).turn(self.place, frozenset() if unsure else SETTLING)
        self.work(self._show_trail, "trail")

    def action_undo(self) -> None:
        self._act(self._undo)

    def action_now(self) -> None:
        self._act(self._now)

    def action_settle(self, sent: bool) -> None:
        self._act(partial(self._settle, sent=sent))

    def action_delete(self) -> None:
        from tuimail.ui.screens.ask import ConfirmScreen

        item = self.items.current
        if item is None:
            return
        if item.held or item.state is State.SENDING:
            self.say("It is still to leave: u takes it back to the composer.", trouble=True)
            return
        question = Safe(f"Remove 「{item.subject}」 from the outbox?")
        self.app.push_screen(ConfirmScreen(question), partial(self._delete, item))

    def _act(self, what: Callable[[Item], Awaitable[None]]) -> None:
        item = self.items.current
        if item is not None:
            self.work(partial(what, item), "act")

    async def _undo(self, item: Item) -> None:
        draft = await self.desk.engine.outbox.undo(item.id)
        if draft is None:
            self.say("Too late to take it back: it has begun to leave.", trouble=True)
        else:
            await write(self.app, self.desk, draft)

    async def _now(self, item: Item) -> None:
        if not await self.desk.engine.outbox.now(item.id):
            self.say("There is nothing to send now.", trouble=True)

    async def _settle(self, item: Item, sent: bool) -> None:
        if not await self.desk.engine.outbox.settle(item.id, sent):
            self.say("Only a probably sent mail asks for that.", trouble=True)

    def _delete(self, item: Item, sure: bool | None) -> None:
        if sure:
            self.work(partial(self._forget, item), "act")

    async def _forget(self, item: Item) -> None:
        await self.desk.engine.outbox.delete(item.id)

    async def _load(self) -> None:
        items = tuple(i for i in await self.desk.engine.outbox.items() if i.state is not State.UNDONE)
        held = sum(item.held or item.state is State.SENDING for item in items)
        asks = sum(item.state in (State.UNSURE, State.FAILED) for item in items)
        numbers = [f"{held} held"] if held else []
        numbers += [f"{asks} needs you" if asks == 1 else f"{asks} need you"] if asks else []
        self.titled(
            " · ".join(["Outbox", *numbers]),
            "" if self.desk.engine.outbox.sending_here else "another tuimail sends",
        )
        self.items.show(items)

    async def _show_trail(self) -> None:
        item = self.items.current
        trail = await self.desk.engine.outbox.trail(item.id) if item is not None else ()
        self.query_one(Trail).show(item, trail)
