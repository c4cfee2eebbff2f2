"""The bottom edge, the same in every place: held mail, then the keys, or a word about what just happened."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer

from tuimail.engine.news import ItemChanged, ItemGone, News
from tuimail.mail.hold.item import Item
from tuimail.ui import keys
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, row_len, spread
from tuimail.ui.format.outbox import held_row
from tuimail.ui.held import moving
from tuimail.ui.keys import Place
from tuimail.ui.widgets.rows import Rows

TICK = 0.2
MOST = 3
GOOD_NEWS, TROUBLE = 4.0, 12.0


class HeldLines(Rows):
    """One line per held mail, drawn from its due time whenever it is painted; ticks only while one waits.

    `undo_key` takes back the newest; `others` is the hint beside the other ones.
    """

    DEFAULT_CSS = "HeldLines { height: auto; }"

    def __init__(self, desk: Desk, undo_key: str = "", others: str = "") -> None:
        super().__init__()
        self._others = others
        self._desk = desk
        self._undo_key = undo_key
        self._shown: tuple[Item, ...] = ()
        self._clock: Timer | None = None

    def on_mount(self) -> None:
        self._clock = self.set_interval(TICK, self._tick, pause=True)
        self._desk.news.subscribe(self, self.hear)
        self._tick()

    def rows(self, width: int) -> Sequence[Row]:
        now = self._desk.engine.now()
        newest = self._desk.held.newest()
        lines = [held_row(item, now, width, self._hint(item, newest)) for item in self._shown[: self._most()]]
        more = len(self._shown) - len(lines)
        return (
            [*lines, (Piece(f" and {more} more", Tone.MUTED), Piece("  o", Tone.ACCENT))] if more else lines
        )

    def hear(self, news: News) -> None:
        """Draw anew what an item's news changes."""
        if isinstance(news, ItemChanged | ItemGone):
            self._tick()

    def _most(self) -> int:
        return MOST if self.screen.size.height >= 16 else 1

    def _hint(self, item: Item, newest: Item | None) -> str:
        mine = self._undo_key and newest is not None and item.id == newest.id
        return f"{self._undo_key} take back" if mine else self._others

    def _tick(self) -> None:
        before = len(self._shown)
        self._shown = self._desk.held.shown(self._desk.engine.now())
        self.refresh(layout=before != len(self._shown))
        if self._clock is not None:
            (self._clock.resume if moving(self._shown) else self._clock.pause)()


class KeyBar(Rows):
    """The keys of this place, or for a moment a word about what just happened."""

    DEFAULT_CSS = "KeyBar { height: 1; }"

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        self._keymap = desk.keymap
        self.turn(place)
        self._word: Row | None = None
        self._until: Timer | None = None

    def rows(self, width: int) -> Sequence[Row]:
        return [self._word] if self._word is not None else [self._bar(width)]

    def turn(self, place: Place, without: frozenset[str] = frozenset()) -> None:
        """The keys of another place, or those of the same `without` the ids that are of no use now."""
        self._keys = keys.bar(place, self._keymap, without)
        self._help = keys.help_key(place, self._keymap)
        self.refresh()

    def say(self, text: str, trouble: bool) -> None:
        """Show a line in place of the keys for a while."""
        if self._until is not None:
            self._until.stop()
        self._word = (Piece(f" {'! ' if trouble else ''}{text}", Tone.ALERT if trouble else Tone.STRONG),)
        self._until = self.set_timer(TROUBLE if trouble else GOOD_NEWS, self.hush)
        self.refresh()

    def hush(self) -> None:
        """Back to the keys."""
        self._word = None
        self.refresh()

    def _bar(self, width: int) -> Row:
        tail: Row = (Piece(f" {self._help}", Tone.ACCENT), Piece(" all ", Tone.MUTED))
        bar: list[Piece] = []
        for key, label in self._keys:
            pair = (Piece(f" {key}", Tone.ACCENT), Piece(f" {label} ", Tone.MUTED))
            if row_len((*bar, *pair, *tail)) > width:
                break
            bar.extend(pair)
        return spread(tuple(bar), tail, width)


class Edge(Vertical):
    """Held lines over the key bar; in the outbox, which lists them all, the key bar alone."""

    DEFAULT_CSS: ClassVar[str] = """
    Edge {
        dock: bottom; height: auto; layers: base above;
        border-top: solid $mail-rule; background: $mail-bar;
    }
    """

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        self._desk = desk
        self._place = place

    def compose(self) -> ComposeResult:
        if self._place is not Place.OUTBOX:
            typing = self._place is Place.COMPOSER
            yield HeldLines(self._desk, "alt+u" if typing else "u", "" if typing else "o outbox")
        yield KeyBar(self._desk, self._place)

    def turn(self, place: Place) -> None:
        """Show the keys of another place."""
        self.query_one(KeyBar).turn(place)
