"""The composer: a draft being written. It never sends: it hands the draft to the outbox."""

from asyncio import Lock
from collections.abc import Iterable
from functools import partial

from msgspec.structs import replace
from textual.containers import Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tuimail.mail.errors import ConfirmError, MailboxError, TuimailError
from tuimail.mail.letter.draft import Draft, Kind
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.desk import Desk
from tuimail.ui.format.times import clock
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens.filing import ELSEWHERE, file_behind
from tuimail.ui.screens.writing import WritingScreen
from tuimail.ui.widgets.address_field import AddressField, Field
from tuimail.ui.widgets.body_area import BodyArea
from tuimail.ui.widgets.files_field import FilesField
from tuimail.ui.widgets.foresight_line import ForesightLine
from tuimail.ui.widgets.from_field import FromField
from tuimail.ui.widgets.leaves_field import LeavesField
from tuimail.ui.widgets.receipts_field import ReceiptsField
from tuimail.ui.work import start

SAVE_AFTER = 1.0

TITLES = {
    Kind.NEW: "New mail",
    Kind.REPLY: "Reply",
    Kind.REPLY_ALL: "Reply to all",
    Kind.FORWARD: "Forward",
}
CORRECTION = "Correction"


class ComposerScreen(WritingScreen):
    """Writes one draft. Whatever happens to it, the text is on disk or on the screen.

    `part` says which of several it is; `sent` is what was handed over when the place closed, if it was.
    """

    place = Place.COMPOSER
    BINDINGS = bindings(Place.COMPOSER)

    def __init__(self, desk: Desk, draft: Draft, part: str = "") -> None:
        super().__init__(desk, draft)
        self.sent: Draft | None = None
        self._part = part
        self._soon: Timer | None = None
        self._kept: Draft | None = draft
        self._gone = False
        self._filing = Lock()
        self._filed = draft

    def contents(self) -> Iterable[Widget]:
        draft = self._draft
        drafts = self.desk.engine.drafts
        yield Vertical(
            FromField(self.desk, drafts.identity(draft)),
            AddressField(self.desk, "To", draft.to, id="to"),
            AddressField(self.desk, "Cc", draft.cc, id="cc"),
            AddressField(self.desk, "Bcc", draft.bcc, id="bcc"),
            Field("Subject", draft.subject, id="subject"),
            FilesField(draft.attachments, drafts.habits.large),
            LeavesField(self.desk, draft.schedule),
            ReceiptsField(self.desk, draft.receipts),
            id="header",
        )
        yield BodyArea(draft.body, compact=True, highlight_cursor_line=False, id="body")
        yield ForesightLine(self.desk, lambda: self.draft)

    @property
    def draft(self) -> Draft:
        """The draft as it stands on the screen, cursor included."""
        return replace(
            self._draft,
            to=self._text("#to"),
            cc=self._text("#cc"),
            bcc=self._text("#bcc"),
            subject=self._text("#subject"),
            body=self.body.text,
            attachments=self.query_one(FilesField).files,
            cursor=self.body.cursor_location,
            schedule=self.leaves.schedule,
            receipts=self.query_one(ReceiptsField).wished,
        )

    @property
    def draft_id(self) -> str:
        """Which draft is written here."""
        return self._draft.id

    def on_mount(self) -> None:
        self._retitle("")
        self.body.move_cursor(self._draft.cursor)
        if self._draft.corrects and self.to_mark(self._draft.cursor):
            self.say("Type over what is selected; tab goes on to the next 〔…〕.")
            self.call_after_refresh(self.from_the_top)
        if self._draft.to or self._draft.bcc:
            self.body.focus()
        else:
            self.query_one("#to", AddressField).input.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.changed()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self.changed()

    def on_files_field_changed(self, event: FilesField.Changed) -> None:
        self.changed()

    def on_leaves_field_changed(self, event: LeavesField.Changed) -> None:
        self.changed()

    def on_receipts_field_changed(self, event: ReceiptsField.Changed) -> None:
        self.changed()

    async def on_foresight_line_weighed(self, event: ForesightLine.Weighed) -> None:
        await self.dress(event.decision)

    async def keep(self) -> None:
        """Save what is not on disk yet. Raises OutboxError."""
        await self.caught_up()
        if self._soon is not None:
            self._soon.stop()
            self._soon = None
        if self._gone or not self.is_mounted or (draft := self.draft) == self._kept:
            return
        if replace(draft, cursor=self._draft.cursor) != self._draft or self._kept != self._draft:
            await self.desk.engine.drafts.save(draft)
            self._kept = draft
            self._retitle(f"draft saved {clock(self.desk.engine.now().wall)}")

    async def action_send(self) -> None:
        """Send, at its time if one was chosen; a time that has passed is asked about."""
        await self.caught_up()
        if self.leaves.has_passed:
            self.ask_late()
        elif not await self._is_someone_else() and not self.ask_unfilled():
            await self.send()

    async def send(self, confirmed: bool = False) -> None:
        """Hand the draft over; it leaves this place only when it is queued on disk."""
        if self._gone:
            return
        self._gone = True
        self._stop_filing()
        draft = self.draft
        try:
            await self.desk.engine.outbox.send(draft, confirmed)
        except ConfirmError as error:
            self._gone = False
            self.ask_first(str(error))
        except TuimailError as error:
            self._gone = False
            self.say(str(error), trouble=True)
            await self._keep_anyway()
        else:
            self.sent = draft
            self.close()

    def action_receipts(self) -> None:
        """Ask for receipts, or not; they are no proof either way."""
        field = self.query_one(ReceiptsField)
        field.wished = not field.wished

    def action_save(self) -> None:
        """Save here, then put a copy where other mail clients find it too."""
        start(self, self._save, "file", exclusive=False)

    async def action_next_field(self) -> None:
        if not await self._took() and not self.to_next_mark():
            self.focus_next()

    async def action_next_line(self) -> None:
        if not await self._took():
            self.focus_next("Input, TextArea")

    def action_previous_field(self) -> None:
        self.focus_previous()

    def action_leave(self) -> None:
        self.work(self._leave, "leave")

    def action_discard(self) -> None:
        from tuimail.ui.screens.ask import ConfirmScreen

        self.app.push_screen(ConfirmScreen(Safe("Throw this draft away?")), self._discard)

    async def _is_someone_else(self) -> bool:
        """Whether a rule made somebody else of the sender just now: that is seen before it leaves."""
        try:
            return await self.dress(await self.desk.engine.outbox.weigh(self.draft))
        except TuimailError:
            return False

    async def _took(self) -> bool:
        """Whether an address on offer was taken."""
        for field in self.query(AddressField):
            if field.has_focus_within:
                return await field.take()
        return False

    async def _save(self) -> None:
        self._kept = None
        await self.keep()
        if self.desk.engine.drafts.habits.on_server == "never":
            return
        async with self._filing:
            try:
                filed = await self.desk.engine.drafts.file(self.draft)
            except MailboxError as error:
                self.say(f"Saved here; no copy on the server: {error}")
            else:
                self._filed = self.draft
                self._draft = replace(self._draft, replaces=filed.draft.replaces)
                await self.keep()
                if filed.elsewhere:
                    self.say(ELSEWHERE)

    def _stop_filing(self) -> None:
        """What goes elsewhere must not be put back among the drafts by a slow server's answer."""
        self.workers.cancel_group(self, "file")

    async def _leave(self) -> None:
        self._stop_filing()
        await self.keep()
        draft, self._gone = self.draft, True
        self.close()
        if self.desk.engine.drafts.habits.on_server == "leave" and self._is_news(draft):
            start(self.app, partial(file_behind, self.app, self.desk, draft), f"file {draft.id}")

    def _is_news(self, draft: Draft) -> bool:
        """Whether the server's copy, or there being none, is not as the draft is."""
        return replace(draft, cursor=(0, 0)) not in (
            replace(known, cursor=(0, 0), replaces=draft.replaces) for known in (self._opened, self._filed)
        )

    def _text(self, field: str) -> str:
        found = self.query_one(field)
        return found.text if isinstance(found, Field | AddressField) else ""

    def _retitle(self, right: str | None = None) -> None:
        title = CORRECTION if self._draft.corrects else TITLES[self._draft.kind]
        self.titled(" · ".join(filter(None, (title, self._part, line(self._draft.account)))), right)

    def changed(self) -> None:
        self._save_soon()
        self._retitle()
        self.query_one(ForesightLine).look_soon()

    def _save_soon(self) -> None:
        """At most a second after the first letter that is not on disk, however steadily one types."""
        if self._soon is None:
            self._soon = self.set_timer(SAVE_AFTER, partial(self.work, self.keep, "save"))

    async def _keep_anyway(self) -> None:
        """Save beside an error that is on show already."""
        try:
            await self.keep()
        except TuimailError:
            self._retitle("draft not saved")

    def _discard(self, sure: bool | None) -> None:
        if sure:
            self._gone = True
            self._stop_filing()
            self.work(self._drop, "discard")

    async def _drop(self) -> None:
        try:
            await self.desk.engine.drafts.drop(self._draft.id)
        finally:
            self.close()
