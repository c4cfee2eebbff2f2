"""A question on the bottom line: a word to type, or a yes."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, Label

from tuimail.mail.letter.safe import Safe


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
        yield Horizontal(Label(Content(f" {self._question} "), markup=False), field)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)

    def key_tab(self) -> None:
        self.query_one(Input).action_cursor_right()


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
        yield Horizontal(Label(Content(f" {self._question}  y yes  n no"), markup=False))
