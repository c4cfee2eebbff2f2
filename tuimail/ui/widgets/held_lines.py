"""What is held, as lines of the bottom edge; drawn from due times whenever they are painted."""

from collections.abc import Sequence

from textual.timer import Timer

from tuimail.engine.news import (
    AccountGoes,
    AccountStopped,
    ItemChanged,
    ItemGone,
    News,
    OutboxLoaded,
    SenderChanged,
)
from tuimail.mail.hold.concern import Concern, Matter
from tuimail.mail.hold.item import Item
from tuimail.ui.calm import Calm
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone
from tuimail.ui.format.held import concern_row, held_row
from tuimail.ui.held import moving
from tuimail.ui.keys import TYPING, Place
from tuimail.ui.widgets.rows import Rows, in_sight

TICK = 0.2
LOOK_EVERY = 1.0
MOST = 3

OUTBOX_NEWS = ItemChanged | ItemGone | OutboxLoaded | AccountStopped | AccountGoes | SenderChanged
"""What may change which items are shown, and how."""


class HeldLines(Rows):
    """One line per held mail; ticks only while one waits.

    `undo_key` takes back the newest; `others` is the hint beside the other ones.
    """

    DEFAULT_CSS = "HeldLines { height: auto; }"

    def __init__(self, desk: Desk, undo_key: str = "", others: str = "") -> None:
        super().__init__()
        self._others = others
        self._desk = desk
        self._undo_key = undo_key
        self._painted = 0
        self._clock: Timer | None = None
        self._heard = Calm(self, self.look, TICK / 2)

    def on_mount(self) -> None:
        self._clock = self.set_interval(TICK, self.look, pause=True)
        self._desk.news.subscribe(self, self.hear)
        self.look()

    def rows(self, width: int) -> Sequence[Row]:
        now, held = self._desk.engine.now(), self._desk.held
        shown, newest = held.lines(now, self._most()), held.newest()
        lines = [held_row(item, now, width, self._hint(item, newest)) for item in shown]
        more = held.going(now) - len(shown)
        if more > 0:
            lines.append((Piece(f" and {more:,} more", Tone.MUTED), Piece("  o", Tone.ACCENT)))
        return lines

    def hear(self, news: News) -> None:
        """Draw anew what an item's news changes."""
        if isinstance(news, OUTBOX_NEWS):
            self._heard()

    def _most(self) -> int:
        if self.screen.size.height < 16:
            return 1
        return MOST - bool(self._desk.held.concerns(self._desk.engine.now()))

    def _hint(self, item: Item, newest: Item | None) -> str:
        mine = self._undo_key and newest is not None and item.id == newest.id
        return f"{self._undo_key} take back" if mine else self._others

    def look(self) -> None:
        """Draw what is held by now."""
        now, held = self._desk.engine.now(), self._desk.held
        shown = held.lines(now, self._most())
        if in_sight(self):
            count = min(held.going(now), len(shown) + 1)
            self.refresh(layout=count != self._painted)
            self._painted = count
        if self._clock is not None:
            (self._clock.resume if moving(shown) else self._clock.pause)()


class ConcernLine(Rows):
    """The first thing that rests, and how many more there are; nothing when all goes its way.

    In the outbox, where each item says for itself what it asks, only what is about a whole account.
    """

    DEFAULT_CSS = "ConcernLine { height: auto; }"

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        self._desk = desk
        self._place = place
        self._concerns: tuple[Concern, ...] = ()

    def on_mount(self) -> None:
        self.set_interval(LOOK_EVERY, self.look)
        self._heard = Calm(self, self.look, LOOK_EVERY / 4)
        self._desk.news.subscribe(self, self.hear)
        self.look()

    def hear(self, news: News) -> None:
        """Look anew when an item's news may change what rests."""
        if isinstance(news, OUTBOX_NEWS):
            self._heard()

    def rows(self, width: int) -> Sequence[Row]:
        if not self._concerns:
            return ()
        first, more = self._concerns[0], len(self._concerns) - 1
        return [concern_row(first, more, self._desk.engine.now(), width, self._hint(first))]

    def _hint(self, concern: Concern) -> str:
        if self._place is Place.OUTBOX:
            return "a logs in again" if concern.matter is Matter.STOPPED else ""
        return "" if self._place in (*TYPING, Place.CORRECT) else "o outbox"

    def look(self) -> None:
        """Draw what rests by now; while another place is on top nothing is taken in, lest a row stay."""
        if not in_sight(self):
            return
        before, concerns = self._concerns, self._desk.held.concerns(self._desk.engine.now())
        if self._place is Place.OUTBOX:
            concerns = tuple(concern for concern in concerns if concern.item is None)
        self._concerns = concerns
        if concerns or before:
            self.refresh(layout=bool(concerns) != bool(before))
