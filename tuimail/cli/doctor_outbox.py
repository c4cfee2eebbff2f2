"""The doctor's look at the outbox: its file, who sends, the rules, and what rests."""

import time
from collections.abc import AsyncIterator, Iterator

from tuimail import wiring
from tuimail.backends.system import local_zone
from tuimail.cli import agent_unit, systemctl
from tuimail.cli.agent_unit import UNIT, Standing
from tuimail.cli.finding import Finding, State
from tuimail.cli.opened import Opened
from tuimail.cli.resting import resting
from tuimail.mail.errors import AgentError, ScheduleError, TuimailError
from tuimail.mail.hold.concern import Concern, Matter, told
from tuimail.mail.hold.restored import COPY
from tuimail.mail.letter.safe import line
from tuimail.mail.when.calendar import knows
from tuimail.paths import Paths

GRAVE = {Matter.STOPPED, Matter.GONE}
"""What keeps all mail of an account back."""


def of_files(places: Paths) -> Iterator[Finding]:
    """The file, and those that were set aside for it."""
    for old in sorted(places.data.glob("outbox.damaged-*.db")):
        said = f"{line(str(old))} was damaged and set aside; delete it when you miss nothing"
        yield Finding("outbox", State.NOTE, said)
    if not places.outbox.exists():
        yield Finding("outbox", State.OK, "empty, nothing was queued yet")
        return
    damage = wiring.damage(places)
    yield Finding("outbox", State.WRONG if damage else State.OK, damage or str(places.outbox))


def who_sends(places: Paths, config: str | None) -> Iterator[Finding]:
    """Who sends now, and what starts the agent."""
    holder = wiring.who_sends(places)
    nobody = "nobody sends now; mail leaves when tuimail or its agent runs"
    yield Finding("sender", State.OK, f"{line(holder)} sends" if holder else nobody)
    try:
        yield _agent(bool(wiring.presence(places).holder()), config)
    except AgentError as error:
        yield Finding("agent", State.WRONG, str(error))


def _agent(runs: bool, config: str | None) -> Finding:
    unit, desktop = agent_unit.unit(config), agent_unit.entry(config)
    now = "runs" if runs else "does not run"
    if unit.standing is Standing.MISSING:
        start = "starts with your desktop" if desktop.standing is not Standing.MISSING else "is not installed"
        return Finding("agent", State.OK, f"{now}, {start}")
    if unit.standing is Standing.OURS and not unit.is_current:
        said = f"{now}; {unit.path} is of another version or place: tuimail agent install"
        return Finding("agent", State.NOTE, line(said))
    if not runs and systemctl.is_there() and systemctl.ask("is-active", UNIT).said != "active":
        return Finding("agent", State.NOTE, f"is installed, but does not run: systemctl --user start {UNIT}")
    return Finding("agent", State.OK, f"{now}, {unit.standing.value}: {line(str(unit.path))}")


async def of_rules(open_: Opened) -> AsyncIterator[Finding]:
    """The rules, and the calendar and the zone they and schedules go by."""
    if trouble := await open_.engine.checks.trouble():
        yield Finding("rules", State.WRONG, trouble)
    else:
        count = len(await open_.engine.checks.rules())
        yield Finding("rules", State.OK, f"{count} in force" if count else "there are none")
    try:
        yield Finding("calendar", State.OK, _calendar(open_))
    except ScheduleError as error:
        yield Finding("calendar", State.WRONG, str(error))


def _calendar(open_: Opened) -> str:
    """When one works, and whether today. Raises ScheduleError."""
    calendar, zone, now = open_.config.calendar.working(), local_zone(), open_.engine.now().wall
    given = open_.config.calendar
    if given.country and not knows(given.country):
        raise ScheduleError(f"[calendar] country: nobody has the holidays of {given.country}; write another")
    works = "working hours now" if calendar.in_hours(now, zone) else "outside working hours now"
    holidays = f"holidays of {given.country}" if given.country else "no public holidays"
    clock = time.strftime("%H:%M", time.localtime(now))
    return f"{zone}, {clock}; {' '.join(given.working_days)} {given.working_hours}, {holidays}; {works}"


async def of_mail(open_: Opened) -> AsyncIterator[Finding]:
    """A copy that was put back, and all that rests with what comes next."""
    if not open_.paths.outbox.exists():
        return
    try:
        needs, now = await resting(open_), open_.engine.now()
        copy = await wiring.is_copy(open_.paths)
    except TuimailError as error:
        yield Finding("mail", State.WRONG, str(error))
        return
    asked = sum(item.why == COPY for item in open_.engine.outbox.known())
    if copy or asked:
        said = (
            f"; {asked} rest until you say so"
            if asked
            else ": mail that waits is asked about before it leaves"
        )
        yield Finding("restored", State.NOTE, f"this outbox was restored from a copy{said}")
    for concern in needs:
        if concern.matter is not Matter.NOBODY_SENDS:
            state = State.WRONG if concern.matter in GRAVE else State.NOTE
            yield Finding("resting", state, line(f"{told(concern, now)}{_hint(concern)}"))
    if not any(concern.asks for concern in needs):
        yield Finding("resting", State.OK, "nothing waits for you")


def _hint(concern: Concern) -> str:
    """The command that lets mail go on; signing in again does that by itself."""
    if concern.matter is not Matter.STOPPED or concern.action.startswith("tuimail "):
        return ""
    return f": tuimail account go {concern.account}"
