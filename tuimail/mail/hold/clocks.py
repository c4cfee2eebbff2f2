"""What clocks and restarts do to a wait, each a move or None.

Within one boot the boot clock counts, suspend included, and nobody can set it. A restart leaves the wall
clock alone to go by: one that is wrong then is noticed only when it is behind the time of queueing.
"""

from msgspec.structs import replace

from tuimail.mail.hold.item import CLOCK_SETTLES, Item, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move, is_due, move, rest

CLOCKS_DISAGREE = 60.0
"""Seconds by which the wall clock may be off the boot clock before it is asked about."""


def put_right(item: Item, now: Moment, late_after: float) -> Move | None:
    """What has to happen to a waiting item before it may leave; None when nothing is in its way."""
    return late(item, now, late_after) or clock_set(item, now) or anew(item, now)


def is_actionable(item: Item, now: Moment) -> bool:
    """Whether whoever sends has something to do about a waiting item."""
    return is_due(item, now) or clock_set(item, now) is not None or anew(item, now) is not None


def attention(item: Item, now: Moment) -> float:
    """Seconds until whoever sends has to look at a waiting item: it is due, or to be asked about by then."""
    if item.due is None:
        return 0.0
    if item.due.boot_id != now.boot_id:
        waits_for_clock = item.wait is Wait.SCHEDULE and _is_behind(item, now)
        return item.left(now) if waits_for_clock else max(CLOCK_SETTLES - now.boot, 0.0)
    return item.due.wall - now.wall if _in_doubt(item, now) else item.left(now)


def late(item: Item, now: Moment, late_after: float) -> Move | None:
    """Mail that fell due long ago, and could not leave then, is asked about and not blurted out.

    `late_after` is in seconds; None for an item that is not that late.
    """
    if item.state is not State.WAITING or item.due is None or item.handle:
        return None
    if not _believed(item.due, now) or item.due.left(now) > -late_after:
        return None
    return rest(item, now, "fell due long ago, when it could not leave: send now, or take back")


def clock_set(item: Item, now: Moment) -> Move | None:
    """An instant that only a clock set forward has brought is asked about.

    None when the boot clock agrees that it came, but for a minute.
    """
    if not _in_doubt(item, now) or item.due is None or item.due.wall > now.wall:
        return None
    return rest(item, now, "its time came only because the clock was set forward: send now, or choose a time")


def anew(item: Item, now: Moment) -> Move | None:
    """What was waiting before a restart is bound to this boot's clock, once the wall clock is believed.

    A countdown begins anew, since nobody knows how much of it has passed; an instant of the calendar stays.
    When the wall clock says that it was not even queued yet, nobody knows how late a countdown is: it is
    asked about, and a calendar's instant waits for a better clock.
    """
    if item.state is not State.WAITING or item.handle or item.due is None:
        return None
    if item.due.boot_id == now.boot_id or not _believed(item.due, now):
        return None
    if item.wait is Wait.SCHEDULE:
        return None if _is_behind(item, now) else _bound(item, now, item.due.wall - now.wall)
    if _is_behind(item, now):
        return rest(item, now, "the computer was restarted and its clock is behind: send now, or take back")
    left = item.left(now)
    why = f"the computer was restarted; the wait of {left:g} s begins anew" if left else "trying again"
    return move(item, now, why, due=now.later(left))


def _bound(item: Item, now: Moment, left: float) -> Move:
    made = move(item, now, "the computer was restarted; its time stays", due=now.later(left))
    return replace(made, new=replace(made.new, why=item.why))


def _in_doubt(item: Item, now: Moment) -> bool:
    """Whether the wall clock was set forward so far that it brings an instant too early."""
    if item.state is not State.WAITING or item.due is None or item.wait is not Wait.SCHEDULE or item.handle:
        return False
    if item.due.boot_id != now.boot_id:
        return False
    return (item.due.boot - now.boot) - (item.due.wall - now.wall) > CLOCKS_DISAGREE


def _is_behind(item: Item, now: Moment) -> bool:
    """Whether the wall clock says that the item was not even queued yet."""
    return now.wall < item.queued - CLOCKS_DISAGREE


def _believed(due: Moment, now: Moment) -> bool:
    """Whether the clock to go by can be right: the boot clock always, the wall clock a while after a boot."""
    return due.boot_id == now.boot_id or now.boot >= CLOCK_SETTLES
