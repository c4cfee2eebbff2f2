"""The steps of an incident, and under them the deadlines of the clocks that are on."""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType

from tuimail.mail.after.incident import STEPS, Incident
from tuimail.mail.after.incident_clock import Deadline
from tuimail.mail.after.incident_facts import known
from tuimail.mail.hold.item import Entry
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.incident import View, deadline_row, due, how_it_stands, step_row
from tuimail.ui.keys import Place, bindings
from tuimail.ui.widgets.row_list import RowList


class StepList(RowList):
    """What is to be done, in order; the cursor stays where it is when something was.

    It has the key that ticks itself: one that goes before the others would tick where the cursor was.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        one for one in bindings(Place.INCIDENT) if isinstance(one, Binding) and one.id == "incident_tick"
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._incident: Incident | None = None
        self._view: View | None = None
        self._known: Mapping[str, Entry] = {}
        self._deadlines: tuple[Deadline, ...] = ()

    @property
    def step(self) -> str | None:
        """The id of the step under the cursor; None on a deadline."""
        return STEPS[self.cursor] if self.count and self.cursor < len(STEPS) else None

    @property
    def current(self) -> str | Deadline | None:
        """What is under the cursor."""
        return self.step or (self._deadlines[self.cursor - len(STEPS)] if self.count else None)

    def show(self, incident: Incident, view: View) -> None:
        """The incident as it is now; at first the cursor is on what is to be done next."""
        cursor = self.cursor
        if self._incident is None and incident.undone:
            cursor = STEPS.index(incident.undone[0])
        self._incident, self._view, self._deadlines = incident, view, due(incident, view)
        self._known = known(incident)
        rows = len(STEPS) + len(self._deadlines)
        self.styles.height = rows
        self.place(rows, cursor)

    def row(self, index: int, width: int) -> Row:
        if self._incident is None or self._view is None:
            return ()
        now = self._desk.engine.now().wall
        if index < len(STEPS):
            step = self._incident.step(STEPS[index])
            last = self._known.get(step.id)
            known = how_it_stands(last, now, self._view) if last is not None else ""
            return step_row(index + 1, step, width, self._view, known)
        return deadline_row(self._deadlines[index - len(STEPS)], now, width, self._view)
