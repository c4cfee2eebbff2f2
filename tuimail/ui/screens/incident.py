"""One incident: what is to be done about a misdirected mail, what was done, and how long there is for it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from textual.widget import Widget

from tuimail.engine.after.incidents import Incidents
from tuimail.engine.news import AfterChanged, ItemChanged, News
from tuimail.mail.after.incident import STEPS, Incident
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.calm import Calm
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.incident import CLOCK_KEYS, View, clock_choices, head_rows
from tuimail.ui.keys import NO_LABELS, Place, bindings
from tuimail.ui.screens.doors import correct, write
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.edge import KeyBar
from tuimail.ui.widgets.incident_about import IncidentAbout
from tuimail.ui.widgets.painted import Painted
from tuimail.ui.widgets.row_list import RowList
from tuimail.ui.widgets.step_list import StepList
from tuimail.ui.work import start

RENEW_EVERY, LOOK_EVERY = 0.5, 30.0
FORMS = {"m": "Markdown", "j": "JSON", "c": "CSV"}
GONE = "This incident is not there any more."


class IncidentScreen(PlaceScreen):
    """The mail above, the steps and deadlines, below what is known of the one under the cursor."""

    place = Place.INCIDENT
    BINDINGS = bindings(Place.INCIDENT)

    def __init__(self, desk: Desk, incident: Incident) -> None:
        super().__init__(desk)
        self.incident = incident
        self._turn = asyncio.Lock()
        self._renewed = Calm(self, self._renew, RENEW_EVERY)

    def contents(self) -> Iterable[Widget]:
        yield Painted(self._head, id="mail")
        yield StepList(self.desk)
        yield IncidentAbout(self.desk)

    @property
    def incidents(self) -> Incidents:
        return self.desk.engine.incidents

    @property
    def steps(self) -> StepList:
        return self.query_one(StepList)

    def on_mount(self) -> None:
        self.desk.news.subscribe(self, self.hear)
        self._show(self.incident)
        self.steps.focus()
        self.work(self._look_up, "numbers")
        self.set_interval(LOOK_EVERY, self.steps.repaint)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._renew()

    def hear(self, news: News) -> None:
        """Something was done about the mail, here or elsewhere."""
        about = self.incident.mail.message_id
        mine = isinstance(news, AfterChanged) and news.message_id == about
        if mine or (isinstance(news, ItemChanged) and about in (news.item.corrects, news.item.message_id)):
            self._renewed()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        self.query_one(IncidentAbout).point(self.steps.current)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        self.action_tick()

    def action_tick(self) -> None:
        step = self.steps.step
        if step is None:
            self.say("A deadline is not ticked: the step that meets it is.")
        else:
            self._act(partial(self._toggle, step))

    def action_note(self) -> None:
        from tuimail.ui.screens.ask import AskScreen

        step = self.steps.step or ""
        before = self.incident.step(step).note if step else ""
        asked = AskScreen(Safe("Note"), before.replace("\n", " "))
        self.app.push_screen(asked, partial(self._noted, step))

    def action_meant_for(self) -> None:
        from tuimail.ui.screens.ask import AskScreen

        asked = AskScreen(Safe("Meant for, or about"), self.incident.meant_for)
        self.app.push_screen(asked, self._meant)

    def action_clocks(self) -> None:
        from tuimail.ui.screens.ask import ChoiceScreen

        question = Safe("Which times for reporting shall be shown? They are no legal advice.")
        choices = clock_choices(self.incident, self._view(self.incident).language)
        self.app.push_screen(ChoiceScreen(question, choices), self._clock)

    async def action_correct(self) -> None:
        await self.work_first(partial(correct, self.app, self.desk, self.incident.mail), "act")

    def action_report(self) -> None:
        self.work(self._report, "act")

    def action_export(self) -> None:
        from tuimail.ui.screens.ask import ChoiceScreen

        question = Safe(f"Save the record in {line(self.desk.downloads)}? The mail's text is not in it.")
        self.app.push_screen(ChoiceScreen(question, FORMS), self._export)

    def action_finish(self) -> None:
        """Close it, after a question when steps are left; open it again when it is closed."""
        from tuimail.ui.screens.ask import ConfirmScreen

        left = len(self.incident.undone)
        if self.incident.closed:
            self._act(partial(self.incidents.reopen, self.incident.id))
        elif left:
            steps = "One step is" if left == 1 else f"{left} steps are"
            self.app.push_screen(
                ConfirmScreen(Safe(f"{steps} not ticked. Close it all the same?")), self._finish
            )
        else:
            self._finish(True)

    def _noted(self, step: str, text: str | None) -> None:
        if text is not None:
            self._act(partial(self.incidents.note, self.incident.id, text, step))

    def _meant(self, typed: str | None) -> None:
        if typed is not None:
            self._act(partial(self.incidents.meant_for, self.incident.id, typed))

    def _clock(self, key: str | None) -> None:
        if key is not None:
            name = CLOCK_KEYS[key]
            on = name not in self.incident.clocks
            self._act(partial(self.incidents.clock, self.incident.id, name, on))

    def _export(self, key: str | None) -> None:
        if key is not None:
            self.work(partial(self._save, FORMS[key]), "act")

    def _finish(self, sure: bool | None) -> None:
        if sure:
            self._act(partial(self.incidents.close, self.incident.id))

    async def _save(self, name: str) -> None:
        from tuimail.mail.after.incident_export import Form

        path = await self.incidents.save(self.incident.id, Form[name.upper()], self.desk.downloads)
        self.say(line(f"Saved as {path}"))

    async def _report(self) -> None:
        draft = await self.incidents.report(self.incident.id)
        if draft is not None:
            await write(self.app, self.desk, draft)

    def _act(self, deed: Callable[[], Awaitable[Incident | None]]) -> None:
        """Do something to the incident. Several wait for each other; none ends another."""
        start(self, partial(self._did, deed), "act", exclusive=False)

    async def _toggle(self, step: str) -> Incident | None:
        deed = self.incidents.untick if self.incident.step(step).done else self.incidents.tick
        return await deed(self.incident.id, step)

    async def _did(self, deed: Callable[[], Awaitable[Incident | None]]) -> None:
        async with self._turn:
            done = await deed()
            if done is None:
                self.say(GONE, trouble=True)
            else:
                self._show(done)

    def _renew(self) -> None:
        self.work(self._load, "load")

    async def _load(self) -> None:
        await self._did(partial(self.incidents.get, self.incident.id))

    async def _look_up(self) -> None:
        """Whom to call, and where."""
        numbers = await self.incidents.numbers(self.incident.mail)
        self.query_one(IncidentAbout).call({one.person: one.phones for one in numbers})

    def _show(self, incident: Incident) -> None:
        self.incident, view = incident, self._view(incident)
        self.steps.show(incident, view)
        self.query_one(IncidentAbout).show(incident, view, self.steps.current)
        self.query_one("#mail", Painted).refresh(layout=True)
        done = len(STEPS) - len(incident.undone)
        standing = "closed" if incident.closed else f"{done} of {len(STEPS)} done"
        self.titled(f"Incident {incident.id} · {incident.mail.subject or '(no subject)'}", standing)
        labels = {"incident_close": "reopen"} if incident.closed else NO_LABELS
        self.query_one(KeyBar).turn(self.place, frozenset({"compose"}), labels)

    def _view(self, incident: Incident) -> View:
        practice = self.incidents.practice
        return View(practice.language_of(incident.mail), practice.zone())

    def _head(self, width: int) -> Iterable[Row]:
        return head_rows(self.incident, width, self._view(self.incident))
