"""The moves of an item that a server keeps, or was to keep.

WAITING ──due──▶ SENDING ──kept──▶ WAITING, with a handle ──its time──▶ SENT
   ▲                │                    │ ├── unsend ───────────────▶ UNDONE
   └── can't ───────┘                    │ ├── canceled elsewhere ───▶ PAUSED
                                         │ ├── nowhere to be found ──▶ UNSURE
(kept here until its time)               └── with our wish on disk ──▶ UNDONE
"""

from msgspec.structs import replace

from tuimail.mail.hold import retry
from tuimail.mail.hold.item import Filing, Item, Recipient, Standing, State, Wait
from tuimail.mail.hold.keeping import Whereabouts
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move, doubt, move
from tuimail.mail.hold.outcome import Kept, Outcome, Refused, Unreachable
from tuimail.mail.hold.settle import settle
from tuimail.mail.letter.safe import Safe, line

SHORTEST = 60.0
"""A mail that leaves within so many seconds is not worth a journey to the server and back."""

RELEASES_WITHIN = 15.0
"""Seconds a server may take after the time it was given before it is asked."""

LONG_PAST = 3_600.0
LOOK_AGAIN = 3_600.0


def is_for_server(item: Item) -> bool:
    """Whether it is to be handed to a server that keeps it, and not to be sent."""
    return item.schedule is not None and item.schedule.by_server and not item.handle


def too_soon(item: Item, now: Moment) -> bool:
    """Whether its time is so near, or past, that handing it over is no use."""
    return item.schedule is None or item.schedule.at - now.wall < SHORTEST


def settled(item: Item, outcome: Outcome, now: Moment, jitter: float) -> Move | None:
    """What an attempt makes of it: as `settle`, but a no to keeping it is no reason not to send it.

    A no to its recipients is one.
    """
    if not is_for_server(item):
        return settle(item, outcome, now, jitter)
    match outcome:
        case Refused(code, text, ()):
            return held_here(item, now, line(f"{code} {text}" if code else text))
        case Unreachable(why, pause):
            return _again(item, now, line(why), retry.after_unreachable(item.tries, jitter, pause))
        case _:
            return settle(item, outcome, now, jitter)


def held_here(item: Item, now: Moment, answer: Safe) -> Move:
    """The server does not keep it: it waits here, and this computer has to be on."""
    assert item.schedule is not None
    seconds = item.schedule.at - now.wall
    return move(
        item,
        now,
        "the server does not keep it; this computer sends it at its time",
        answer,
        state=State.WAITING,
        due=now.later(seconds),
        hold=max(seconds, 0.0),
        wait=Wait.SCHEDULE,
        schedule=replace(item.schedule, by_server=False),
        phase=None,
        owner="",
        tries=0,
        first_try=0.0,
    )


def _again(item: Item, now: Moment, answer: Safe, pause: float) -> Move:
    """Handing it over is tried again until its time comes; from then on it is sent as any other mail."""
    assert item.schedule is not None
    seconds = max(min(pause, item.schedule.at - now.wall), 0.0)
    why = "not yet handed to the server, which can't be reached; trying again"
    return move(
        item,
        now,
        why,
        answer,
        state=State.WAITING,
        due=now.later(seconds),
        hold=seconds,
        wait=Wait.RETRY,
        phase=None,
        owner="",
        first_try=0.0,
    )


def found(item: Item, now: Moment, handle: str) -> Move | None:
    """One whose handing over ended unsure stands on the server after all; None when it is not unsure."""
    if item.state is not State.UNSURE or not is_for_server(item):
        return None
    return settle(item, Kept(handle, "found among the mail it keeps"), now, 0.0)


def ask_back(item: Item, now: Moment) -> Move | None:
    """The wish to have it back, on disk before the server is asked.

    None when no server keeps it, or somebody has it already.
    """
    if not item.handle or item.state is not State.WAITING or item.reached:
        return None
    return move(
        item, now, "asking the server for it; it stays there until the server agrees", wanted_back=True
    )


def not_given(item: Item, now: Moment, trouble: str) -> Move | None:
    """It could not be had back. With `trouble` nobody knows what the server did, and the wish stands."""
    if not item.handle or item.state is not State.WAITING:
        return None
    why = "kept by the server, which sends it in time; it was asked for in vain"
    return move(item, now, why, line(trouble), wanted_back=bool(trouble))


def seen(item: Item, where: Whereabouts, now: Moment) -> Move | None:
    """What follows from where the server says it is; None when nothing does."""
    if not item.handle or item.state is not State.WAITING:
        return None
    match where:
        case Whereabouts.GONE:
            return _gone(item, now)
        case Whereabouts.CANCELED:
            return _given_back(item, now) if item.wanted_back else _canceled_elsewhere(item, now)
        case Whereabouts.KEPT:
            return _overdue(item, now)
        case Whereabouts.NOWHERE:
            return _nowhere(item, now)


def is_in_question(item: Item) -> bool:
    """Whether a server has it, or may have it: somebody has to ask."""
    return bool(item.handle) or (item.state is State.UNSURE and is_for_server(item))


def look_in(item: Item, now: Moment, tries: int, jitter: float) -> float:
    """Seconds until the server should be asked, after so many questions that settled nothing."""
    if tries:
        return retry.after_unreachable(tries, jitter)
    return min(max(item.left(now), 0.0) + RELEASES_WITHIN, LOOK_AGAIN)


def _gone(item: Item, now: Moment) -> Move:
    """Sent by the server. Its own copy is looked for in Sent before one is filed."""
    return move(
        item,
        now,
        "sent by the server at its time",
        state=State.SENT,
        due=None,
        handle="",
        recipients=tuple(_reached(recipient) for recipient in item.recipients),
        filing=Filing.DUE,
        filing_due=now.wall,
        filing_tries=max(item.filing_tries, 1),
    )


def _reached(recipient: Recipient) -> Recipient:
    if recipient.standing is not Standing.PENDING:
        return recipient
    return replace(recipient, standing=Standing.ACCEPTED)


def _given_back(item: Item, now: Moment) -> Move:
    why = "taken back from the server; it went to nobody"
    return move(item, now, why, state=State.UNDONE, due=None, handle="", wanted_back=False)


def _canceled_elsewhere(item: Item, now: Moment) -> Move:
    why = "taken off the server by another program, unsent as far as it says: send now, or take back"
    here = replace(item.schedule, by_server=False) if item.schedule else None
    return move(item, now, why, state=State.PAUSED, due=None, hold=0.0, handle="", schedule=here)


def _nowhere(item: Item, now: Moment) -> Move:
    """Thrown away before its time or after, or in a mailbox that this account is not any more."""
    here = replace(item.schedule, by_server=False) if item.schedule else None
    why = "the server does not have it any more; whether it went out can't be told from there"
    doubted = doubt(item, now, why)
    return replace(doubted, new=replace(doubted.new, handle="", wanted_back=False, schedule=here))


def _overdue(item: Item, now: Moment) -> Move | None:
    """Said once: the server should have sent it long ago."""
    why = "the server still has it, long after its time; take it back, or ask who runs the server"
    if item.why == why or item.left(now) > -LONG_PAST:
        return None
    return move(item, now, why)
