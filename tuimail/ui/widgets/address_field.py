"""A field for addresses that offers the ones it knows while one types."""

from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input, Label

from tuimail.mail.errors import TuimailError
from tuimail.mail.letter.address import Address, show, write
from tuimail.mail.letter.safe import line
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, cut
from tuimail.ui.widgets.rows import Rows
from tuimail.ui.work import caught_up

AFTER = 0.08


def last_word(text: str, cursor: int) -> tuple[int, str]:
    """Where the address at the cursor begins, and what there is of it."""
    start = max(text.rfind(mark, 0, cursor) for mark in ",;") + 1
    while start < cursor and text[start] == " ":
        start += 1
    return start, text[start:cursor]


class Offers(Rows):
    """The addresses on offer, one of them chosen; floats over what is below."""

    DEFAULT_CSS = """
    Offers {
        overlay: screen; constrain: inside inside; display: none;
        width: 60; max-width: 100%; height: auto; margin-left: 10; background: $mail-cursor-away;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.addresses: Sequence[Address] = ()
        self.chosen = 0

    def offer(self, addresses: Sequence[Address]) -> None:
        """Offer these, or nothing."""
        self.addresses, self.chosen = addresses, 0
        self.display = bool(addresses)
        self.refresh(layout=True)

    def move(self, rows: int) -> None:
        """Choose another."""
        self.chosen = (self.chosen + rows) % len(self.addresses)
        self.refresh()

    def rows(self, width: int) -> Sequence[Row]:
        return [self._row(index, address, width) for index, address in enumerate(self.addresses)]

    def _row(self, index: int, address: Address, width: int) -> Row:
        here = index == self.chosen
        mark = Piece(" > " if here else "   ", Tone.ACCENT)
        return (mark, Piece(cut(show(address), width - 3), Tone.STRONG if here else Tone.PLAIN))


class Field(Horizontal):
    """A label and a line of text. `text` reads it; a value that nobody changed is given back as it came."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.next_line", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    Field { height: 1; width: 1fr; }
    Field > Label { width: 10; color: $mail-muted; }
    Field > Input { width: 1fr; border: none; height: 1; padding: 0; background: $mail-background; }
    Field > Input:focus { border: none; }
    """

    def __init__(self, label: str, value: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self._value = value
        self._shown = line(value, len(value) + 1)

    def compose(self) -> ComposeResult:
        yield Label(f" {self._label}", markup=False)
        yield Input(self._shown, compact=True, select_on_focus=False)

    @property
    def input(self) -> Input:
        return self.query_one(Input)

    @property
    def text(self) -> str:
        return self._value if self.input.value == self._shown else self.input.value


class AddressField(Vertical):
    """A field of addresses, parted by commas."""

    DEFAULT_CSS = "AddressField { height: 1; width: 1fr; }"

    def __init__(self, desk: Desk, label: str, value: str, id: str) -> None:
        super().__init__(id=id)
        self._field = Field(label, value)
        self._desk = desk
        self._soon: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self._field
        yield Offers()

    @property
    def input(self) -> Input:
        return self._field.input

    @property
    def text(self) -> str:
        return self._field.text

    @property
    def offers(self) -> Offers:
        return self.query_one(Offers)

    async def take(self) -> bool:
        """Put the chosen offer in; False when there is none for all that was typed, however fast."""
        await caught_up(self.input)
        if self._soon is not None:
            await self._complete()
        if not self.offers.display:
            return False
        self._put(self.offers.addresses[self.offers.chosen])
        return True

    def on_mount(self) -> None:
        self.watch(self.input, "value", self._typed, init=False)

    def on_key(self, event: events.Key) -> None:
        moves = {"down": 1, "up": -1}
        if not self.offers.display or event.key not in (*moves, "escape"):
            return
        if event.key in moves:
            self.offers.move(moves[event.key])
        else:
            self.offers.offer(())
        event.stop()
        event.prevent_default()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self._wait_no_longer()
        self.offers.offer(())

    def _typed(self) -> None:
        self._wait_no_longer()
        if self.input.has_focus:
            self._soon = self.set_timer(AFTER, self._complete)

    def _wait_no_longer(self) -> None:
        if self._soon is not None:
            self._soon.stop()
            self._soon = None

    async def _complete(self) -> None:
        """Offer what goes on from the word at the cursor; an address typed whole wants no offer."""
        self._wait_no_longer()
        word = self._word()
        found: Sequence[Address] = ()
        with suppress(TuimailError):
            found = await self._desk.engine.contacts.complete(word) if word.strip() else ()
        if self.input.has_focus and self._word() == word:
            whole = word.strip().casefold()
            done = any(whole in (each.spec.casefold(), write(each).casefold()) for each in found)
            self.offers.offer(() if done else found)

    def _word(self) -> str:
        return last_word(self.input.value, self.input.cursor_position)[1]

    def _put(self, address: Address) -> None:
        """Put the address in place of the word at the cursor, ready for the next one."""
        field = self.input
        start, word = last_word(field.value, field.cursor_position)
        before, after = field.value[:start], field.value[start + len(word) :]
        field.value = f"{before}{write(address)}, {after.lstrip(', ')}"
        field.cursor_position = len(before) + len(write(address)) + 2
        self._wait_no_longer()
        self.offers.offer(())
