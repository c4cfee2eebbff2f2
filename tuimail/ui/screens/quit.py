"""Leaving with held mail: one question."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from tuimail.engine.news import ItemChanged, News
from tuimail.mail.hold.item import Item, State
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, fit
from tuimail.ui.format.leaving import asked_about, summary
from tuimail.ui.keys import Key, Place, bindings, names, of
from tuimail.ui.widgets.held_lines import HeldLines
from tuimail.ui.widgets.rows import Rows
from tuimail.ui.work import Trouble, start

LOOK_EVERY = 1.0
PAUSES = "Pause it, since the agent runs: it leaves when you release it"


class Choices(Rows):
    """What is held, a word about what is under way or went wrong, and the answers."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._words = ""
        self._alert = False
        self._outlook = desk.agent.outlook()
        self._held: tuple[str, ...] = ()
        self.look()

    def say(self, words: str, alert: bool = False) -> None:
        """Put another line over the answers."""
        self._words, self._alert = words, alert
        self.refresh(layout=True)

    def look(self) -> None:
        """See how the agent stands now, and how far the countdowns are."""
        self._outlook = self._desk.agent.outlook()
        self._held = tuple(summary(self._desk.engine.outbox.known(), self._desk.engine.now()))
        self.refresh(layout=True)

    def rows(self, width: int) -> Sequence[Row]:
        word = f"! {self._words}" if self._alert else self._words
        said = (Piece(f" {word or 'Before leaving:'}", Tone.ALERT if self._alert else Tone.STRONG),)
        return [*((Piece(f" {line}."),) for line in self._held), said, *map(self._answer, of(Place.QUIT))]

    def _answer(self, key: Key) -> Row:
        name = Piece(f"   {fit(names(key, self._desk.keymap)[0], 5)}", Tone.ACCENT)
        if key.id == "quit_agent":
            return name, Piece(f"{key.tooltip}: "), Piece(self._outlook.words, Tone.MUTED)
        return name, Piece(PAUSES if key.id == "quit_keep" and self._outlook.runs else key.tooltip)


class QuitScreen(ModalScreen[bool]):
    """Answers True to leave now, False to stay. `how` answers the question before it is asked.

    `hand_over` lets the agent send, and raises AgentError when it does not.
    """

    BINDINGS = bindings(Place.QUIT)

    def __init__(self, desk: Desk, how: str, hand_over: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._desk = desk
        self._how = how
        self._hand_over = hand_over
        self._goal = ""
        self._handing_over = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Choices(self._desk)
            yield HeldLines(self._desk)

    def on_mount(self) -> None:
        self._desk.news.subscribe(self, self.hear)
        self.set_interval(LOOK_EVERY, self.query_one(Choices).look)
        if self._how != "ask":
            self.action_choose(self._how)

    def hear(self, news: News) -> None:
        """While held mail is leaving: go on when it has left."""
        if isinstance(news, ItemChanged):
            self.query_one(Choices).look()
            if self._goal and not self._handing_over:
                start(self, self._look, "look")

    def action_choose(self, how: str) -> None:
        if not self._handing_over:
            start(self, partial(self._choose, how), "choose")

    def action_leave(self) -> None:
        if not self._handing_over:
            self._leave(False)

    def on_trouble(self, event: Trouble) -> None:
        event.stop()
        self._goal, self._handing_over = "", False
        self._say(event.text, alert=True)

    async def _choose(self, how: str) -> None:
        self._goal = how
        outbox = self._desk.engine.outbox
        for item in await self._held():
            if how == "drafts":
                await outbox.undo(item.id, caught=False)
            elif how == "now":
                await outbox.now(item.id)
            elif how == "keep" and self._desk.agent.outlook().runs:
                await outbox.pause(item.id)
        await self._look()

    async def _look(self) -> None:
        """Leave when the goal is reached; what is on its way is waited for."""
        held = await self._held()
        if self._goal == "now" and held:
            self._wait_for(held)
        elif any(item.state is State.SENDING for item in held) and self._desk.engine.outbox.sending_here:
            self._say("One message is on its way; leaving when the server has answered…")
        elif self._goal == "agent":
            self._to_the_agent()
        else:
            self._leave(True)

    def _wait_for(self, held: Sequence[Item]) -> None:
        now = self._desk.engine.now()
        if any(item.state is State.SENDING or (item.due and item.left(now) <= 0) for item in held):
            self._say(f"Sending {len(held)} now…")
        else:
            self._goal = ""
            self._say(f"{len(held)} could not go: {held[0].why}. Before leaving:")

    def _to_the_agent(self) -> None:
        """Nothing interrupts this: what has stopped sending must be followed by one that sends."""
        if not self._handing_over:
            self._handing_over = True
            self._say("Leaving it to the agent…")
            start(self, self._given_over, "hand over", exclusive=False)

    async def _given_over(self) -> None:
        await self._hand_over()
        self._leave(True)

    async def _held(self) -> tuple[Item, ...]:
        return asked_about(await self._desk.engine.outbox.held())

    def _leave(self, now: bool) -> None:
        if self.is_current:
            self.dismiss(now)

    def _say(self, words: str, alert: bool = False) -> None:
        self.query_one(Choices).say(words, alert)
