"""A question at the bottom: a word to type, a yes, or one of a few answers."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, Label

from tuimail.mail.letter.safe import Safe
from tuimail.ui.format.cells import Piece, Row, Tone, wrap
from tuimail.ui.keys import NAMES
from tuimail.ui.widgets.edge import keys_row
from tuimail.ui.widgets.painted import Painted


class AskScreen(ModalScreen[str | None]):
    """Asks for a line of text; answers it, or None after escape. `tab` takes the suggestion."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "leave")]
    AUTO_FOCUS = "Input"

    def __init__(self, question: Safe, value: str = "", suggester: Suggester | None = None) -> None:
        super().__init__()
        self._question = question
        self._value = value
        self._suggester = suggester

    def compose(self) -> ComposeResult:
        field = Input(self._value, suggester=self._suggester, compact=True, select_on_focus=False)
        with Vertical():
            yield Horizontal(Label(Content(f" {self._question} "), markup=False), field)
            yield Painted(self._keys)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)

    def key_tab(self) -> None:
        self.query_one(Input).action_cursor_right()

    def _keys(self, width: int) -> Iterable[Row]:
        completes = [("tab", "complete")] if self._suggester else []
        yield keys_row([("enter", "go on"), *completes, ("esc", "leave it")], width)


class ConfirmScreen(ModalScreen[bool]):
    """Asks for a yes; `y` is one, everything else is none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("y", "dismiss(True)", "yes"),
        ("n,escape,q,enter", "dismiss(False)", "no"),
    ]

    def __init__(self, question: Safe) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        yield Painted(self._rows)

    def _rows(self, width: int) -> Iterable[Row]:
        yield from _asked(self._question, width)
        yield keys_row([("y", "yes"), ("n", "no")], width)


class ChoiceScreen(ModalScreen[str | None]):
    """Asks in as many lines as it takes; answers the key of one of `answers`, or None after escape.

    `otherwise` says what escape does.
    """

    def __init__(self, question: Safe, answers: Mapping[str, str], otherwise: str = "leave it") -> None:
        super().__init__()
        self._question = question
        self._answers = answers
        self._otherwise = otherwise

    def compose(self) -> ComposeResult:
        yield Painted(self._rows)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key in self._answers:
            self.dismiss(event.key)
        elif event.key == "escape":
            self.dismiss(None)

    def _rows(self, width: int) -> Iterable[Row]:
        yield from _asked(self._question, width)
        answers = [(NAMES.get(key, key), label) for key, label in self._answers.items()]
        yield keys_row([*answers, ("esc", self._otherwise)], width)


def _asked(question: Safe, width: int) -> Iterable[Row]:
    """The question, in as many rows as it takes."""
    return ((Piece(f" {words}", Tone.STRONG),) for words in wrap(question, width - 2))
