"""Asking Exchange for delivered copies: who can be asked, the question, and what became of each."""

from collections.abc import Iterable
from functools import partial

from textual.widget import Widget

from tuimail.engine.news import AfterChanged, News
from tuimail.mail.after.page import Page
from tuimail.mail.after.recall import RecallState
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import Course
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.calm import Calm
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.recall import details_rows, title, words_rows
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens import doors
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.edge import KeyBar
from tuimail.ui.widgets.painted import Painted
from tuimail.ui.widgets.recipient_list import RecipientList
from tuimail.ui.widgets.row_list import RowList

RENEW_EVERY = 0.3
ASKED_BEFORE = "It was asked for before, and what came of it is not known. Ask Exchange once more?"
INSIDE = "Ask Exchange to delete this mail in {} mailboxes?"
OUTSIDE = "Each of these would be sent a notice that draws attention to it: {}. Ask Exchange all the same?"


class RecallScreen(PlaceScreen):
    """The people with their verdicts, and below what is known of the one under the cursor."""

    place = Place.RECALL
    BINDINGS = bindings(Place.RECALL)

    def __init__(self, desk: Desk, mail: SentMail) -> None:
        super().__init__(desk)
        self.mail = mail
        self._page: Page | None = None
        self._renewed = Calm(self, self._renew, RENEW_EVERY)

    def contents(self) -> Iterable[Widget]:
        yield RecipientList(self.mail)
        yield Painted(self._words, id="recall-words")
        yield Painted(self._details, id="recall-details")

    @property
    def people(self) -> RecipientList:
        return self.query_one(RecipientList)

    def on_mount(self) -> None:
        self.desk.news.subscribe(self, self.hear)
        self.titled(title(self.mail, self.desk.engine.now().wall), line(self.mail.account))
        self.people.focus()
        self._turn()
        self._renew()

    def hear(self, news: News) -> None:
        """Something came of it."""
        if isinstance(news, AfterChanged) and news.message_id == self.mail.message_id:
            self._renewed()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        self.query_one("#recall-details", Painted).refresh(layout=True)

    def action_ask(self, replace: bool = False) -> None:
        """Ask for the copies, after a question that names whoever would be sent a notice."""
        from tuimail.ui.screens.ask import ConfirmScreen

        if self._page is not None and self._may_ask:
            asked = ConfirmScreen(Safe(line(self._question(self._page))))
            self.app.push_screen(asked, partial(self._agreed, self._page, replace))

    def action_correct(self) -> None:
        self.work(partial(doors.correct, self.app, self.desk, self.mail), "act")

    def action_incident(self) -> None:
        self.work(partial(doors.incident_of, self.app, self.desk, self.mail), "act")

    @property
    def _may_ask(self) -> bool:
        return self._page is not None and self._page.foresight.course in (Course.RECALL, Course.CONFIRM)

    def _question(self, page: Page) -> str:
        if page.recall is not None and page.recall.open:
            return ASKED_BEFORE
        noticed = ", ".join(one.spec for one in page.foresight.noticed)
        return OUTSIDE.format(noticed) if noticed else INSIDE.format(len(page.rows))

    def _agreed(self, page: Page, replace: bool, yes: bool | None) -> None:
        if yes:
            self.work(partial(self._ask, page, replace), "ask")

    async def _ask(self, page: Page, replace: bool) -> None:
        self.say("Asking Exchange…")
        again = page.recall is not None and page.recall.open
        notices = bool(page.foresight.noticed)
        recall = await self.desk.engine.recalls.ask(self.mail, page.foresight, notices, replace, again)
        await self._load()
        self.say(recall.trail[-1].why, trouble=recall.state is not RecallState.REQUESTED)
        if replace and recall.state is RecallState.REQUESTED:
            await self._replace()

    async def _replace(self) -> None:
        from tuimail.engine.after.replacement import replacement

        engine = self.desk.engine
        draft = await replacement(self.mail, engine.outbox, engine.mailbox, engine.drafts)
        await doors.write(self.app, self.desk, draft)

    def _renew(self) -> None:
        self.work(self._load, "load")

    async def _load(self) -> None:
        """Ask the server for verdicts once; afterwards only what came of it is new."""
        foresight = self._page.foresight if self._page is not None else None
        self._page = await self.desk.engine.recalls.page(self.mail, foresight)
        self.people.show(self._page)
        for painted in self.query(Painted):
            painted.refresh(layout=True)
        self._turn()

    def _turn(self) -> None:
        needless = frozenset[str]() if self._may_ask else frozenset({"recall_ask", "recall_replace"})
        first = ("correct",) if self._page is not None and self._page.needs_correction else ()
        self.query_one(KeyBar).turn(self.place, needless, first=first)

    def _words(self, width: int) -> Iterable[Row]:
        return words_rows(self._page, width) if self._page is not None else ()

    def _details(self, width: int) -> Iterable[Row]:
        current = self.people.current
        return details_rows(current, width) if current is not None and current.marks else ()
