"""Choosing a template: type a part of its name."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from tuimail.mail.letter.contact import key
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.template import Template
from tuimail.ui.format.cells import Piece, Row, Tone, cut, fit
from tuimail.ui.widgets.edge import keys_row
from tuimail.ui.widgets.painted import Painted
from tuimail.ui.widgets.rows import Rows

SHOWN = 8
KEYS = [("enter", "put in"), ("esc", "back to the text")]


def narrowed(templates: Sequence[Template], typed: str) -> tuple[Template, ...]:
    """Those with all the words in name or subject, whatever the width, case or kana."""
    words = key(typed).split()
    return tuple(one for one in templates if all(word in key(f"{one.name} {one.subject}") for word in words))


class TemplateView(Rows):
    """The templates that fit, one of them the cursor's."""

    def __init__(self, templates: Sequence[Template]) -> None:
        super().__init__()
        self._all = templates
        self.found = tuple(templates)
        self.cursor = 0

    def narrow(self, typed: str) -> None:
        self.found, self.cursor = narrowed(self._all, typed), 0
        self.refresh(layout=True)

    def move(self, rows: int) -> None:
        self.cursor = max(0, min(len(self.found) - 1, self.cursor + rows))
        self.refresh()

    def rows(self, width: int) -> Sequence[Row]:
        if not self.found:
            return [(Piece("   no template is called so", Tone.MUTED),)]
        top = max(0, min(self.cursor - SHOWN // 2, len(self.found) - SHOWN))
        return [self._row(n, width) for n in range(top, min(top + SHOWN, len(self.found)))]

    def _row(self, number: int, width: int) -> Row:
        one, here = self.found[number], number == self.cursor
        about = one.subject or one.body.strip().partition("\n")[0]
        return (
            Piece(" > " if here else "   ", Tone.ACCENT),
            Piece(fit(one.name, 24) + "  ", Tone.STRONG if here else Tone.PLAIN),
            Piece(cut(line(about), max(0, width - 30)), Tone.MUTED),
        )


class TemplateScreen(ModalScreen[str | None]):
    """Answers the name of a template, or None after escape."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "leave")]
    AUTO_FOCUS = "Input"

    def __init__(self, templates: Sequence[Template]) -> None:
        super().__init__()
        self._view = TemplateView(templates)

    def compose(self) -> ComposeResult:
        field = Input(compact=True)
        yield Vertical(
            Horizontal(Label(" Template  ", markup=False), field),
            self._view,
            Painted(lambda width: [keys_row(KEYS, width)]),
        )

    def on_input_changed(self, event: Input.Changed) -> None:
        self._view.narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._view.found:
            self.dismiss(self._view.found[self._view.cursor].name)

    def on_key(self, event: events.Key) -> None:
        moves = {"down": 1, "up": -1, "pagedown": SHOWN, "pageup": -SHOWN}
        if event.key in moves:
            event.stop()
            event.prevent_default()
            self._view.move(moves[event.key])
