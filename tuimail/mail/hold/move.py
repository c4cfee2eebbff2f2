"""The moves of an outbox item, each a pure function; `item` draws them."""

from dataclasses import dataclass, replace
from typing import Any

from tuimail.mail.hold.hold import LONGEST_COUNTDOWN, Hold
from tuimail.mail.hold.item import CLOCK_SETTLES, Entry, Filing, Item, Recipient, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.outcome import Phase
from tuimail.mail.hold.schedule import Schedule
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import Safe, line
from tuimail.mail.letter.submission import Submission

SETTLE_SECONDS = 600.0
"""How long a server may take to finish with a message whose answer was lost (RFC 5321 §4.5.3.2.6)."""

BY_HAND = "paused by hand"
CLOCKS_DISAGREE = 60.0
MOST_CRASHES = 3


@dataclass(frozen=True, slots=True)
class Move:
    """From `old` to `new`, and the line of the trail that says so. True only once the store took it."""

    old: Item
    new: Item
    entry: Entry


def move(item: Item, now: Moment, why: str, answer: Safe = Safe(""), **changes: Any) -> Move:
    """The general move: `changes` are applied, the version counts up, the trail gets its line."""
    new = replace(item, version=item.version + 1, why=why, **changes)
    return Move(item, new, Entry(now.wall, item.state, new.state, why, answer))


def queue(
    item_id: str, draft: Draft, submission: Submission, hold: Hold, now: Moment, batch: str = ""
) -> tuple[Item, Entry]:
    """A frozen message enters the outbox and waits, or rests when a rule pauses it."""
    item = Item(
        id=item_id,
        account=draft.account,
        state=State.WAITING if hold.due else State.PAUSED,
        version=1,
        subject=line(draft.subject),
        sender=submission.sender,
        recipients=tuple(Recipient(spec) for spec in submission.recipients),
        message_id=submission.message_id,
        token=submission.token,
        size=len(submission.wire),
        queued=now.wall,
        kind=draft.kind,
        answers=draft.answers,
        replaces=draft.replaces,
        due=hold.due,
        hold=hold.seconds,
        wait=hold.wait,
        why=hold.reasons[0],
        reasons=hold.reasons,
        schedule=hold.schedule,
        batch=batch,
    )
    return item, Entry(now.wall, "", item.state, f"queued: {' · '.join(hold.reasons)}")


def is_due(item: Item, now: Moment) -> bool:
    """Whether the wait is over."""
    return item.state is State.WAITING and item.due is not None and item.left(now) <= 0


def undo(item: Item, now: Moment) -> Move | None:
    """Back to the composer; None when it is too late for that."""
    if not item.can_be_taken_back:
        return None
    why = "taken back; an earlier try may have arrived" if item.doubted else "taken back"
    return move(item, now, why, state=State.UNDONE, due=None, phase=None, owner="")


def release(item: Item, now: Moment) -> Move | None:
    """Send now, whatever it was waiting for; None when it neither waits nor failed."""
    if not _can_wait(item):
        return None
    schedule = replace(item.schedule, by_server=False) if item.schedule else None
    return _wait(item, now, "sent off by hand", now, 0.0, Wait.WINDOW, schedule=schedule)


def later(item: Item, now: Moment, seconds: float) -> Move | None:
    """Wait so many seconds longer, or from now on if it does not wait."""
    if not _can_wait(item):
        return None
    left = max(item.left(now), 0.0) + seconds
    wait = Wait.WINDOW if item.wait is not Wait.SCHEDULE and left <= LONGEST_COUNTDOWN else Wait.SCHEDULE
    return _wait(item, now, "kept longer by hand", now.later(left), left, wait)


def reschedule(item: Item, now: Moment, schedule: Schedule) -> Move | None:
    """Leave at another time."""
    if not _can_wait(item):
        return None
    seconds = schedule.at - now.wall
    why = f"scheduled: {schedule.typed}"
    return _wait(item, now, why, now.later(seconds), seconds, Wait.SCHEDULE, schedule=schedule)


def pause(item: Item, now: Moment) -> Move | None:
    """Rest until a person releases it; None when it does not wait."""
    if item.state is not State.WAITING or item.handle:
        return None
    return rest(item, now, BY_HAND)


def unpause(item: Item, now: Moment, seconds: float) -> Move | None:
    """A paused one waits for so many seconds more, then leaves; None when it is not paused."""
    if item.state is not State.PAUSED:
        return None
    return _wait(item, now, "released by hand", now.later(seconds), seconds, Wait.WINDOW)


def rest(item: Item, now: Moment, why: str) -> Move:
    """No due time any more: a person decides."""
    return move(item, now, why, state=State.PAUSED, due=None, hold=0.0, phase=None, owner="")


def claim(item: Item, now: Moment, owner: str) -> Move | None:
    """One sender takes the item; None when it is not due, or stands on a server already."""
    if not is_due(item, now) or item.handle:
        return None
    return move(
        item,
        now,
        "connecting",
        state=State.SENDING,
        phase=Phase.CONNECT,
        due=None,
        tries=item.tries + 1,
        first_try=item.first_try or now.wall,
        owner=owner,
    )


def begin_body(item: Item, now: Moment, said: str) -> Move:
    """The point of no return, on disk before the first byte of the body leaves."""
    return move(item, now, "the message itself goes out", line(said), phase=Phase.DATA)


def recover(item: Item, now: Moment) -> Move | None:
    """What becomes of an item that its sender left behind in the middle.

    With the body not begun nothing left, and it waits again; but one that ends tuimail each time is put
    aside. With the body begun it may have arrived: only looking, or the user, can tell.
    """
    if item.state is not State.SENDING:
        return None
    if item.phase is Phase.DATA:
        why = "tuimail stopped after the message had begun to leave: probably sent"
        return doubt(item, now, why)
    crashes = item.crashes + 1
    if crashes >= MOST_CRASHES:
        return rest(item, now, "tuimail stopped each time it tried to send this: send now, or take back")
    why = "tuimail stopped before the message left; trying again"
    return _wait(item, now, why, now, 0.0, Wait.RETRY, crashes=crashes)


def doubt(item: Item, now: Moment, why: str, answer: Safe = Safe("")) -> Move:
    """It may have arrived; it is looked for once the server had time to finish."""
    return move(
        item,
        now,
        why,
        answer,
        state=State.UNSURE,
        due=now.later(SETTLE_SECONDS),
        hold=SETTLE_SECONDS,
        wait=Wait.RETRY,
        owner="",
    )


def anew(item: Item, now: Moment) -> Move | None:
    """What was waiting before a restart is bound to this boot's clock, once the wall clock is believed.

    A countdown begins anew, since nobody knows how much of it has passed; an instant of the calendar stays.
    When the wall clock says that it was not even queued yet, nobody knows how late a countdown is: it is
    asked about, and a calendar's instant waits for a better clock.
    """
    if item.state is not State.WAITING or item.handle or item.due is None:
        return None
    if item.due.boot_id == now.boot_id or now.boot < CLOCK_SETTLES:
        return None
    left, wrong = item.left(now), now.wall < item.queued - CLOCKS_DISAGREE
    if item.wait is Wait.SCHEDULE:
        return None if wrong else _bound(item, now, item.due.wall - now.wall)
    if wrong:
        return rest(item, now, "the computer was restarted and its clock is behind: send now, or take back")
    why = f"the computer was restarted; the wait of {left:g} s begins anew" if left else "trying again"
    return move(item, now, why, due=now.later(left))


def _bound(item: Item, now: Moment, left: float) -> Move:
    made = move(item, now, "the computer was restarted; its time stays", due=now.later(left))
    return replace(made, new=replace(made.new, why=item.why))


def late(item: Item, now: Moment, late_after: float) -> Move | None:
    """Mail that fell due long ago, and could not leave then, is asked about and not blurted out.

    `late_after` is in seconds; None for an item that is not that late.
    """
    if item.state is not State.WAITING or item.due is None or item.handle:
        return None
    if item.due.left(now) > -late_after:
        return None
    return rest(item, now, "fell due while tuimail was not running: send now, or take back")


def clock_set(item: Item, now: Moment) -> Move | None:
    """An instant that only a clock set forward has brought is asked about.

    None when the boot clock agrees that it came, but for a minute.
    """
    if not _in_doubt(item, now) or item.due is None or item.due.wall > now.wall:
        return None
    return rest(item, now, "its time came only because the clock was set forward: send now, or choose a time")


def attention(item: Item, now: Moment) -> float:
    """Seconds until whoever sends has to look at a waiting item: it is due, or to be asked about by then."""
    if item.due is None:
        return 0.0
    if item.due.boot_id != now.boot_id:
        return max(CLOCK_SETTLES - now.boot, 0.0)
    return item.due.wall - now.wall if _in_doubt(item, now) else item.left(now)


def _in_doubt(item: Item, now: Moment) -> bool:
    """Whether the wall clock was set forward so far that it brings an instant too early."""
    if item.state is not State.WAITING or item.due is None or item.wait is not Wait.SCHEDULE or item.handle:
        return False
    if item.due.boot_id != now.boot_id:
        return False
    return (item.due.boot - now.boot) - (item.due.wall - now.wall) > CLOCKS_DISAGREE


def resolve(item: Item, now: Moment, sent: bool, why: str) -> Move | None:
    """An unsure item becomes sent, or goes out again with the same bytes."""
    if item.state is not State.UNSURE:
        return None
    if sent:
        return move(
            item, now, why, state=State.SENT, phase=None, due=None, filing=Filing.DUE, filing_due=now.wall
        )
    return _wait(item, now, why, now, 0.0, Wait.WINDOW, doubted=True)


def _can_wait(item: Item) -> bool:
    return (item.held or item.state is State.FAILED) and not item.handle


def _wait(item: Item, now: Moment, why: str, due: Moment, seconds: float, wait: Wait, **changes: Any) -> Move:
    return move(
        item,
        now,
        why,
        state=State.WAITING,
        due=due,
        hold=seconds,
        wait=wait,
        phase=None,
        owner="",
        **changes,
    )
