"""What an outcome makes of an item that was being sent."""

from typing import assert_never

from msgspec.structs import replace

from tuimail.mail.hold import retry
from tuimail.mail.hold.item import Filing, Item, Recipient, Standing, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import PERMANENT, Move, doubt, move, stand
from tuimail.mail.hold.outcome import (
    Accepted,
    Denied,
    Kept,
    Outcome,
    Refusal,
    Refused,
    Unreachable,
    Vanished,
    Withdrawn,
)
from tuimail.mail.letter.safe import Safe, line

PUT_OFF, OUT_OF_REACH = "put off by the server", "the server can't be reached"


def settle(item: Item, outcome: Outcome, now: Moment, jitter: float) -> Move | None:
    """The move that follows from the outcome; None when the item had been taken back meanwhile."""
    match outcome:
        case Accepted():
            return _accepted(item, outcome, now, jitter)
        case Kept(handle, text):
            return _kept(item, now, handle, line(text))
        case Refused():
            return _refused(item, outcome, now, jitter)
        case Denied():
            why = "the server refused the login; the mail of this account waits"
            return _again(item, now, line(outcome.said), 0.0, why)
        case Unreachable(why, pause):
            wait = retry.after_unreachable(item.tries, jitter, pause)
            return _again(item, now, line(why), wait, PUT_OFF if pause else OUT_OF_REACH)
        case Vanished(why):
            return doubt(item, now, "answer lost: probably sent", line(why))
        case Withdrawn():
            return None
        case _:
            assert_never(outcome)


def belated(move: Move, known: Item) -> Move | None:
    """The same answer for an item that another process took for abandoned while it was on its way.

    `move` is what the answer made of it, `known` what it is now. An answer ends a doubt about the attempt it
    is the answer to, and keeps what was accepted from going out again. None when it comes too late for both.
    """
    if known.tries != move.old.tries or known.version == move.old.version:
        return None
    doubted = known.state is State.UNSURE and move.new.state is not State.UNSURE
    going_again = known.held and known.doubted and move.new.state is State.SENT
    if not (doubted or going_again):
        return None
    new = replace(move.new, version=known.version + 1, doubted=known.doubted, crashes=known.crashes)
    return Move(known, new, replace(move.entry, before=known.state))


def _accepted(item: Item, outcome: Accepted, now: Moment, jitter: float) -> Move:
    refused = {r.recipient: r for r in outcome.refused}
    recipients = tuple(_stand(r, refused.get(r.spec), line(outcome.text)) for r in item.recipients)
    reached = replace(item, recipients=recipients)
    answer = line(" · ".join([outcome.text, *_words(outcome.refused)]))
    if reached.pending:
        pause = retry.after_refusal(item.tries, jitter)
        why = f"{len(reached.pending)} of {len(recipients)} recipients put off by the server"
        return _again(item, now, answer, pause, why, recipients)
    lost = sum(r.standing is Standing.REFUSED for r in recipients)
    why = f"accepted, but refused for {lost} of {len(recipients)}" if lost else "accepted"
    return _sent(reached, now, why, answer)


def _stand(recipient: Recipient, refusal: Refusal | None, answer: Safe) -> Recipient:
    """As `stand`, but silence about a recipient is the server's yes."""
    stood = stand(recipient, refusal, answer)
    accepted = refusal is None and stood.standing is Standing.PENDING
    return replace(stood, standing=Standing.ACCEPTED) if accepted else stood


def _refused(item: Item, outcome: Refused, now: Moment, jitter: float) -> Move:
    answer = line(" · ".join(_answers(outcome)))
    refused = {r.recipient: r for r in outcome.refused}
    if outcome.code < PERMANENT:
        recipients = tuple(stand(r, refused[r.spec]) if r.spec in refused else r for r in item.recipients)
        pause = retry.after_refusal(item.tries, jitter)
        return _again(item, now, answer, pause, PUT_OFF, recipients)
    if item.reached:
        last = Refusal("", outcome.code, outcome.text)
        rest = tuple(stand(r, refused.get(r.spec, last)) for r in item.recipients)
        return _sent(replace(item, recipients=rest), now, "refused for the rest of its recipients", answer)
    return _fail(item, now, "refused by the server", answer)


def _kept(item: Item, now: Moment, handle: str, answer: Safe) -> Move:
    """The server keeps it: in reach until its time, or as good as sent when it can't be asked back."""
    assert item.schedule is not None
    if not handle:
        return _sent(item, now, "handed to the server, which sends it in time; out of reach", answer)
    due = now.later(item.schedule.at - now.wall)
    return move(
        item,
        now,
        "kept by the server, which sends it in time",
        answer,
        state=State.WAITING,
        due=due,
        hold=due.wall - now.wall,
        wait=Wait.SCHEDULE,
        phase=None,
        owner="",
        handle=handle,
    )


def _answers(outcome: Refused) -> list[str]:
    """Every answer once: that of the last recipient may be the one that stands for all."""
    last = [] if (outcome.code, outcome.text) in [(r.code, r.text) for r in outcome.refused] else [outcome]
    return [*(f"{answer.code} {answer.text}" for answer in last), *_words(outcome.refused)]


def _words(refused: tuple[Refusal, ...]) -> list[str]:
    return [f"{r.recipient}: {r.code} {r.text}" for r in refused]


def _sent(item: Item, now: Moment, why: str, answer: Safe) -> Move:
    return move(
        item,
        now,
        why,
        answer,
        state=State.SENT,
        due=None,
        phase=None,
        owner="",
        filing=Filing.DUE,
        filing_due=now.wall,
    )


def _fail(item: Item, now: Moment, why: str, answer: Safe) -> Move:
    """When nobody has it, trying again means all of them."""
    everybody = tuple(replace(r, standing=Standing.PENDING) for r in item.recipients)
    recipients = item.recipients if item.reached else everybody
    return move(item, now, why, answer, state=State.FAILED, due=None, owner="", recipients=recipients)


def _again(
    item: Item,
    now: Moment,
    answer: Safe,
    pause: float,
    why: str,
    recipients: tuple[Recipient, ...] = (),
) -> Move:
    if retry.given_up(item.first_try or item.queued, now.wall, item.tries):
        return _fail(item, now, f"given up after five days: {why}", answer)
    return move(
        item,
        now,
        f"{why}; trying again" if pause else why,
        answer,
        state=State.WAITING,
        due=now.later(pause),
        hold=pause,
        wait=Wait.RETRY,
        phase=None,
        owner="",
        recipients=recipients or item.recipients,
    )
