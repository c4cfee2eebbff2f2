"""Choosing some of the people a mail went to."""

from collections.abc import Collection, Iterable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from tuimail.mail.letter.address import Address, show
from tuimail.ui.format.cells import Piece, Row, Tone
from tuimail.ui.widgets.edge import keys_row
from tuimail.ui.widgets.painted import Painted

SHOWN = 10
ANSWERS = (("space", "tick"), ("t", "all or none"), ("enter", "take these"), ("esc", "leave it"))


class PeopleScreen(ModalScreen[tuple[str, ...] | None]):
    """Answers the addr-specs that are ticked, or None after escape."""

    def __init__(self, people: Sequence[Address], ticked: Collection[str]) -> None:
        super().__init__()
        self._people = people
        self._ticked = {spec.lower() for spec in ticked}
        self._cursor = 0

    def compose(self) -> ComposeResult:
        yield Painted(self._rows)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        move = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": SHOWN, "pageup": -SHOWN}.get(event.key, 0)
        self._cursor = max(0, min(len(self._people) - 1, self._cursor + move))
        match event.key:
            case "space":
                self._ticked ^= {self._people[self._cursor].spec.lower()}
            case "t":
                everybody = {person.spec.lower() for person in self._people}
                self._ticked = set() if everybody <= self._ticked else everybody
            case "enter":
                self._take()
            case "escape":
                self.dismiss(None)
        self.query_one(Painted).refresh()

    def _take(self) -> None:
        chosen = tuple(one.spec for one in self._people if one.spec.lower() in self._ticked)
        if chosen:
            self.dismiss(chosen)

    def _rows(self, width: int) -> Iterable[Row]:
        count = f"{len(self._ticked):,} of {len(self._people):,}"
        yield (Piece(f" Who gets the correction? · {count}", Tone.STRONG),)
        top = max(0, min(self._cursor - SHOWN // 2, len(self._people) - SHOWN))
        for number in range(top, min(top + SHOWN, len(self._people))):
            person, here = self._people[number], number == self._cursor
            tick = "[x] " if person.spec.lower() in self._ticked else "[ ] "
            mark = Piece(" > " if here else "   ", Tone.ACCENT)
            yield (mark, Piece(tick, Tone.ACCENT), Piece(show(person), Tone.STRONG if here else Tone.PLAIN))
        yield keys_row(ANSWERS, width)
