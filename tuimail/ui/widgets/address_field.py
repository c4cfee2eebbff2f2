"""A field for addresses that offers the ones it knows while one types."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input, Label

from tuimail.mail.letter.address import Address, show, write
from tuimail.mail.letter.safe import line
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, cut
from tuimail.ui.widgets.rows import Rows

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
        self._quiet = False

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

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._soon is not None:
            self._soon.stop()
        if self.input.has_focus and not self._quiet:
            self._soon = self.set_timer(AFTER, self._complete)
        self._quiet = False

    def on_key(self, event: events.Key) -> None:
        if not self.offers.display:
            return
        moves = {"down": 1, "up": -1}
        if event.key in moves:
            self.offers.move(moves[event.key])
        elif event.key in ("enter", "tab"):
            self._take(self.offers.addresses[self.offers.chosen])
        elif event.key == "escape":
            self.offers.offer(())
        else:
            return
        event.stop()
        event.prevent_default()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self.offers.offer(())

    async def _complete(self) -> None:
        _, word = last_word(self.input.value, self.input.cursor_position)
        found = await self._desk.engine.contacts.complete(word) if word.strip() else ()
        if self.input.has_focus and last_word(self.input.value, self.input.cursor_position)[1] == word:
            self.offers.offer([address for address in found if write(address) != word])

    def _take(self, address: Address) -> None:
        """Put the address in place of the word at the cursor, ready for the next one."""
        field = self.input
        start, word = last_word(field.value, field.cursor_position)
        before, after = field.value[:start], field.value[start + len(word) :]
        self._quiet = True
        self.offers.offer(())
        field.value = f"{before}{write(address)}, {after.lstrip(', ')}"
        field.cursor_position = len(before) + len(write(address)) + 2
