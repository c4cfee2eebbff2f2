"""Fields of a form: a line to type, or one of a few choices, with what is wrong below it."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label

from tuimail.mail.setup.question import Question
from tuimail.ui.format.cells import Piece, Row, Tone, fit, wrap
from tuimail.ui.widgets.painted import Painted
from tuimail.ui.widgets.rows import Rows

LABEL = 18
MARGIN = " " * LABEL


class Answered(Message):
    """Something was typed or chosen."""

    def __init__(self, question: str, value: str) -> None:
        super().__init__()
        self.question = question
        self.value = value


class Fault(Painted):
    """What is wrong with the answer above; takes no room when nothing is."""

    def __init__(self) -> None:
        super().__init__(self._shown)
        self._words = ""

    def say(self, words: str) -> None:
        self._words = words
        self.refresh(layout=True)

    def _shown(self, width: int) -> Iterable[Row]:
        lines = wrap(f"! {self._words}", max(10, width - LABEL)) if self._words else ()
        return ((Piece(MARGIN), Piece(words, Tone.ALERT)) for words in lines)


class AnswerField(Vertical):
    """A label and a line to type in. A secret is never shown."""

    def __init__(self, question: Question, value: str) -> None:
        super().__init__(classes="answer")
        self.question = question
        self._value = value

    def compose(self) -> ComposeResult:
        secret = self.question.secret
        field = Input(self._value, self.question.hint, password=secret, compact=True, select_on_focus=False)
        yield Horizontal(Label(fit(f"  {self.question.label}", LABEL), markup=False), field)
        yield Fault()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self._value:
            self._value = event.value
            self.say("")
            self.post_message(Answered(self.question.id, event.value))

    def say(self, words: str) -> None:
        """What is wrong; empty for nothing."""
        self.query_one(Fault).say(words)

    def enter(self) -> None:
        """Go there."""
        self.query_one(Input).focus()


class Choices(Rows, can_focus=True):
    """The choices, one to a line; the arrows choose."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,left", "choose(-1)", show=False),
        Binding("down,right", "choose(1)", show=False),
    ]

    def __init__(self, question: Question, value: str) -> None:
        super().__init__()
        self._question = question
        self._at = question.choices.index(value) if value in question.choices else 0

    def action_choose(self, rows: int) -> None:
        choices = self._question.choices
        self._at = (self._at + rows) % len(choices)
        self.refresh()
        self.post_message(Answered(self._question.id, choices[self._at]))

    def on_focus(self, event: events.Focus) -> None:
        self.refresh()

    def on_blur(self, event: events.Blur) -> None:
        self.refresh()

    def rows(self, width: int) -> Sequence[Row]:
        return [self._row(number, choice) for number, choice in enumerate(self._question.choices)]

    def _row(self, number: int, choice: str) -> Row:
        label = fit(f"  {self._question.label}" if number == 0 else "", LABEL)
        if number != self._at:
            return Piece(label), Piece(f"  {choice}", Tone.MUTED)
        mark = Piece("> " if self.has_focus else "* ", Tone.ACCENT)
        return Piece(label), mark, Piece(choice, Tone.STRONG if self.has_focus else Tone.PLAIN)


class ChoiceField(Vertical):
    """A question with a few answers."""

    def __init__(self, question: Question, value: str) -> None:
        super().__init__(classes="answer")
        self.question = question
        self._value = value

    def compose(self) -> ComposeResult:
        yield Choices(self.question, self._value)
        yield Fault()

    def say(self, words: str) -> None:
        """What is wrong; empty for nothing."""
        self.query_one(Fault).say(words)

    def enter(self) -> None:
        """Go there."""
        self.query_one(Choices).focus()


Field = AnswerField | ChoiceField


def field(question: Question, value: str) -> Field:
    """The field for a question."""
    return ChoiceField(question, value) if question.choices else AnswerField(question, value)
