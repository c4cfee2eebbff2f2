"""The moves of an outbox item, each a pure function; `item` draws them."""

from dataclasses import dataclass, replace
from typing import Any

from tuimail.mail.hold.hold import Hold
from tuimail.mail.hold.item import Entry, Filing, Item, Recipient, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.outcome import Phase
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import Safe, line
from tuimail.mail.letter.submission import Submission


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


def queue(item_id: str, draft: Draft, submission: Submission, hold: Hold, now: Moment) -> tuple[Item, Entry]:
    """A frozen message enters the outbox and waits."""
    item = Item(
        id=item_id,
        account=draft.account,
        state=State.WAITING,
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
        due=now.later(hold.seconds),
        hold=hold.seconds,
        why=hold.why,
    )
    return item, Entry(now.wall, "", State.WAITING, f"queued: {hold.why}")


def is_due(item: Item, now: Moment) -> bool:
    """Whether the wait is over."""
    return item.state is State.WAITING and item.due is not None and item.due.left(now) <= 0


def undo(item: Item, now: Moment) -> Move | None:
    """Back to the composer; None when it is too late for that."""
    if not item.can_be_taken_back:
        return None
    why = "taken back; an earlier try may have arrived" if item.doubted else "taken back"
    return move(item, now, why, state=State.UNDONE, due=None, phase=None, owner="")


def release(item: Item, now: Moment) -> Move | None:
    """Send now, whatever it was waiting for; None when it neither waits nor failed."""
    if not (item.held or item.state is State.FAILED):
        return None
    return move(item, now, "sent off by hand", state=State.WAITING, due=now, hold=0.0, phase=None)


def claim(item: Item, now: Moment, owner: str) -> Move | None:
    """One sender takes the item; None when it is not due."""
    if not is_due(item, now):
        return None
    return move(
        item,
        now,
        "connecting",
        state=State.SENDING,
        phase=Phase.CONNECT,
        due=None,
        tries=item.tries + 1,
        owner=owner,
    )


def begin_body(item: Item, now: Moment, said: str) -> Move:
    """The point of no return, on disk before the first byte of the body leaves."""
    return move(item, now, "the message itself goes out", line(said), phase=Phase.DATA)


def recover(item: Item, now: Moment) -> Move | None:
    """What becomes of an item that its sender left behind in the middle.

    With the body not begun nothing left, and it waits again. With the body begun it may have arrived: only
    looking, or the user, can tell.
    """
    if item.state is not State.SENDING:
        return None
    if item.phase is Phase.DATA:
        why = "tuimail stopped after the message had begun to leave: probably sent"
        return move(item, now, why, state=State.UNSURE, due=None, owner="")
    why = "tuimail stopped before the message left; trying again"
    return move(item, now, why, state=State.WAITING, due=now, hold=0.0, phase=None, owner="")


def late(item: Item, now: Moment, late_after: float) -> Move | None:
    """Mail that fell due long ago, while nothing ran, is asked about and not blurted out.

    `late_after` is in seconds; None for an item that is not that late.
    """
    if not is_due(item, now) or item.due is None or item.due.left(now) > -late_after:
        return None
    why = "fell due while tuimail was not running: send now, or take back"
    return move(item, now, why, state=State.PAUSED, due=None, hold=0.0)


def resolve(item: Item, now: Moment, sent: bool, why: str) -> Move | None:
    """An unsure item becomes sent, or goes out again with the same bytes."""
    if item.state is not State.UNSURE:
        return None
    if sent:
        return move(item, now, why, state=State.SENT, phase=None, filing=Filing.DUE, filing_due=now.wall)
    return move(item, now, why, state=State.WAITING, due=now, hold=0.0, phase=None, doubted=True)
