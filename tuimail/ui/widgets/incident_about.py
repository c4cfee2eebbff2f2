"""What there is to know about a step or a deadline, and under it what happened so far."""

from collections.abc import Iterator, Mapping, Sequence

from tuimail.mail.after.incident import Incident
from tuimail.mail.after.incident_clock import Deadline
from tuimail.mail.after.incident_facts import eventful
from tuimail.mail.letter.address import Address
from tuimail.ui.desk import Desk
from tuimail.ui.format.cells import Row
from tuimail.ui.format.incident import View, deadline_rows, step_rows, trail_rows
from tuimail.ui.widgets.rows import Rows


class IncidentAbout(Rows):
    """Of the trail what tells a person something when there is no room for all of it, at least its end."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._incident: Incident | None = None
        self._view: View | None = None
        self._current: str | Deadline | None = None
        self._phones: Mapping[Address, Sequence[str]] = {}

    def show(self, incident: Incident, view: View, current: str | Deadline | None) -> None:
        """The incident as it is now."""
        self._incident, self._view = incident, view
        self.point(current)

    def point(self, current: str | Deadline | None) -> None:
        """Another step or deadline."""
        self._current = current
        self.refresh()

    def call(self, phones: Mapping[Address, Sequence[str]]) -> None:
        """The telephone numbers of those it went to."""
        self._phones = phones
        self.refresh()

    def rows(self, width: int) -> Sequence[Row]:
        if self._incident is None or self._view is None:
            return ()
        incident, view = self._incident, self._view
        top = list(self._about(incident, view, width))
        left = self.size.height - len(top) - 1
        trail = incident.trail
        if len(trail) > left:
            trail = tuple(filter(eventful, trail))
        return [*top, (), *trail_rows(trail[-left:], width, view)] if left > 0 else top

    def _about(self, incident: Incident, view: View, width: int) -> Iterator[Row]:
        match self._current:
            case Deadline() as deadline:
                yield from deadline_rows(deadline, width, view)
            case str() as name:
                yield from step_rows(incident.step(name), self._phones, width, view)
