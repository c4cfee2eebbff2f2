"""What an outcome makes of an item that was being sent."""

from dataclasses import replace
from typing import assert_never

from tuimail.mail.hold import retry
from tuimail.mail.hold.item import Filing, Item, Recipient, Standing, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move, doubt, move
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

PERMANENT = 500


def settle(item: Item, outcome: Outcome, now: Moment, jitter: float) -> Move | None:
    """The move that follows from the outcome; None when the item had been taken back meanwhile."""
    match outcome:
        case Accepted():
            return _accepted(item, outcome, now, jitter)
        case Kept(handle, text):
            return _kept(item, now, handle, line(text))
        case Refused():
            return _refused(item, outcome, now, jitter)
        case Denied(code, text):
            why = "the server refused the login; the mail of this account waits"
            return _again(item, now, line(f"{code} {text}"), 0.0, why)
        case Unreachable(why):
            return _again(item, now, line(why), retry.after_unreachable(item.tries, jitter))
        case Vanished(why):
            return doubt(item, now, "answer lost: probably sent", line(why))
        case Withdrawn():
            return None
        case _:
            assert_never(outcome)


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
    if recipient.standing is not Standing.PENDING:
        return recipient
    if refusal is None:
        return replace(recipient, standing=Standing.ACCEPTED, answer=answer)
    standing = Standing.REFUSED if refusal.code >= PERMANENT else Standing.PENDING
    return replace(recipient, standing=standing, answer=line(f"{refusal.code} {refusal.text}"))


def _refused(item: Item, outcome: Refused, now: Moment, jitter: float) -> Move:
    answer = line(" · ".join(_answers(outcome)))
    if outcome.code < PERMANENT:
        return _again(item, now, answer, retry.after_refusal(item.tries, jitter), "put off by the server")
    if item.reached:
        return _sent(item, now, "refused for the rest of its recipients", answer)
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
        item, now, why, answer, state=State.SENT, phase=None, owner="", filing=Filing.DUE, filing_due=now.wall
    )


def _fail(item: Item, now: Moment, why: str, answer: Safe) -> Move:
    return move(item, now, why, answer, state=State.FAILED, due=None, owner="")


def _again(
    item: Item,
    now: Moment,
    answer: Safe,
    pause: float,
    why: str = "the server can't be reached",
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
