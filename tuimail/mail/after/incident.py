"""The record of one misdirected mail: who, what, when, what was done.

Every move is a pure function from an incident to the next one; each writes a line of the trail.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.hold.item import Entry
from tuimail.mail.letter.safe import block, line

STEPS = ("recall", "call", "manager", "security", "correct", "apologise", "confirm", "prevent")
"""What is done after a misdirected mail, in the customary order; `incident_steps` has the words."""

NOTE = 2_000


class Step(Struct, frozen=True):
    """One thing to do. `done` is when it was ticked (UTC seconds), 0 before; `note` what somebody wrote."""

    id: str
    done: float = 0.0
    note: str = ""


class Incident(Struct, frozen=True):
    """`id` is short and easy to type, `noticed` UTC seconds; `version` counts its changes.

    `meant_for` is whom it should have gone to, or was about, as typed. `clocks` are the names of those that
    were switched on. `trail` is what was done, by people and by the program: an entry's `after` is the kind
    of thing, its `before` the step, or the part of the mail's life, that it is about.
    """

    id: str
    mail: SentMail
    noticed: float
    version: int = 0
    steps: tuple[Step, ...] = ()
    meant_for: str = ""
    clocks: tuple[str, ...] = ()
    closed: float = 0.0
    trail: tuple[Entry, ...] = ()

    def step(self, name: str) -> Step:
        """The step of that id; one that was never touched is not done."""
        return next((step for step in self.steps if step.id == name), Step(name))

    @property
    def undone(self) -> tuple[str, ...]:
        """The ids of the steps that are not ticked, in order."""
        return tuple(name for name in STEPS if not self.step(name).done)


def opened(id_: str, mail: SentMail, now: float, clocks: Iterable[str] = ()) -> Incident:
    """A new incident, noticed `now` (UTC seconds)."""
    steps = tuple(map(Step, STEPS))
    entry = Entry(now, "", "opened", "")
    return Incident(id_, mail, now, 1, steps, clocks=tuple(clocks), trail=(entry,))


def tick(incident: Incident, name: str, now: float, note: str = "") -> Incident:
    """The step is done; a note that was there stays when none is given."""
    step = Step(name, now, _noted(note) or incident.step(name).note)
    return _moved(_with(incident, step), Entry(now, name, "done", _noted(note)))


def untick(incident: Incident, name: str, now: float) -> Incident:
    """The step is not done after all; its note stays."""
    return _moved(_with(incident, replace(incident.step(name), done=0.0)), Entry(now, name, "not done", ""))


def note(incident: Incident, text: str, now: float, name: str = "") -> Incident:
    """Something to remember, of a step when `name` is given; there it takes the place of the one before."""
    written = _noted(text)
    if name:
        incident = _with(incident, replace(incident.step(name), note=written))
    return _moved(incident, Entry(now, name, "note", written))


def meant_for(incident: Incident, typed: str, now: float) -> Incident:
    """Whom it should have gone to, or was about."""
    typed = line(typed.strip(), NOTE)
    return _moved(incident, Entry(now, "", "meant for", typed), meant_for=typed)


def clock(incident: Incident, name: str, on: bool, now: float) -> Incident:
    """Switch the clock of that name on or off."""
    others = tuple(other for other in incident.clocks if other != name)
    entry = Entry(now, name, "clock on" if on else "clock off", "")
    return _moved(incident, entry, clocks=(*others, name) if on else others)


def closed(incident: Incident, now: float) -> Incident:
    """Nothing more is to be done; the trail says how many steps were ticked."""
    ticked = f"{len(STEPS) - len(incident.undone)}/{len(STEPS)}"
    return _moved(incident, Entry(now, "", "closed", ticked), closed=now)


def reopened(incident: Incident, now: float) -> Incident:
    """Something more is to be done."""
    return _moved(incident, Entry(now, "", "opened again", ""), closed=0.0)


def record(incident: Incident, now: float, what: str, why: str) -> Incident:
    """Something the program did, such as a report that was drafted."""
    return _moved(incident, Entry(now, "", what, why))


def gathered(incident: Incident, entries: Iterable[Entry]) -> Incident:
    """The incident with these entries in its trail, each once, in the order of time.

    The same incident when all of them are there.
    """
    known = set(incident.trail)
    fresh = tuple(entry for entry in dict.fromkeys(entries) if entry not in known)
    if not fresh:
        return incident
    trail = sorted((*incident.trail, *fresh), key=lambda entry: entry.at)
    return replace(incident, version=incident.version + 1, trail=tuple(trail))


def _with(incident: Incident, step: Step) -> Incident:
    steps = tuple(step if name == step.id else incident.step(name) for name in STEPS)
    return replace(incident, steps=steps)


def _moved(incident: Incident, entry: Entry, **changes: Any) -> Incident:
    trail = (*incident.trail, entry)
    return replace(incident, version=incident.version + 1, trail=trail, **changes)


def _noted(text: str) -> str:
    return block(text.strip()[:NOTE])
