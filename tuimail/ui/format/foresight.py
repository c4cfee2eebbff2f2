"""What will happen on Send, as far as rules add to it."""

from tuimail.mail.hold.hold import hold
from tuimail.mail.hold.item import Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.rule.decision import Decision
from tuimail.mail.when.schedule import Schedule
from tuimail.ui.format.times import countdown, day


def foresight(decision: Decision, schedule: Schedule | None, now: Moment) -> str:
    """One line about a draft that rules have something to say about; empty for any other."""
    if decision == Decision(decision.undo_seconds):
        return ""
    if decision.blocks:
        return f"will not be queued: {' · '.join(decision.blocks)}"
    held = hold(decision, schedule, now)
    reasons = (why for why in held.reasons if not why.startswith("undo"))
    parts = [f"hold {decision.undo_seconds:g} s", *reasons, *decision.confirms]
    end = _end(held.due, held.wait, now) + (", asks first" if decision.confirms else "")
    return f"{end}: {' + '.join(parts)}"


def _end(due: Moment | None, wait: Wait, now: Moment) -> str:
    if due is None:
        return "rests till you release it"
    left = due.left(now)
    return f"leaves {day(due.wall, now.wall)}" if wait is Wait.SCHEDULE else f"leaves after {countdown(left)}"
