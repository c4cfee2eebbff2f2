"""What rules would do on Send, in one muted line while one writes."""

from collections.abc import Callable, Sequence

from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer

from tuimail.mail.errors import TuimailError
from tuimail.mail.letter.draft import Draft
from tuimail.mail.rule.decision import Decision
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Piece, Row, Tone, cut
from tuimail.ui.format.foresight import foresight
from tuimail.ui.widgets.rows import Rows
from tuimail.ui.work import start

AFTER = 0.4
"""Seconds without a change after which the rules are asked."""


class ForesightLine(Rows):
    """Asks the rules about the draft of the moment; there is nothing to see when they have nothing to add."""

    DEFAULT_CSS = "ForesightLine { height: auto; }"

    words: reactive[str] = reactive("", layout=True)
    """What they say."""

    class Weighed(Message):
        """What the rules say of the draft now."""

        def __init__(self, decision: Decision) -> None:
            super().__init__()
            self.decision = decision

    def __init__(self, desk: Desk, draft: Callable[[], Draft]) -> None:
        super().__init__()
        self._desk = desk
        self._draft = draft
        self._soon: Timer | None = None

    def on_mount(self) -> None:
        self.look_soon()

    def look_soon(self) -> None:
        """The draft changes; look once it rests."""
        if self._soon is not None:
            self._soon.stop()
        self._soon = self.set_timer(AFTER, self._rested)

    def rows(self, width: int) -> Sequence[Row]:
        if not self.words:
            return []
        return [(Piece(" On Send  ", Tone.MUTED), Piece(cut(self.words, width - 11), Tone.MUTED))]

    def _rested(self) -> None:
        self._soon = None
        start(self, self._look, "look")

    async def _look(self) -> None:
        draft = self._draft()
        try:
            decision = await self._desk.engine.outbox.weigh(draft)
        except TuimailError:
            self.words = ""
        else:
            self.post_message(self.Weighed(decision))
            self.words = foresight(decision, draft.schedule, self._desk.engine.now())
