"""The line at the bottom edge that narrows the list while one types."""

from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input, Label

from tuimail.ui.keys import Place, bindings
from tuimail.ui.quest import Quest
from tuimail.ui.widgets.message_list import MessageList
from tuimail.ui.work import caught_up, start

AFTER = 0.01
"""Seconds without a key before what is here is searched: a burst of keys is one search."""

ASK_AFTER = 0.8
"""Seconds without a key before a server is asked."""

REMEMBERED = 50
EXAMPLES = "from:  to:  subject:  has:attachment  is:unread  after:7d"
ROOM = 60
"""Cells from which on the keys stand beside what is typed."""


class SearchLine(Horizontal):
    """Leads `messages` on a quest: what is typed narrows the list, arrows move in it, tab looks everywhere.

    Enter keeps the list, escape goes back to where one was. `asked` are former queries, newest last.
    """

    BINDINGS = bindings(Place.SEARCH)
    DEFAULT_CSS = """
    SearchLine { layer: above; dock: bottom; height: 1; background: $mail-bar; }
    SearchLine > Label { color: $mail-accent; }
    SearchLine > #keys { color: $mail-muted; }
    SearchLine > Input { width: 1fr; border: none; height: 1; padding: 0; background: $mail-bar; }
    SearchLine > Input:focus { border: none; }
    """

    def __init__(self, messages: MessageList, quest: Quest, asked: list[str]) -> None:
        super().__init__()
        self._messages = messages
        self._quest = quest
        self._asked = asked
        self._former = len(asked)
        self._soon: tuple[Timer, ...] = ()

    def compose(self) -> ComposeResult:
        yield Label(self._asks(), markup=False)
        yield Input(self._quest.text, placeholder=EXAMPLES, compact=True, select_on_focus=False)
        yield Label(self._keys(), id="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_resize(self, event: events.Resize) -> None:
        self.query_one("#keys").display = event.size.width >= ROOM

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._hush()
        self._soon = (
            self.set_timer(AFTER, self._narrow),
            self.set_timer(ASK_AFTER, partial(self._quest.ask, False)),
        )

    async def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self._hush()
        await self.remove()

    async def action_keep(self) -> None:
        field = self.query_one(Input)
        await caught_up(field)
        self._narrow()
        self._remember(field.value.strip())
        self._quest.ask(True)
        self._messages.focus()

    def action_clear(self) -> None:
        self._remember(self.query_one(Input).value.strip())
        self._quest.back()
        self._messages.focus()

    def action_widen(self) -> None:
        start(self, self._widen, "widen")

    async def action_choose(self, rows: int) -> None:
        """Another row of the list; in an empty line, a former query."""
        field = self.query_one(Input)
        await caught_up(field)
        value = field.value
        walks = self._former < len(self._asked) and value == self._asked[self._former]
        if walks or (not value and rows < 0):
            self._recall(rows)
        else:
            await self._narrowed()
            await self._messages.go(self._messages.validate_cursor(self._messages.cursor + rows))

    async def action_page(self, pages: int) -> None:
        await caught_up(self.query_one(Input))
        await self._narrowed()
        await self._messages.action_page(pages)

    def _recall(self, step: int) -> None:
        self._former = max(0, min(self._former + step, len(self._asked)))
        field = self.query_one(Input)
        field.value = self._asked[self._former] if self._former < len(self._asked) else ""
        field.cursor_position = len(field.value)

    def _remember(self, text: str) -> None:
        if text:
            self._asked[:] = [*(each for each in self._asked if each != text), text][-REMEMBERED:]

    async def _widen(self) -> None:
        await self._quest.widen()
        self.query_one(Label).update(self._asks())
        self.query_one("#keys", Label).update(self._keys())
        self._quest.ask(False)

    async def _narrowed(self) -> None:
        """The list answers all that is typed: an arrow moves in what the letters before it found."""
        self._narrow()
        await self._messages.opened()

    def _narrow(self) -> None:
        self._quest.narrow(self.query_one(Input).value)

    def _asks(self) -> str:
        return " find everywhere " if self._quest.everywhere else " find "

    def _keys(self) -> str:
        return f"  tab {'here' if self._quest.everywhere else 'everywhere'} · enter keeps · esc back "

    def _hush(self) -> None:
        for timer in self._soon:
            timer.stop()
