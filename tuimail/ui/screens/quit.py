"""Leaving with held mail: one question."""

from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from tuimail.engine.news import ItemChanged, News
from tuimail.mail.hold.item import Item, State
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, fit
from tuimail.ui.keys import Place, bindings, names, of
from tuimail.ui.widgets.edge import HeldLines
from tuimail.ui.widgets.rows import Rows
from tuimail.ui.work import Trouble, start


class Choices(Rows):
    """The question and its answers."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.words = ""

    def ask(self, words: str) -> None:
        """Put another line over the answers."""
        self.words = words
        self.refresh(layout=True)

    def rows(self, width: int) -> Sequence[Row]:
        answers = [
            (Piece(f"   {fit(names(key, self._desk.keymap)[0], 5)}", Tone.ACCENT), Piece(key.tooltip))
            for key in of(Place.QUIT)
        ]
        return [(Piece(f" {self.words}", Tone.STRONG),), *answers]


class QuitScreen(ModalScreen[bool]):
    """Answers True to leave now, False to stay. `how` answers the question before it is asked."""

    BINDINGS = bindings(Place.QUIT)

    def __init__(self, desk: Desk, held: Sequence[Item], how: str) -> None:
        super().__init__()
        self._desk = desk
        self._held = held
        self._how = how
        self._sending = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Choices(self._desk)
            yield HeldLines(self._desk)

    def on_mount(self) -> None:
        self._desk.news.subscribe(self, self.hear)
        count = len(self._held)
        self._say(
            f"{count} mails are held. Before leaving:" if count > 1 else "One mail is held. Before leaving:"
        )
        if self._how != "ask":
            self.action_choose(self._how)

    def hear(self, news: News) -> None:
        """While held mail is being sent: leave when all of it has gone."""
        if self._sending and isinstance(news, ItemChanged):
            start(self, self._look, "look")

    def action_choose(self, how: str) -> None:
        start(self, partial(self._choose, how), "choose")

    def on_trouble(self, event: Trouble) -> None:
        event.stop()
        self._say(event.text)

    def action_leave(self) -> None:
        self._leave(False)

    async def _choose(self, how: str) -> None:
        outbox = self._desk.engine.outbox
        if how == "drafts":
            await outbox.back_to_drafts()
        if how != "now":
            self._leave(True)
            return
        self._sending = True
        self._say(f"Sending {len(self._held)} now…")
        await outbox.send_all_now()
        await self._look()

    async def _look(self) -> None:
        held = await self._desk.engine.outbox.held()
        now = self._desk.engine.now()
        if not held:
            self._leave(True)
        elif not any(_busy(item, now.boot) for item in held):
            self._sending = False
            self._say(f"{len(held)} could not go: {held[0].why}. Before leaving:")

    def _leave(self, now: bool) -> None:
        if self.is_current:
            self.dismiss(now)

    def _say(self, words: str) -> None:
        self.query_one(Choices).ask(words)


def _busy(item: Item, boot: float) -> bool:
    """Whether it is being sent, or will be in a moment."""
    return item.state is State.SENDING or (item.due is not None and item.due.boot <= boot)
