"""The line at the bottom edge that narrows the list while one types."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input, Label

from tuimail.ui.keys import Place, bindings
from tuimail.ui.widgets.message_list import MessageList

AFTER = 0.06


class SearchLine(Horizontal):
    """Narrows `messages` to what is typed. Enter keeps it, escape shows everything again."""

    BINDINGS = bindings(Place.SEARCH)
    DEFAULT_CSS = """
    SearchLine { layer: above; dock: bottom; height: 1; background: $mail-bar; }
    SearchLine > Label { color: $mail-accent; }
    SearchLine > Input { width: 1fr; border: none; height: 1; padding: 0; background: $mail-bar; }
    SearchLine > Input:focus { border: none; }
    """

    def __init__(self, messages: MessageList) -> None:
        super().__init__()
        self._messages = messages
        self._soon: Timer | None = None

    def compose(self) -> ComposeResult:
        value = self._messages.view.query.text if self._messages.view is not None else ""
        words = "who or what · enter keeps it, esc shows all"
        yield Label(" find ", markup=False)
        yield Input(value, placeholder=words, compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._soon is not None:
            self._soon.stop()
        self._soon = self.set_timer(AFTER, self._narrow)

    async def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        await self.remove()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        self._narrow()
        self._messages.focus()

    def action_clear(self) -> None:
        self.query_one(Input).value = ""
        self.action_keep()

    def _narrow(self) -> None:
        self._messages.narrow(self.query_one(Input).value.strip())
