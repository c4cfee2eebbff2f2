"""One message, to read."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from textual.widget import Widget

from tuimail.engine.opening import Source
from tuimail.mail.errors import MailboxError
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.letter import Letter
from tuimail.mail.letter.picture import KINDS
from tuimail.mail.letter.safe import Safe, block, line
from tuimail.ui.desk import Desk
from tuimail.ui.format.letter import WIDEST, Headers, heading
from tuimail.ui.format.times import size
from tuimail.ui.keys import Place, bindings, key_of
from tuimail.ui.reading.asked_back import is_own, told
from tuimail.ui.reading.reading import Reading
from tuimail.ui.screens.answering import ANSWERS, AnsweringScreen, Chosen
from tuimail.ui.screens.doors import Step
from tuimail.ui.widgets.edge import KeyBar
from tuimail.ui.widgets.letter_view import LetterView
from tuimail.ui.work import start

PICTURES = 6
"""As many images of a mail are shown; the others are listed."""

READING = ("load", "pictures", "step", "after")
"""What is under way for a letter, and ends when one leaves it."""

PATIENCE = 0.4
"""Seconds until a person is told that a letter is still on its way."""

THE_END = "The end; space goes on to the next unread message."


async def nowhere(rows: int, unread: bool = False, peek: bool = False) -> Envelope | None:
    """The step of a reader that has nothing to read yet."""
    return None


class LetterScreen(AnsweringScreen):
    """Shows the letter at a source, and what one can do with what is in it."""

    place = Place.READER
    BINDINGS = bindings(Place.READER)

    def __init__(self, desk: Desk, source: Source, title: str) -> None:
        super().__init__(desk)
        self._source = source
        self._title = title
        self._letter: Letter | None = None
        self._full = self._raw = False
        self._folded = True
        self._after = ""

    def contents(self) -> Iterable[Widget]:
        yield LetterView(id="letter")

    @property
    def view(self) -> LetterView:
        return self.query_one(LetterView)

    def envelope(self) -> Envelope | None:
        return None

    def on_mount(self) -> None:
        self.view.focus()
        self.titled(self._title, "")

    def action_headers(self) -> None:
        self._full, self._raw = not self._full and not self._raw, False
        self._show()

    def action_raw(self) -> None:
        self._raw = not self._raw
        if self._raw:
            self.work(self._show_raw, "load")
        else:
            self._show()

    def action_quotes(self) -> None:
        self._folded, self._raw = not self._folded, False
        self._show(self.view.scroll_offset.y)

    def action_read_on(self) -> None:
        self.view.action_page(1)

    def action_link(self) -> None:
        from tuimail.ui.reading import links

        self._about(links.follow)

    def action_save_files(self) -> None:
        from tuimail.ui.reading import files

        self._about(files.save)

    def action_open_file(self) -> None:
        from tuimail.ui.reading import files

        self._about(files.open_file)

    def action_pipe(self) -> None:
        from tuimail.ui.reading import files

        self._about(files.pipe)

    def action_invitation(self) -> None:
        from tuimail.ui.reading import invitations

        self._about(invitations.answer)

    def action_unsubscribe(self) -> None:
        from tuimail.ui.reading import lists

        self._about(lists.leave)

    async def _load(self) -> None:
        letter = await self.desk.engine.opening.letter(self._source)
        if letter is not self._letter:
            self._letter = letter
            self._show(self._left_at())
        for view in self.query(LetterView) if self._colours() else ():
            self.work(partial(self._hang, view, self._source, letter), "pictures")

    def _left_at(self) -> int:
        """The row at which one stopped reading."""
        return 0 if self._source.path else self.desk.habits.left.get(self._source.ref, 0)

    def _colours(self) -> bool:
        """Whether this terminal can show pictures in its cells."""
        return not self.app.no_color and self.app.console.color_system in ("truecolor", "256")

    async def _hang(self, view: LetterView, source: Source, letter: Letter) -> None:
        """Put the images that are in the mail below it; nothing remote is ever asked for."""
        images = [part for part in letter.parts if part.type in KINDS][:PICTURES]
        for part in images:
            room = min(view.size.width - 2, WIDEST), max(4, view.size.height - 3)
            picture = await self.desk.engine.opening.picture(source, part, *room)
            if picture is not None and letter is self._letter:
                view.hang(f"{part.name} {size(part.size)}", picture)

    def _about(self, deed: Callable[[Reading], Awaitable[None]]) -> None:
        """Do something with the letter that asks questions first."""
        if self._letter is not None:
            self.work(partial(deed, Reading(self, self._source, self._letter)), "question")

    def _show(self, top: int = 0) -> None:
        if self._letter is not None:
            self.titled(self._title, "all headers" if self._full else self._hint(self._letter))
            self._offer(self._letter)
            headers = Headers.ALL if self._full else Headers.USUAL
            for view in self.query(LetterView):
                view.show(self._letter, headers, self._folded, top, self._after)

    def _offer(self, letter: Letter) -> None:
        """Put the keys first that this letter gives something to do, and leave out those it gives nothing."""
        from tuimail.ui.reading.offers import OFFERS, offers

        needless, first, here = frozenset(OFFERS), tuple(offers(letter)), self.envelope()
        if here is not None and is_own(letter, self.desk):
            needless, first = needless | ANSWERS, (*first, *self.keys_of_own(here.ref.account))
        for bar in self.query(KeyBar):
            bar.turn(self.place, needless - frozenset(first), first=first)

    def _hint(self, letter: Letter) -> str:
        """What this letter waits for."""
        asks = letter.invitation is not None and letter.invitation.asks
        return f"{key_of('invitation', self.desk.keymap)} answers the invitation" if asks else ""

    def show_instead(self, title: str, text: Safe) -> None:
        """Some text in the place of the letter, till a key brings that back."""
        self._raw = True
        self.titled(title, f"{key_of('headers', self.desk.keymap)} the message again")
        self.view.show_text(text)

    async def _show_raw(self) -> None:
        raw = await self.desk.engine.opening.raw(self._source)
        self.show_instead(f"{self._title} · source", block(raw.decode("utf-8", "replace")))


class ReaderScreen(LetterScreen):
    """Shows the letters of a list, one after the other. It is empty until `begin`, and can begin again."""

    def __init__(self, desk: Desk, envelope: Envelope) -> None:
        super().__init__(desk, Source(envelope.ref), "")
        self._envelope = envelope
        self._step: Step = nowhere
        self._next: Envelope | None = None
        self._walking = asyncio.Lock()

    def envelope(self) -> Envelope | None:
        return self._envelope

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.work(self._look_after, "after")

    def begin(self, envelope: Envelope, step: Step, folder: str) -> None:
        """Show this one; `step` gives the next one and the one before; `folder` is where it is."""
        self._step, self._title, self._next = step, folder, None
        self._full, self._letter = False, None
        for bar in self.query(KeyBar):
            bar.hush()
        self._open(envelope)

    def close(self) -> None:
        self._keep_place()
        for group in READING:
            self.workers.cancel_group(self, group)
        super().close()

    async def before_leaving(self) -> None:
        self._next = await self._step(1, peek=True) or await self._step(-1, peek=True)

    async def after_triage(self, left: bool) -> None:
        if left and self._next is not None:
            self._open(self._next)
        elif left:
            self.close()

    def action_step(self, rows: int) -> None:
        start(self, partial(self._go, rows), "step", exclusive=False)

    def action_unread(self, way: int) -> None:
        start(self, partial(self._go, way, True), "step", exclusive=False)

    def action_read_on(self) -> None:
        if self.view.at_end:
            self.action_unread(1)
            return
        super().action_read_on()
        if self.view.at_end:
            self.say(THE_END)

    async def _set(self, chosen: Chosen, flag: Flag, off: bool) -> None:
        await super()._set(chosen, flag, off)
        one = frozenset({str(flag)})
        flags = self._envelope.flags - one if off else self._envelope.flags | one
        self._envelope = self._envelope.flagged(flags)

    def _open(self, envelope: Envelope) -> None:
        self._keep_place()
        self._envelope, self._source = envelope, Source(envelope.ref)
        self._raw, self._folded, self._after = False, True, ""
        self.titled(self._title, "")
        self._letter = self.desk.engine.opening.at_hand(self._source)
        if self._letter is None:
            self._show_heading(envelope)
        self._show(self._left_at())
        self.work(self._load, "load")

    def _show_heading(self, envelope: Envelope) -> None:
        """What the list knew of it stands there till the letter does."""
        for view in self.query(LetterView):
            view.show(heading(envelope))

    async def _load(self) -> None:
        waiting = self.set_timer(PATIENCE, partial(self.titled, self._title, "fetching…"))
        try:
            await super()._load()
        except MailboxError:
            self.titled(self._title, "not fetched")
            raise
        finally:
            waiting.stop()
        if not self._envelope.seen:
            seen = frozenset({str(Flag.SEEN)})
            self._envelope = self._envelope.flagged(self._envelope.flags | seen)
            await self.desk.engine.triage.flag((self._envelope.ref,), seen, undoable=False)
        following = await self._step(1, peek=True)
        if following is not None:
            self.desk.engine.opening.ahead(following.ref)
        await self._look_after()

    async def _look_after(self) -> None:
        """Say what became of asking for a mail of one's own; most were never asked for."""
        letter = self._letter
        if letter is None or not is_own(letter, self.desk):
            return
        said = await told(letter, self.desk)
        if said != self._after and letter is self._letter and not self._raw:
            self._after = said
            self._show(self.view.scroll_offset.y)

    async def _go(self, rows: int, unread: bool = False) -> None:
        """Every key counts, however quickly they come; the letters in between need not be shown."""
        async with self._walking:
            envelope = await self._step(rows, unread=unread)
        if envelope is not None:
            self._open(envelope)
        elif unread:
            self.say("No other message is unread here.")
        else:
            self.say("That was the last one." if rows > 0 else "That was the first one.")

    def _keep_place(self) -> None:
        """Remember how far one has read."""
        if self._letter is not None and not self._raw:
            self.desk.habits.leave(self._source.ref, self.view.scroll_offset.y)


class EnclosedScreen(LetterScreen):
    """A message that is attached to another one."""

    def __init__(self, desk: Desk, source: Source) -> None:
        super().__init__(desk, source, "Attached message")

    def on_mount(self) -> None:
        super().on_mount()
        self.work(self._load, "load")

    def answer(self, make: Callable[[Ref], Awaitable[Draft]]) -> None:
        self.say("This message is attached to another: esc goes back to that one, which can be answered.")


class FileScreen(LetterScreen):
    """A message in a file: it can be read, answered and passed on, but is in no folder."""

    def __init__(self, desk: Desk, ref: Ref) -> None:
        super().__init__(desk, Source(ref), line(ref.uid))

    def on_mount(self) -> None:
        super().on_mount()
        self.work(self._load, "load")

    def answer(self, make: Callable[[Ref], Awaitable[Draft]]) -> None:
        self.work(partial(self._write, make, self._source.ref), "answer")

    def action_forward_attached(self) -> None:
        self.answer(lambda ref: self.desk.engine.drafts.forward_attached((ref,)))

    async def triage(self, act: Callable[[Chosen], Awaitable[None]]) -> None:
        self.say("This message is a file, in no folder: it can be answered and forwarded.")
