"""What an outcome makes of an item that was being sent."""

from dataclasses import replace
from typing import assert_never

from tuimail.mail.hold import retry
from tuimail.mail.hold.item import Filing, Item, Recipient, Standing, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move, move
from tuimail.mail.hold.outcome import (
    Accepted,
    Denied,
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
        case Refused():
            return _refused(item, outcome, now, jitter)
        case Denied(code, text):
            why = "the server refused the login; set the password, then send now"
            return _rest(item, now, why, line(f"{code} {text}"), State.PAUSED)
        case Unreachable(why):
            return _again(item, now, line(why), retry.after_unreachable(item.tries, jitter))
        case Vanished(why):
            return _rest(item, now, "answer lost: probably sent", line(why), State.UNSURE)
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
    return _rest(item, now, "refused by the server", answer, State.FAILED)


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


def _rest(item: Item, now: Moment, why: str, answer: Safe, state: State) -> Move:
    return move(item, now, why, answer, state=state, due=None, owner="")


def _again(
    item: Item,
    now: Moment,
    answer: Safe,
    pause: float,
    why: str = "the server can't be reached",
    recipients: tuple[Recipient, ...] = (),
) -> Move:
    if retry.given_up(item.queued, now.wall):
        return _rest(item, now, f"given up after five days: {why}", answer, State.FAILED)
    return move(
        item,
        now,
        f"{why}; trying again",
        answer,
        state=State.WAITING,
        due=now.later(pause),
        hold=pause,
        phase=None,
        owner="",
        recipients=recipients or item.recipients,
    )
