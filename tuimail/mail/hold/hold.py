"""How long a mail is held before it leaves, and why. The latest wish wins, and all reasons are kept."""

from msgspec import Struct

from tuimail.mail.hold.item import Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.rule.decision import Decision
from tuimail.mail.when.schedule import Schedule

LONGEST_COUNTDOWN = 3_600.0
"""A wait of up to so many seconds is counted down; a longer one ends at an instant of the calendar."""


class Hold(Struct, frozen=True):
    """Held until `due`, or without one until a person releases it; `seconds` is the length of the wait.

    The first of `reasons` is the one that decides.
    """

    due: Moment | None
    seconds: float
    wait: Wait
    reasons: tuple[str, ...]
    schedule: Schedule | None = None


class _Wish(Struct, frozen=True):
    seconds: float
    wait: Wait
    why: str


def window(undo_seconds: float, now: Moment) -> Hold:
    """The plain undo window."""
    return hold(Decision(undo_seconds), None, now)


def hold(decision: Decision, schedule: Schedule | None, now: Moment) -> Hold:
    """What follows from the rules and from the time the user chose."""
    wishes = [_countdown(decision.undo_seconds, f"undo window {decision.undo_seconds:g} s")]
    wishes += [_countdown(delay.seconds, delay.why) for delay in decision.delays]
    wishes += [_Wish(until.at - now.wall, Wait.SCHEDULE, until.why) for until in decision.untils]
    notes = list(decision.notes)
    if schedule is not None and schedule.by_server:
        notes.insert(0, f"then the server keeps it: {schedule.typed}")
    elif schedule is not None:
        wishes.append(_Wish(schedule.at - now.wall, Wait.SCHEDULE, f"scheduled: {schedule.typed}"))
    wishes.sort(key=lambda wish: wish.seconds, reverse=True)
    reasons = (
        *decision.pauses,
        *(wish.why for wish in wishes if wish.seconds > 0 or len(wishes) == 1),
        *notes,
    )
    longest = wishes[0]
    if decision.pauses:
        return Hold(None, 0.0, Wait.WINDOW, reasons, schedule)
    return Hold(now.later(longest.seconds), longest.seconds, longest.wait, reasons, schedule)


def _countdown(seconds: float, why: str) -> _Wish:
    return _Wish(seconds, Wait.WINDOW if seconds <= LONGEST_COUNTDOWN else Wait.SCHEDULE, why)
