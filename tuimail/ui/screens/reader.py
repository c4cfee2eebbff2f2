"""One message, to read."""

from collections.abc import Iterable
from functools import partial

from textual.widget import Widget

from tuimail.mail.letter.envelope import Envelope, Flag
from tuimail.mail.letter.letter import Letter, Part
from tuimail.mail.letter.safe import Safe, block, line
from tuimail.ui.desk import Desk
from tuimail.ui.format.letter import Headers
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens.answering import AnsweringScreen
from tuimail.ui.screens.doors import Step
from tuimail.ui.widgets.letter_view import LetterView


class ReaderScreen(AnsweringScreen):
    """Shows `envelope`'s letter; `step` gives the next one and the one before; `folder` is where it is."""

    place = Place.READER
    BINDINGS = bindings(Place.READER)

    def __init__(self, desk: Desk, envelope: Envelope, step: Step, folder: str) -> None:
        super().__init__(desk)
        self._envelope = envelope
        self._step = step
        self._folder = folder
        self._letter: Letter | None = None
        self._full = self._raw = False

    def contents(self) -> Iterable[Widget]:
        yield LetterView(id="letter")

    @property
    def view(self) -> LetterView:
        return self.query_one(LetterView)

    def envelope(self) -> Envelope | None:
        return self._envelope

    def on_mount(self) -> None:
        self.view.focus()
        self._open(self._envelope)

    def action_step(self, rows: int) -> None:
        self.work(partial(self._move, rows), "step")

    def action_headers(self) -> None:
        self._full, self._raw = not self._full, False
        self._show()

    def action_raw(self) -> None:
        self._raw = not self._raw
        if self._raw:
            self.work(self._show_raw, "load")
        else:
            self._show()

    def action_save_files(self) -> None:
        if self._letter is None or not self._letter.parts:
            self.say("This message has no attachments.")
        elif len(self._letter.parts) == 1:
            self._save("1")
        else:
            from tuimail.ui.screens.ask import AskScreen

            question = Safe(f"Save which, 1 to {len(self._letter.parts)}, or all:")
            self.app.push_screen(AskScreen(question, "all"), self._save)

    async def action_toggle_read(self) -> None:
        await super().action_toggle_read()
        seen = frozenset({str(Flag.SEEN)})
        self._envelope = self._envelope.flagged(self._envelope.flags ^ seen)

    def _open(self, envelope: Envelope) -> None:
        self._envelope, self._letter, self._raw = envelope, None, False
        self.titled(self._folder, "")
        self.work(self._load, "load")

    async def _load(self) -> None:
        self._letter = await self.desk.engine.mailbox.letter(self._envelope.ref)
        self._show()
        if not self._envelope.seen:
            seen = frozenset({str(Flag.SEEN)})
            self._envelope = self._envelope.flagged(self._envelope.flags | seen)
            await self.desk.engine.mailbox.flag((self._envelope.ref,), seen, frozenset())

    async def _move(self, rows: int) -> None:
        envelope = await self._step(rows)
        if envelope is None:
            self.say("That was the last one." if rows > 0 else "That was the first one.")
        else:
            self._open(envelope)

    def _show(self) -> None:
        if self._letter is not None:
            self.titled(self._folder, "all headers" if self._full else "")
            self.view.show(self._letter, Headers.ALL if self._full else Headers.USUAL)

    async def _show_raw(self) -> None:
        raw = await self.desk.engine.mailbox.raw(self._envelope.ref)
        self.titled(self._folder, "source")
        self.view.show_text(block(raw.decode("utf-8", "replace")))

    def _save(self, answer: str | None) -> None:
        if self._letter is None or not answer:
            return
        parts = chosen(answer, self._letter.parts)
        if parts:
            self.work(partial(self._save_parts, parts), "save")
        else:
            self.say(f"No attachment {line(answer)}: type a number from the list, or all.", trouble=True)

    async def _save_parts(self, parts: tuple[Part, ...]) -> None:
        mailbox = self.desk.engine.mailbox
        ref, folder = self._envelope.ref, self.desk.downloads
        paths = [await mailbox.save_part(ref, part, folder) for part in parts]
        self.say(
            f"Saved {line(paths[0])}" if len(paths) == 1 else f"Saved {len(paths)} files in {line(folder)}"
        )


def chosen(answer: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts that an answer such as `all`, `2` or `1,3` names; none when one of them is not there."""
    if answer.strip().lower() in ("all", "a", "*"):
        return parts
    numbers = answer.replace(",", " ").split()
    if not all(number.isdecimal() and 1 <= int(number) <= len(parts) for number in numbers):
        return ()
    return tuple(parts[int(number) - 1] for number in numbers)
