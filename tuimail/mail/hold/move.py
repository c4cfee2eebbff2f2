"""The moves of an outbox item, each a pure function; `item` draws them."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.hold.hold import LONGEST_COUNTDOWN, Hold
from tuimail.mail.hold.item import Entry, Filing, Item, Recipient, Standing, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.outcome import Phase, Refusal
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import Safe, line
from tuimail.mail.letter.submission import Submission
from tuimail.mail.when.schedule import Schedule

SETTLE_SECONDS = 600.0
"""How long a server may take to finish with a message whose answer was lost (RFC 5321 §4.5.3.2.6)."""

BY_HAND = "paused by hand"
MOST_CRASHES = 3
PERMANENT = 500


class Move(Struct, frozen=True):
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
        receipts=submission.receipts,
        corrects=draft.corrects,
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
    """Leave at another time, from here or from a server that keeps it until then."""
    if not _can_wait(item):
        return None
    if schedule.by_server:
        why = f"to the server, which keeps it: {schedule.typed}"
        return _wait(item, now, why, now, 0.0, Wait.WINDOW, schedule=schedule)
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


def begin_body(
    item: Item, now: Moment, said: str, refused: tuple[Refusal, ...] = (), remote: str = ""
) -> Move:
    """The point of no return, on disk before the first byte of the body leaves.

    Whom the server would not take is on disk as well, and the name it gave the message. Who has no answer is
    who the body is for.
    """
    answers = {refusal.recipient: refusal for refusal in refused}
    recipients = tuple(stand(each, answers.get(each.spec)) for each in item.recipients)
    why = "the message itself goes out"
    remote = remote or item.remote
    return move(item, now, why, line(said), phase=Phase.DATA, recipients=recipients, remote=remote)


def stand(recipient: Recipient, refusal: Refusal | None, answer: Safe = Safe("")) -> Recipient:
    """A recipient after the server spoke about it; one that was settled before stays as it is."""
    if recipient.standing is not Standing.PENDING:
        return recipient
    if refusal is None:
        return replace(recipient, answer=answer)
    standing = Standing.REFUSED if refusal.code >= PERMANENT else Standing.PENDING
    return replace(recipient, standing=standing, answer=line(f"{refusal.code} {refusal.text}"))


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
        looks=0,
    )


def resolve(item: Item, now: Moment, sent: bool, why: str) -> Move | None:
    """An unsure item becomes sent, or goes out again with the same bytes."""
    if item.state is not State.UNSURE:
        return None
    return arrived(item, now, why) if sent else _wait(item, now, why, now, 0.0, Wait.WINDOW, doubted=True)


def arrived(item: Item, now: Moment, why: str, filed: bool = False) -> Move:
    """An unsure one was sent after all; but those the server had put off before are tried again.

    `filed` says that its copy stands in Sent. Where that is not known, filing looks for one first.
    """
    recipients = tuple(_reached(recipient) for recipient in item.recipients)
    tries = max(item.filing_tries, 1)
    if any(recipient.standing is Standing.PENDING for recipient in recipients):
        others = f"{why}; trying the others again"
        return _wait(item, now, others, now, 0.0, Wait.RETRY, recipients=recipients, filing_tries=tries)
    return move(
        item,
        now,
        why,
        state=State.SENT,
        phase=None,
        due=None,
        recipients=recipients,
        filing=Filing.DONE if filed else Filing.DUE,
        filing_tries=tries,
        filing_due=now.wall,
    )


def _reached(recipient: Recipient) -> Recipient:
    if recipient.standing is not Standing.PENDING or recipient.answer:
        return recipient
    return replace(recipient, standing=Standing.ACCEPTED)


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
