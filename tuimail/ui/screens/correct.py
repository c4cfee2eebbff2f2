"""What was wrong with a mail that left: one key, and the corrections are there to be sent."""

from collections.abc import Iterable, Sequence
from functools import partial

from msgspec.structs import replace
from textual import events
from textual.containers import Vertical
from textual.widget import Widget

from tuimail.engine.after.corrections import Outlook
from tuimail.mail.after.correction import Audience, Language, Scenario, Wish
from tuimail.mail.after.correction_text import carried, carry, first_mark
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import Safe
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.correct import Sheet, choices, summary
from tuimail.ui.format.sent_mail import LATEST, which
from tuimail.ui.keys import Place, bindings, key_of
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.edge import KeyBar
from tuimail.ui.widgets.painted import Painted

LOOKED_AT = (Scenario.OTHER, Scenario.PERSON)
"""The scenarios that differ in whom they go to."""

OFFERS = {"r": "send to the right person", "p": "tell those concerned"}
UNDO = {"u": "undo"}
"""The question stands over the lines of what is held."""

OFFERED = Safe("The correction is on its way out. Of the mail itself:")


class CorrectScreen(PlaceScreen):
    """Asks what was wrong, then opens the composer on one draft after the other.

    Whatever is not sent off stays among the drafts. `latest` says that nobody chose this mail: it is the
    last one that was sent.
    """

    place = Place.CORRECT
    BINDINGS = bindings(Place.CORRECT)

    def __init__(self, desk: Desk, mail: SentMail, latest: bool = False) -> None:
        super().__init__(desk)
        self._latest = latest
        self._sheet = Sheet(mail)
        self._scenario = ""
        self._drafts: tuple[Draft, ...] = ()
        self._at, self._edited, self._writing = 0, "", False
        self._carried: dict[str, str] = {}
        self._offered = dict(OFFERS)

    def contents(self) -> Iterable[Widget]:
        yield Vertical(Painted(self._choices, id="wrong"), Painted(self._summary, id="how"))

    def on_mount(self) -> None:
        now = self.desk.engine.now().wall
        self.titled(f"Correct: {which(self._sheet.mail, now)}", LATEST if self._latest else "")
        self._look()

    def on_key(self, event: events.Key) -> None:
        """Scenarios of one's own have numbers."""
        if event.key.isdigit() and 0 < int(event.key) <= len(self._sheet.added):
            event.stop()
            self.action_wrong(self._sheet.added[int(event.key) - 1])

    def action_wrong(self, scenario: str) -> None:
        """This was wrong: ask for what is needed to put it right, then write it."""
        if self._writing:
            return
        self._scenario = scenario
        if scenario == Scenario.CONTENT:
            self.work(self._amend, "write")
        elif scenario == Scenario.ATTACHMENT:
            from tuimail.ui.screens.attach import AttachScreen

            self.app.push_screen(AttachScreen(self.desk), self._files_chosen)
        else:
            self._write(self._sheet.wish)

    def action_leave(self) -> None:
        """Not while a draft is on its way to the screen."""
        if not self._writing:
            super().action_leave()

    def action_language(self) -> None:
        if outlook := self._usual:
            japanese = outlook.language is Language.JAPANESE
            self._wish(language=Language.ENGLISH if japanese else Language.JAPANESE)

    def action_wording(self) -> None:
        if outlook := self._usual:
            inside = outlook.audience is Audience.INSIDE
            self._wish(audience=Audience.OUTSIDE if inside else Audience.INSIDE)

    def action_each(self) -> None:
        self._wish(each=None if self._sheet.wish.each else True)

    def action_keep_files(self) -> None:
        self._wish(keep_files=not self._sheet.wish.keep_files)

    def action_people(self) -> None:
        from tuimail.ui.screens.people import PeopleScreen

        usual = self._usual
        if usual is None or len(self._sheet.mail.people) < 2:
            self.say("It went to one person only.")
            return
        ticked = [person.spec for circle in usual.circles for person in circle.people]
        self.app.push_screen(PeopleScreen(self._sheet.mail.people, ticked), self._people_chosen)

    @property
    def _usual(self) -> Outlook | None:
        return self._sheet.outlooks.get(Scenario.OTHER)

    def _choices(self, width: int) -> Iterable[Row]:
        keymap = self.desk.keymap
        keys = {str(one): key_of(f"wrong_{one.name.lower()}", keymap) for one in Scenario}
        return (*choices(self._sheet, keys, width), ())

    def _summary(self, width: int) -> Iterable[Row]:
        return summary(self._sheet, width)

    def _wish(self, **changed: object) -> None:
        self._sheet = replace(self._sheet, wish=replace(self._sheet.wish, **changed))
        self._look()

    def _look(self) -> None:
        self.work(self._find_out, "look")

    async def _find_out(self) -> None:
        """What it is going to be like, without writing anything yet."""
        engine, mail, wish = self.desk.engine.corrections, self._sheet.mail, self._sheet.wish
        outlooks = {str(scenario): await engine.outlook(mail, scenario, wish) for scenario in LOOKED_AT}
        added, made = await engine.added(), await engine.of(mail.message_id)
        self._sheet = Sheet(mail, wish, outlooks, added, made)
        for painted in self.query(Painted):
            painted.refresh(layout=True)
        alone = len(mail.people) < 2
        needless = frozenset({"correct_each", "correct_people"}) if alone else frozenset[str]()
        self.query_one(KeyBar).turn(self.place, needless)

    def _people_chosen(self, specs: tuple[str, ...] | None) -> None:
        if specs:
            self._wish(to=specs)

    def _files_chosen(self, paths: tuple[str, ...] | None) -> None:
        """Without a file the draft says where its name belongs."""
        self._write(replace(self._sheet.wish, files=paths or ()))

    async def _amend(self) -> None:
        """The original, to be made what it should have been."""
        from tuimail.ui.screens.amend import AmendScreen

        mail, original = self._sheet.mail, await self.desk.engine.corrections.text(self._sheet.mail)
        text = self._edited or original
        await self.app.push_screen(AmendScreen(self.desk, mail, original, text, self._amended))

    def _amended(self, text: str, final: bool) -> None:
        self._edited = text
        if final:
            self._write(replace(self._sheet.wish, edited=text))

    def _write(self, wish: Wish) -> None:
        """A key pressed twice writes once."""
        if not self._writing:
            self._writing = True
            self.work(partial(self._make, wish), "write")

    async def _make(self, wish: Wish) -> None:
        try:
            written = self.desk.engine.corrections.drafts(self._sheet.mail, self._scenario, wish)
            self._drafts, self._at = await written, 0
            self._carried = {}
            await self._open()
        finally:
            self._writing = False

    async def _open(self) -> None:
        """The composer on the next draft, with what was filled in before."""
        count, draft = len(self._drafts), self._drafts[self._at]
        body = carry(draft.body, self._carried)
        if body != draft.body:
            draft = replace(draft, body=body, cursor=first_mark(body))
            await self.desk.engine.drafts.save(draft)
        await self._go_on_with(draft, f"{self._at + 1:,} of {count:,}" if count > 1 else "")

    async def _go_on_with(self, draft: Draft, part: str = "") -> None:
        from tuimail.ui.screens.composer import ComposerScreen

        composer = ComposerScreen(self.desk, draft, part)
        await self.app.push_screen(composer, lambda _: self._left_composer(composer.sent))

    def _left_composer(self, sent: Draft | None) -> None:
        """Go on to the next draft; one that was left ends it, and the rest stay where they are."""
        if sent is not None and self._at < len(self._drafts):
            self._carried |= carried(self._drafts[self._at].body, sent.body)
        self._at += 1
        if sent is not None and self._at < len(self._drafts):
            self.work(self._open, "write")
        elif sent is not None and self._scenario == Scenario.PERSON and self._offered:
            from tuimail.ui.screens.ask import ChoiceScreen

            answers = {**self._offered, **UNDO}
            self.app.push_screen(ChoiceScreen(OFFERED, answers, "that was all"), self._chosen)
        else:
            self._end(sent is not None)

    def _chosen(self, answer: str | None) -> None:
        if answer is None or answer in UNDO:
            self._end(True)
            if answer is not None:
                self.app.call_later(self.app.run_action, "app.take_back")
            return
        del self._offered[answer]
        self.work(partial(self._besides, answer), "write")

    async def _besides(self, answer: str) -> None:
        """A mail to somebody who did not get the first one."""
        engine, mail, wish = self.desk.engine.corrections, self._sheet.mail, self._sheet.wish
        if answer == "r":
            await self._go_on_with(await engine.resend(mail))
        else:
            await self._go_on_with(await engine.meant_for(mail, wish=Wish(language=wish.language)))

    def _end(self, sent: bool) -> None:
        """Back to where one came from, which says what is left."""
        left = self._drafts[self._at - 1 :] if not sent else ()
        if self.is_current:
            self.close()
        if left:
            self.call_later(self._tell, left)

    def _tell(self, left: Sequence[Draft]) -> None:
        here = self.app.screen
        if isinstance(here, PlaceScreen):
            key = key_of("drafts", self.desk.keymap)
            count = "The correction stays" if len(left) == 1 else f"{len(left):,} corrections stay"
            here.say(f"{count} in Drafts ({key}).")
