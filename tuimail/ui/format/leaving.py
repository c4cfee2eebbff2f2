"""What is said of the held mail when one leaves."""

from collections.abc import Iterator, Sequence

from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.ui.format.times import countdown, local

NEAREST = 3
HOUR, WEEK = 3600.0, 6 * 86400.0


def asked_about(held: Sequence[Item]) -> tuple[Item, ...]:
    """What leaves only when somebody sends it; what a server keeps leaves by itself."""
    return tuple(item for item in held if not item.handle)


def summary(items: Sequence[Item], now: Moment) -> Iterator[str]:
    """Lines about what is held, when the next leave, and what nobody can take back any more."""
    held = asked_about([item for item in items if item.held])
    if held:
        paused = sum(item.state is State.PAUSED for item in held)
        yield "; ".join(filter(None, (_count(len(held)), _times(held, now), _paused(paused))))
    gone = sum(item.state is State.SENDING and not item.can_be_taken_back for item in items)
    if gone:
        yield f"{_are(gone, 'leaving')} just now and can't be taken back"
    kept = sum(item.state is State.WAITING and bool(item.handle) for item in items)
    if kept:
        yield f"{_are(kept, 'with the server')} and will leave by itself"
    unsure = sum(item.state is State.UNSURE for item in items)
    if unsure:
        yield f"{unsure} probably sent, the answer was lost; the outbox knows more"


def _count(held: int) -> str:
    return "One mail is held" if held == 1 else f"{held} mails are held"


def _times(held: Sequence[Item], now: Moment) -> str:
    waiting = sorted((item for item in held if item.due is not None), key=lambda item: item.left(now))
    times = [_time(item, now) for item in waiting[:NEAREST]]
    rest = ", …" if len(waiting) > NEAREST else ""
    return f"due {', '.join(dict.fromkeys(times))}{rest}" if times else ""


def _time(item: Item, now: Moment) -> str:
    left = item.left(now)
    if left < HOUR:
        return f"in {countdown(left)}" if left > 0 else "now"
    then, today = local(now.wall + left), local(now.wall)
    if then.date() == today.date():
        return then.strftime("at %H:%M")
    return then.strftime("%a %H:%M") if left < WEEK else f"{then.day} {then:%b %H:%M}"


def _paused(count: int) -> str:
    return f"{count} paused" if count else ""


def _are(count: int, where: str) -> str:
    return f"One is {where}" if count == 1 else f"{count} are {where}"
