"""Answering and marking, alike in the list and in the reader."""

from collections.abc import Awaitable, Callable
from functools import partial

from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.ui.screens.doors import write
from tuimail.ui.screens.place import PlaceScreen


class AnsweringScreen(PlaceScreen):
    """A place with a current message that can be answered, forwarded and marked."""

    def envelope(self) -> Envelope | None:
        """The message that the keys are about."""
        raise NotImplementedError

    def action_reply(self) -> None:
        self.answer(partial(self.desk.engine.drafts.reply, everyone=False))

    def action_reply_all(self) -> None:
        self.answer(partial(self.desk.engine.drafts.reply, everyone=True))

    def action_forward(self) -> None:
        self.answer(self.desk.engine.drafts.forward)

    def action_toggle_read(self) -> None:
        self._toggle(Flag.SEEN)

    def action_toggle_flag(self) -> None:
        self._toggle(Flag.FLAGGED)

    def answer(self, make: Callable[[Ref], Awaitable[Draft]]) -> None:
        """Open the composer on what `make` makes of the current message."""
        envelope = self.envelope()
        if envelope is not None:
            self.work(partial(self._write, make, envelope.ref), "answer")

    async def _write(self, make: Callable[[Ref], Awaitable[Draft]], ref: Ref) -> None:
        await write(self.app, self.desk, await make(ref))

    def _toggle(self, flag: Flag) -> None:
        envelope = self.envelope()
        if envelope is not None:
            one = frozenset({str(flag)})
            add, drop = (frozenset[str](), one) if flag in envelope.flags else (one, frozenset[str]())
            self.work(partial(self.desk.engine.mailbox.flag, (envelope.ref,), add, drop), "flag")
