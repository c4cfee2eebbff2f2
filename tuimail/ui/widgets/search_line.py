"""The line at the bottom edge that narrows the list while one types."""

from textual import events
from textual.timer import Timer
from textual.widgets import Input

from tuimail.ui.desk import Desk
from tuimail.ui.keys import Place, bindings
from tuimail.ui.widgets.message_list import MessageList

AFTER = 0.06


class SearchLine(Input):
    """Narrows `messages` to what is typed. Enter keeps it, escape shows everything again."""

    BINDINGS = bindings(Place.SEARCH)
    DEFAULT_CSS = """
    SearchLine { display: none; dock: bottom; border: none; height: 1; padding: 0 1; background: $mail-bar; }
    SearchLine.-open { display: block; }
    SearchLine:focus { border: none; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(placeholder="find: words of who or what; enter keeps, esc shows all", compact=True)
        self._desk = desk
        self._messages: MessageList | None = None
        self._soon: Timer | None = None

    def open(self, messages: MessageList) -> None:
        """Begin, with what the list is narrowed to now."""
        self._messages = messages
        self.value = messages.view.query if messages.view is not None else ""
        self.add_class("-open")
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._soon is not None:
            self._soon.stop()
        self._soon = self.set_timer(AFTER, self._narrow)

    def on_blur(self, event: events.Blur) -> None:
        self.remove_class("-open")

    def action_keep(self) -> None:
        self._narrow()
        self._close()

    def action_clear(self) -> None:
        self.value = ""
        self._narrow()
        self._close()

    def _narrow(self) -> None:
        if self._messages is not None:
            self._messages.narrow(self.value.strip())

    def _close(self) -> None:
        if self._messages is not None:
            self._messages.focus()
