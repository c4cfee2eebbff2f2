"""Answering and triage, alike in the list and in the reader."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from tuimail.mail.errors import TuimailError
from tuimail.mail.folder.folder import Folder
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.screens.doors import correct, pick_folder, recall, recalls, write
from tuimail.ui.screens.place import PlaceScreen

if TYPE_CHECKING:
    from tuimail.mail.after.sent_mail import SentMail

ANSWERS = frozenset({"reply", "reply_all"})
"""The ids of keys that are of little use on mail of one's own."""

MANY = 500
"""From how many messages on the keys do not wait until it is done."""

Act = Callable[[Sequence[Ref]], Awaitable[None]]


class Chosen(Struct, frozen=True):
    """The messages that a key acts on; `seen` and `flagged` say whether all of them are, as far as known."""

    refs: tuple[Ref, ...] = ()
    seen: bool = False
    flagged: bool = False


def chosen_of(envelopes: Collection[Envelope], refs: Sequence[Ref] | None = None) -> Chosen:
    """These messages, or `refs` of which they are some."""
    return Chosen(
        tuple(one.ref for one in envelopes) if refs is None else tuple(refs),
        bool(envelopes) and all(one.seen for one in envelopes),
        bool(envelopes) and all(Flag.FLAGGED in one.flags for one in envelopes),
    )


class AnsweringScreen(PlaceScreen):
    """A place with a current message that can be answered, forwarded and put away."""

    def envelope(self) -> Envelope | None:
        """The message that is answered."""
        raise NotImplementedError

    async def chosen(self) -> Chosen:
        """What triage acts on: the current message, unless there are others."""
        envelope = self.envelope()
        return chosen_of(() if envelope is None else (envelope,))

    def marked(self) -> tuple[Ref, ...]:
        """The messages that are marked."""
        return ()

    async def before_leaving(self) -> None:
        """The chosen messages are about to go elsewhere."""

    async def after_triage(self, left: bool) -> None:
        """Something was done to the chosen messages; they `left`, or are still here."""

    def action_reply(self) -> None:
        self.answer(partial(self.desk.engine.drafts.reply, everyone=False))

    def action_reply_all(self) -> None:
        self.answer(partial(self.desk.engine.drafts.reply, everyone=True))

    def action_reply_list(self) -> None:
        self.answer(self.desk.engine.drafts.reply_list)

    def action_forward(self) -> None:
        self.answer(self.desk.engine.drafts.forward)

    def action_forward_attached(self) -> None:
        self.work(self._forward_attached, "answer")

    async def action_toggle_read(self) -> None:
        await self.triage(self._read)

    async def action_toggle_flag(self) -> None:
        await self.triage(self._flag)

    async def action_archive(self) -> None:
        await self.triage(lambda chosen: self._leave(chosen, self.desk.engine.triage.archive, "Archived"))

    async def action_delete(self) -> None:
        await self.triage(self._delete)

    async def action_junk(self) -> None:
        await self.triage(self._junk)

    async def action_move_to(self) -> None:
        await self.triage(self._ask_where)

    async def action_label(self) -> None:
        await self.triage(self._ask_label)

    async def action_correct(self) -> None:
        """Put right the message here if it is one's own, else the last one sent."""
        await self.work_first(self._correct, "answer")

    async def action_recall(self) -> None:
        """See whether the message here can be asked for, if it is one's own, else the last one sent.

        Of several that are marked, see which.
        """
        await self.work_first(self._recall, "answer")

    def keys_of_own(self, account: str) -> tuple[str, ...]:
        """What can be done about mail of one's own: asked back where there is somebody to ask."""
        asked = {one.name for one in self.desk.engine.accounts if one.exchange is not None}
        return ("correct", "recall") if account in asked else ("correct",)

    def answer(self, make: Callable[[Ref], Awaitable[Draft]]) -> None:
        """Open the composer on what `make` makes of the current message."""
        envelope = self.envelope()
        if envelope is not None:
            self.work(partial(self._write, make, envelope.ref), "answer")

    async def triage(self, act: Callable[[Chosen], Awaitable[None]]) -> None:
        """Do something to the chosen messages. The next key waits for it, unless they are many."""
        try:
            chosen = await self.chosen()
            if len(chosen.refs) > MANY:
                self.say(f"{len(chosen.refs):,} messages…")
                self.work(partial(act, chosen), "triage")
            elif chosen.refs:
                await act(chosen)
        except TuimailError as error:
            self.say(str(error), trouble=True)

    async def _write(self, make: Callable[[Ref], Awaitable[Draft]], ref: Ref) -> None:
        await write(self.app, self.desk, await make(ref))

    async def _correct(self) -> None:
        await correct(self.app, self.desk, await self._sent())

    async def _recall(self) -> None:
        marked = self.marked()
        if len(marked) > 1:
            await recalls(self.app, self.desk, marked)
        elif marked:
            await recall(self.app, self.desk, await self.desk.engine.sent.of(marked[0]))
        else:
            await recall(self.app, self.desk, await self._sent())

    async def _sent(self) -> "SentMail | None":
        """The message here, if one sent it oneself."""
        envelope, own = self.envelope(), self.desk.engine.drafts.identities()
        if envelope is None or not any(who.is_at(envelope.sender.spec) for who in own):
            return None
        return await self.desk.engine.sent.of(envelope.ref)

    async def _forward_attached(self) -> None:
        chosen = await self.chosen()
        if chosen.refs:
            await write(self.app, self.desk, await self.desk.engine.drafts.forward_attached(chosen.refs))

    async def _read(self, chosen: Chosen) -> None:
        await self._set(chosen, Flag.SEEN, chosen.seen)

    async def _flag(self, chosen: Chosen) -> None:
        await self._set(chosen, Flag.FLAGGED, chosen.flagged)

    async def _set(self, chosen: Chosen, flag: Flag, off: bool) -> None:
        one = frozenset({str(flag)})
        add, drop = (frozenset[str](), one) if off else (one, frozenset[str]())
        await self.desk.engine.triage.flag(chosen.refs, add, drop)
        await self.after_triage(left=False)
        if len(chosen.refs) > 1:
            word = {Flag.SEEN: "read", Flag.FLAGGED: "flagged"}[flag]
            self._done(f"Marked {'not ' if off else ''}{word}", len(chosen.refs))

    async def _junk(self, chosen: Chosen) -> None:
        good = await self.desk.engine.triage.are_junk(chosen.refs)
        word = "Moved to the inbox as no junk" if good else "Marked as junk"
        await self._leave(chosen, self.desk.engine.triage.junk, word)

    async def _delete(self, chosen: Chosen) -> None:
        """Ask first where it would be the end of them."""
        erased = len(await self.desk.engine.triage.would_erase(chosen.refs))
        if not erased:
            await self._leave(chosen, self.desk.engine.triage.delete, "Deleted")
            return
        from tuimail.ui.screens.ask import ConfirmScreen

        what = "this message" if erased == 1 else f"{erased:,} messages"
        question = Safe(f"Erase {what} for good? That can't be taken back.")
        self.app.push_screen(ConfirmScreen(question), partial(self._erase, chosen))

    def _erase(self, chosen: Chosen, sure: bool | None) -> None:
        if sure:
            self.work(partial(self._leave, chosen, self.desk.engine.triage.delete, "Erased", False), "triage")

    async def _leave(self, chosen: Chosen, act: Act, word: str, undoable: bool = True) -> None:
        await self.before_leaving()
        await act(chosen.refs)
        await self.after_triage(left=True)
        self._done(word, len(chosen.refs), undoable)

    async def _ask_where(self, chosen: Chosen) -> None:
        accounts = {ref.account for ref in chosen.refs}
        if len(accounts) > 1:
            self.say("These are of several accounts: mark those of one to move them.", trouble=True)
            return
        words = "move to" if len(chosen.refs) == 1 else f"move {len(chosen.refs):,} to"
        await pick_folder(self.app, self.desk, Safe(words), accounts, partial(self._move_there, chosen))

    def _move_there(self, chosen: Chosen, folder: Folder | None) -> None:
        if folder is not None:
            act: Act = partial(self.desk.engine.triage.move, folder=folder.name)
            self.work(partial(self._leave, chosen, act, f"Moved to {folder.title}"), "triage")

    async def _ask_label(self, chosen: Chosen) -> None:
        from tuimail.ui.screens.ask import AskScreen

        question = Safe("Label (-name takes it off):")
        self.app.push_screen(AskScreen(question), partial(self._label, chosen))

    def _label(self, chosen: Chosen, answer: str | None) -> None:
        name = (answer or "").strip()
        if name.lstrip("-"):
            self.work(partial(self._put_label, chosen, name), "triage")

    async def _put_label(self, chosen: Chosen, name: str) -> None:
        one, off = frozenset({name.lstrip("-").strip()}), name.startswith("-")
        add, drop = (frozenset[str](), one) if off else (one, frozenset[str]())
        await self.desk.engine.triage.label(chosen.refs, add, drop)
        await self.after_triage(left=False)
        self._done(f"{'Took out of' if off else 'Put under'} {line(min(one))}", len(chosen.refs))

    def _done(self, words: str, count: int, undoable: bool = True) -> None:
        """Say what was done, in the place one is in by now; how many stands behind the verb."""
        verb, space, rest = words.partition(" ")
        number = "" if count == 1 else f" {count:,}"
        tail = f" · u takes {'it' if count == 1 else 'them'} back" if undoable else "."
        here = self.app.screen
        place = here if isinstance(here, PlaceScreen) else self
        place.say(f"{verb}{number}{space}{rest}{tail}")
