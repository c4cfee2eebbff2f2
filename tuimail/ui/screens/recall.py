"""Asking Exchange for delivered copies: who can be asked, the question, and what became of each."""

from collections.abc import Iterable
from functools import partial

from textual.widget import Widget

from tuimail.engine.news import AfterChanged, ItemChanged, News
from tuimail.mail.after.page import Page
from tuimail.mail.after.recall import RecallState
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import Course
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.calm import Calm
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.recall import details_rows, not_sent, question, whole_words, words_rows
from tuimail.ui.format.sent_mail import LATEST, which
from tuimail.ui.keys import NO_LABELS, Place, bindings
from tuimail.ui.screens import doors
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.edge import KeyBar
from tuimail.ui.widgets.painted import Painted
from tuimail.ui.widgets.recipient_list import RecipientList
from tuimail.ui.widgets.row_list import RowList
from tuimail.ui.work import Trouble

RENEW_EVERY = 0.3
FORMS = {"m": "Markdown", "c": "CSV", "j": "JSON"}
ENDS = {"m": "md", "c": "csv", "j": "json"}
UNDER_WAY = "Exchange is being asked; its answer will stand here."
NO_REPORT = "No report came yet. It is looked for in the inbox for a week."
NOT_THERE = "The report is not in its folder any more."


class RecallScreen(PlaceScreen):
    """The people with their verdicts, and below what is known of the one under the cursor.

    `latest` says that nobody chose this mail: it is the last one that was sent.
    """

    place = Place.RECALL
    BINDINGS = bindings(Place.RECALL)

    def __init__(self, desk: Desk, mail: SentMail, latest: bool = False) -> None:
        super().__init__(desk)
        self.mail = mail
        self._latest = latest
        self._page: Page | None = None
        self._trouble = self._corrected = ""
        self._renewed = Calm(self, self._renew, RENEW_EVERY)

    def contents(self) -> Iterable[Widget]:
        yield RecipientList(self.desk, self.mail)
        yield Painted(self._words, id="recall-words")
        yield Painted(self._details, id="recall-details")

    @property
    def people(self) -> RecipientList:
        return self.query_one(RecipientList)

    def on_mount(self) -> None:
        self.desk.news.subscribe(self, self.hear)
        now, where = self.desk.engine.now().wall, line(self.mail.account)
        self.titled(f"Ask back: {which(self.mail, now)}", LATEST if self._latest else where)
        self.people.focus()
        self._show()
        self._renew()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self._page is not None:
            self._renew()

    def hear(self, news: News) -> None:
        """Something came of it, or of a correction."""
        about = self.mail.message_id
        mine = isinstance(news, AfterChanged) and news.message_id == about
        if mine or (isinstance(news, ItemChanged) and news.item.corrects == about):
            self._renewed()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        self._turn()
        self.query_one("#recall-details", Painted).refresh(layout=True)

    def on_trouble(self, event: Trouble) -> None:
        """What went wrong stays on the page until something else is tried."""
        event.stop()
        self._trouble = event.text
        self._show()

    def action_ask(self, replace: bool = False) -> None:
        """Ask for the copies, after a question that names whoever would be sent a notice."""
        from tuimail.ui.screens.ask import ConfirmScreen

        if self._page is None:
            return
        if not self._may_ask:
            self.say(self._why_not(self._page))
            return
        asked = ConfirmScreen(Safe(question(self._page)))
        self.app.push_screen(asked, partial(self._agreed, self._page, replace))

    async def action_correct(self) -> None:
        await self.work_first(partial(doors.correct, self.app, self.desk, self.mail), "act")

    async def action_incident(self) -> None:
        await self.work_first(partial(doors.incident_of, self.app, self.desk, self.mail), "act")

    def action_report(self) -> None:
        ref = self._report
        if ref is None:
            self.say(NO_REPORT if self._page is not None and self._page.recall else "Nothing was asked yet.")
        else:
            self.work(partial(self._read, ref), "act")

    def action_export(self) -> None:
        from tuimail.ui.screens.ask import ChoiceScreen

        if self._page is not None:
            asked = Safe(f"Save this page in {line(self.desk.downloads)}? The mail's text is not in it.")
            self.app.push_screen(ChoiceScreen(asked, FORMS), partial(self._export, self._page))

    @property
    def _may_ask(self) -> bool:
        page = self._page
        if page is None or (page.recall is not None and page.recall.state is RecallState.ASKING):
            return False
        return page.foresight.course in (Course.RECALL, Course.CONFIRM)

    @property
    def _report(self) -> Ref | None:
        """The report about the one under the cursor, else the first that came."""
        recall = self._page.recall if self._page is not None else None
        if recall is None:
            return None
        current = self.people.current
        spec = current.person.spec.lower() if current is not None else ""
        mine = (one.ref for one in recall.told if one.spec.lower() == spec and one.ref is not None)
        return next(mine, recall.report)

    def _why_not(self, page: Page) -> str:
        asking = page.recall is not None and page.recall.state is RecallState.ASKING
        return UNDER_WAY if asking else whole_words(page)

    def _agreed(self, page: Page, replace: bool, yes: bool | None) -> None:
        if yes:
            self._trouble = ""
            self.work(partial(self._ask, page, replace), "ask")

    async def _ask(self, page: Page, replace: bool) -> None:
        self.say("Asking Exchange…")
        again = page.recall is not None and page.recall.open
        notices = bool(page.foresight.noticed)
        recall = await self.desk.engine.recalls.ask(self.mail, page.foresight, notices, replace, again)
        await self._load()
        if recall.state is not RecallState.REQUESTED:
            self.say(recall.trail[-1].why, trouble=True)
            return
        self.query_one(KeyBar).hush()
        if replace:
            await self._replace()

    async def _replace(self) -> None:
        from tuimail.engine.after.replacement import replacement

        engine = self.desk.engine
        draft = await replacement(self.mail, engine.outbox, engine.mailbox, engine.drafts)
        await doors.write(self.app, self.desk, draft)

    async def _read(self, ref: Ref) -> None:
        envelope = await self.desk.engine.mailbox.envelope(ref)
        if envelope is None:
            self.say(NOT_THERE)
        else:
            await doors.read(self.app, self.desk, envelope, doors.alone, "Report")

    def _export(self, page: Page, key: str | None) -> None:
        if key is not None:
            self.work(partial(self._save, page, ENDS[key]), "act")

    async def _save(self, page: Page, form: str) -> None:
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(self.desk.zone())
        path = await self.desk.engine.recalls.save(page, form, self.desk.downloads, zone)
        self.say(line(f"Saved as {path}"))

    def _renew(self) -> None:
        self.work(self._load, "load")

    async def _load(self) -> None:
        """Ask the server for verdicts once; afterwards only what came of it is new."""
        foresight = self._page.foresight if self._page is not None else None
        self._page = await self.desk.engine.recalls.page(self.mail, foresight)
        made = await self.desk.engine.corrections.of(self.mail.message_id)
        self._corrected = not_sent(made.items, len(made.drafts))
        self.people.show(self._page)
        self._show()

    def _show(self) -> None:
        self.query_one("#recall-details").display = self._page is not None
        for painted in self.query(Painted):
            painted.refresh(layout=True)
        self._turn()

    def _turn(self) -> None:
        page = self._page
        needless = frozenset[str]() if self._may_ask else frozenset({"recall_ask", "recall_replace"})
        needless |= frozenset() if self._report is not None else frozenset({"recall_report"})
        needless |= frozenset() if page is not None else frozenset({"recall_export"})
        first = ("correct",) if page is not None and page.needs_correction else ()
        again = page is not None and page.recall is not None and page.recall.open
        labels = {"recall_ask": "ask once more"} if again else NO_LABELS
        self.query_one(KeyBar).turn(self.place, needless, labels, first)

    def _words(self, width: int) -> Iterable[Row]:
        return words_rows(self._page, self._trouble, width, self._corrected)

    def _details(self, width: int) -> Iterable[Row]:
        current = self.people.current
        return details_rows(current, width, self.desk.engine.now().wall) if current is not None else ()
