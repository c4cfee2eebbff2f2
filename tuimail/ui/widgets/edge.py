"""The bottom edge, the same in every place: held mail, then the keys, or a word about what just happened."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer

from tuimail.ui import keys
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, row_len, spread, wrap
from tuimail.ui.keys import NO_LABELS, Place
from tuimail.ui.widgets.held_lines import ConcernLine, HeldLines
from tuimail.ui.widgets.rows import Rows

GOOD_NEWS, TROUBLE = 4.0, 12.0
MOST_ROWS = 3


class KeyBar(Rows):
    """The keys of this place, or for a moment a word about what just happened; a long one takes more rows."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__()
        self._keymap = desk.keymap
        self._keys: Sequence[tuple[str, str]] = ()
        self.turn(place)
        self._word = ""
        self._tone = Tone.STRONG
        self._until: Timer | None = None

    def rows(self, width: int) -> Sequence[Row]:
        if not self._word:
            return [self._bar(width)]
        lines = wrap(self._word, max(10, width - 4))[:MOST_ROWS]
        mark = " ! " if self._tone is Tone.ALERT else " "
        starts = (mark, *(" " * len(mark) for _ in lines[1:]))
        return [(Piece(start + text, self._tone),) for start, text in zip(starts, lines, strict=True)]

    def turn(
        self,
        place: Place,
        without: frozenset[str] = frozenset(),
        labels: Mapping[str, str] = NO_LABELS,
        first: Sequence[str] = (),
    ) -> None:
        """The keys of another place, or of the same one `without` the ids that are of no use now.

        Those of `first` stand before all others.
        """
        before = self._keys
        self._keys = keys.bar(place, self._keymap, without, labels, first)
        self._help = keys.help_key(place, self._keymap)
        if self._keys != before:
            self.refresh()

    def say(self, text: str, trouble: bool) -> None:
        """Show a line in place of the keys for a while."""
        if self._until is not None:
            self._until.stop()
        self._word, self._tone = text, Tone.ALERT if trouble else Tone.STRONG
        self._until = self.set_timer(TROUBLE if trouble else GOOD_NEWS, self.hush)
        self._draw()

    def hush(self) -> None:
        """Back to the keys."""
        self._word = ""
        self._draw()

    def _draw(self) -> None:
        """Paint, and take as many rows as it needs."""
        self.refresh(layout=len(self.rows(self.size.width)) != self.size.height)

    def _bar(self, width: int) -> Row:
        tail: Row = (Piece(f" {self._help}", Tone.ACCENT), Piece(" all ", Tone.MUTED))
        return spread(keys_row(self._keys, width - row_len(tail)), tail, width)


def keys_row(pairs: Sequence[tuple[str, str]], width: int) -> Row:
    """As many keys with their labels as have room."""
    bar: list[Piece] = []
    for key, label in pairs:
        pair = (Piece(f" {key}", Tone.ACCENT), Piece(f" {label} ", Tone.MUTED))
        if row_len((*bar, *pair)) > width:
            break
        bar.extend(pair)
    return tuple(bar)


class Edge(Vertical):
    """What rests and what is held over the key bar; the outbox lists the items itself."""

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
        yield ConcernLine(self._desk, self._place)
        if self._place is not Place.OUTBOX:
            typing = self._place in keys.TYPING
            without = typing or self._place is Place.CORRECT
            yield HeldLines(self._desk, "alt+u" if typing else "u", "" if without else "o outbox")
        yield KeyBar(self._desk, self._place)

    def look(self) -> None:
        """In sight again: what is held and what rests may have changed."""
        for lines in self.query(HeldLines):
            lines.look()
        self.query_one(ConcernLine).look()

    def turn(self, place: Place) -> None:
        """Show the keys of another place."""
        self.query_one(KeyBar).turn(place)
