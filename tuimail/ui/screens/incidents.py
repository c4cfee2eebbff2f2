"""The incidents: every misdirected mail that something was or is to be done about."""

from collections.abc import Iterable

from textual.widget import Widget

from tuimail.engine.news import AfterChanged, News
from tuimail.mail.after.incident import Incident
from tuimail.mail.after.near_miss import Tally
from tuimail.ui.calm import Calm
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.incident import View, incident_row, ledger_row
from tuimail.ui.keys import Place, bindings
from tuimail.ui.screens.doors import incident, incident_of
from tuimail.ui.screens.place import PlaceScreen
from tuimail.ui.widgets.painted import Painted
from tuimail.ui.widgets.row_list import RowList

RENEW_EVERY = 0.5
NONE_YET = "No incidents. n opens one for the last mail sent."


class IncidentList(RowList):
    """Incidents, the one noticed last on top."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(NONE_YET)
        self._desk = desk
        self._incidents: tuple[Incident, ...] = ()

    @property
    def current(self) -> Incident | None:
        return self._incidents[self.cursor] if self._incidents else None

    def show(self, incidents: tuple[Incident, ...]) -> None:
        """Other incidents."""
        self._incidents = incidents
        self.place(len(incidents), self.cursor)

    def row(self, index: int, width: int) -> Row:
        shown, practice = self._incidents[index], self._desk.engine.incidents.practice
        view = View(practice.language_of(shown.mail), practice.zone())
        return incident_row(shown, self._desk.engine.now().wall, width, view)


class IncidentsScreen(PlaceScreen):
    """Pick an incident; below them what was caught before it became one."""

    place = Place.INCIDENTS
    BINDINGS = bindings(Place.INCIDENTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._tallies: tuple[Tally, ...] = ()
        self._renewed = Calm(self, self._renew, RENEW_EVERY)

    def contents(self) -> Iterable[Widget]:
        yield IncidentList(self.desk)
        yield Painted(lambda width: [ledger_row(self._tallies, width)], id="ledger")

    @property
    def incidents(self) -> IncidentList:
        return self.query_one(IncidentList)

    def on_mount(self) -> None:
        self.desk.news.subscribe(self, self.hear)
        self.titled("Incidents")
        self.incidents.focus()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._renew()

    def hear(self, news: News) -> None:
        """Something was done about a mail that left."""
        if isinstance(news, AfterChanged):
            self._renewed()

    async def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        await self.action_open()

    async def action_open(self) -> None:
        if self.incidents.current is not None:
            await incident(self.app, self.desk, self.incidents.current)

    def action_new(self) -> None:
        self.work(self._new, "open")

    def _renew(self) -> None:
        self.work(self._load, "load")

    async def _load(self) -> None:
        self.incidents.show(await self.desk.engine.incidents.all())
        self._tallies = await self.desk.engine.near_misses.tallies()
        self.query_one("#ledger", Painted).refresh()

    async def _new(self) -> None:
        """For the mail that was sent last."""
        mail = await self.desk.engine.corrections.last()
        if mail is None:
            self.say("No mail that was sent is known.")
        else:
            await incident_of(self.app, self.desk, mail)
