"""A field for addresses that offers the ones it knows while one types."""

import re
from collections.abc import Sequence
from contextlib import aclosing
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label

from tuimail.engine.writing.contacts import Offered
from tuimail.mail.letter.contact import Choice
from tuimail.mail.letter.safe import line
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, cut, spread
from tuimail.ui.widgets.rows import Rows
from tuimail.ui.work import caught_up, start

_SPEC = re.compile(r"[^\s<>,;\"]+@[^\s<>,;\"]+")


def last_word(text: str, cursor: int) -> tuple[int, str]:
    """Where the address at the cursor begins, and what there is of it."""
    start = max(text.rfind(mark, 0, cursor) for mark in ",;") + 1
    while start < cursor and text[start] == " ":
        start += 1
    return start, text[start:cursor]


def entered(text: str, start: int, word: str) -> frozenset[str]:
    """The addresses in the field but for the word that begins at `start`, in lower case."""
    others = f"{text[:start]},{text[start + len(word) :]}"
    return frozenset(spec.lower() for spec in _SPEC.findall(others))


class Offers(Rows):
    """The people on offer, one line of them chosen; floats over what is below."""

    DEFAULT_CSS = """
    Offers {
        overlay: screen; constrain: inside inside; display: none;
        width: 70; max-width: 100%; height: auto; margin-left: 10; background: $mail-cursor-away;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.choices: Sequence[Choice] = ()
        self.trouble = ""
        self.chosen = 0

    def offer(self, choices: Sequence[Choice], trouble: str = "", later: bool = False) -> None:
        """Offer these, or nothing; with `later` they go on from those on offer, and the chosen one stays."""
        self.chosen = self.chosen if later and self.choices else 0
        self.choices, self.trouble = choices, trouble if choices else ""
        self.display = bool(choices)
        self.refresh(layout=True)

    def move(self, rows: int) -> None:
        """Choose another."""
        self.chosen = (self.chosen + rows) % len(self.choices)
        self.refresh()

    def rows(self, width: int) -> Sequence[Row]:
        rows = [self._row(index, choice, width) for index, choice in enumerate(self.choices)]
        return [*rows, (Piece(cut(f"   {self.trouble}", width), Tone.MUTED),)] if self.trouble else rows

    def _row(self, index: int, choice: Choice, width: int) -> Row:
        """The whole address, whatever becomes of a long name; and where it is from."""
        here = index == self.chosen
        source = cut(line(choice.source, 40), 16)
        room = width - 3 - cell_len(source) - 3
        name, spec = choice.shown, ""
        if len(choice.people) == 1 and choice.people[0].name:
            spec = cut(line(f" <{choice.people[0].spec}>", 300), room)
            name = line(choice.people[0].name)
        tone = Tone.STRONG if here else Tone.PLAIN
        left = Piece(cut(name, max(0, room - cell_len(spec))), tone), Piece(spec, tone)
        mark = Piece(" > " if here else "   ", Tone.ACCENT)
        return spread((mark, *left), (Piece(f"  {source} ", Tone.MUTED),), width)


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
        self._unanswered = False

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
        if self._unanswered:
            await self._complete(once=True)
        if not self.offers.display:
            return False
        self._put(self.offers.choices[self.offers.chosen])
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
            self._offer_nothing()
        event.stop()
        event.prevent_default()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self._offer_nothing()

    def _typed(self) -> None:
        self.workers.cancel_group(self, "complete")
        if self.input.has_focus:
            self._unanswered = True
            start(self, self._complete, "complete")

    def _offer_nothing(self) -> None:
        self.workers.cancel_group(self, "complete")
        self._unanswered = False
        self.offers.offer(())

    async def _complete(self, once: bool = False) -> None:
        """Offer who goes on from the word at the cursor, and more as it comes."""
        at, word = last_word(self.input.value, self.input.cursor_position)
        others = entered(self.input.value, at, word)
        self._unanswered = False
        if not word.strip():
            self.offers.offer(())
            return
        async with aclosing(self._desk.engine.contacts.complete(word, others)) as answers:
            later = False
            async for answer in answers:
                if not self.input.has_focus or self._word() != word:
                    return
                self._show(word, answer, later)
                later = True
                if once:
                    return

    def _show(self, word: str, answer: Offered, later: bool) -> None:
        """An address typed whole wants no offer."""
        whole = word.strip().casefold()
        found = [one for one in answer.choices if len(one.people) == 1]
        done = any(whole in (one.people[0].spec.casefold(), one.text.casefold()) for one in found)
        self.offers.offer(() if done else answer.choices, answer.trouble, later)

    def _word(self) -> str:
        return last_word(self.input.value, self.input.cursor_position)[1]

    def _put(self, choice: Choice) -> None:
        """Put them in place of the word at the cursor, ready for the next one."""
        field = self.input
        at, word = last_word(field.value, field.cursor_position)
        before, after = field.value[:at], field.value[at + len(word) :]
        field.value = f"{before}{choice.text}, {after.lstrip(', ')}"
        field.cursor_position = len(before) + len(choice.text) + 2
        self._offer_nothing()
