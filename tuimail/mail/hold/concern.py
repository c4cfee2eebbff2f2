"""What rests in the outbox, said aloud: nothing waits without a next time or a word about it."""

from collections.abc import Collection, Iterable
from enum import IntEnum

from msgspec import Struct

from tuimail.mail.hold.item import Filing, Item, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import BY_HAND
from tuimail.mail.hold.stop import SIGN_IN_AGAIN, Stop

OVERDUE = 180.0
THIRD_ROUND = 3
LONG_PAUSE = 300.0
LONGEST_SUBJECT = 40
MINUTE, HOUR, DAY = 60, 3_600, 86_400


class Matter(IntEnum):
    """What it is about, the most pressing first. Those up to `PAUSED` only a person can end."""

    UNSURE = 1
    FAILED = 2
    STOPPED = 3
    GONE = 4
    PAUSED = 5
    NOBODY_SENDS = 6
    OVERDUE = 7
    RETRY = 8
    FILING = 9
    LOOKING = 10
    KEPT_BACK = 11


TOGETHER = {Matter.GONE, Matter.OVERDUE, Matter.RETRY, Matter.FILING}
"""One of these stands for all items of its account."""


class Concern(Struct, frozen=True):
    """One thing that rests. `count` items of `account`; `item` is the one, or the oldest, of them.

    `account` is empty where it is about all, `item` None where no item is to blame. `at` is when something
    happens by itself (UTC seconds); None when nothing does until a person acts. `words` and `action` are
    lines for a person: what rests and why, and what comes next.
    """

    matter: Matter
    account: str
    item: Item | None
    count: int
    words: str
    action: str
    at: float | None = None

    @property
    def asks(self) -> bool:
        """Whether nothing goes on until a person acts."""
        return self.matter <= Matter.PAUSED


def concerns(
    items: Iterable[Item],
    stops: Iterable[Stop],
    accounts: Collection[str],
    someone_sends: bool,
    now: Moment,
) -> tuple[Concern, ...]:
    """All that rests, the most pressing first and of equals the oldest.

    `accounts` are the names in the configuration; `someone_sends` is whether any process on this computer
    does. In time proportional to the number of items: for each change, not for each paint.
    """
    stopped = {stop.account: stop for stop in stops}
    waiting: dict[str, int] = dict.fromkeys(stopped, 0)
    unfinished = 0
    found: list[tuple[Matter, Item]] = []
    for item in items:
        matter = _matter(item, accounts, now)
        unfinished += item.state in _AT_WORK or item.filing is Filing.DUE
        if item.state is State.WAITING and item.account in stopped and matter is not Matter.GONE:
            waiting[item.account] += 1
        elif matter is not None:
            found.append((matter, item))
    made = [*_about(found, now), *(_stopped(stop, waiting[stop.account]) for stop in stopped.values())]
    if unfinished and not someone_sends:
        made.append(_nobody_sends(unfinished))
    return tuple(sorted(made, key=_order))


def told(concern: Concern, now: Moment) -> str:
    """The concern in one line, with the time to its next action."""
    if concern.at is None:
        return f"{concern.words} · {concern.action}"
    left = concern.at - now.wall
    return f"{concern.words} · {concern.action} {f'in {_span(left)}' if left > 0 else 'now'}"


_AT_WORK = {State.WAITING, State.SENDING, State.UNSURE}


def _matter(item: Item, accounts: Collection[str], now: Moment) -> Matter | None:
    state = item.state
    if state is State.WAITING:
        return _of_waiting(item, now) if item.account in accounts else Matter.GONE
    if state is State.SENT:
        return _of_sent(item, accounts)
    if state is State.UNSURE:
        return Matter.LOOKING if item.due and item.account in accounts else Matter.UNSURE
    if state is State.PAUSED:
        return Matter.KEPT_BACK if item.why == BY_HAND else Matter.PAUSED
    if state is State.SENDING:
        return None if item.account in accounts else Matter.GONE
    return Matter.FAILED if state is State.FAILED else None


def _of_waiting(item: Item, now: Moment) -> Matter | None:
    if item.due is None or item.left(now) < -OVERDUE:
        return Matter.OVERDUE
    again = item.wait is Wait.RETRY and item.tries >= THIRD_ROUND and item.hold >= LONG_PAUSE
    return Matter.RETRY if again else None


def _of_sent(item: Item, accounts: Collection[str]) -> Matter | None:
    if item.filing is not Filing.DUE:
        return None
    if item.account not in accounts:
        return Matter.GONE
    return Matter.FILING if item.filing_tries >= THIRD_ROUND else None


def _about(found: list[tuple[Matter, Item]], now: Moment) -> list[Concern]:
    """One concern for each, or one for all of an account."""
    single: list[Concern] = []
    groups: dict[tuple[Matter, str], list[Item]] = {}
    for matter, item in found:
        if matter in TOGETHER:
            groups.setdefault((matter, item.account), []).append(item)
        else:
            single.append(_concern(matter, item, 1, now))
    for (matter, _), items in groups.items():
        single.append(_concern(matter, min(items, key=_queued), len(items), now))
    return single


def _concern(matter: Matter, item: Item, count: int, now: Moment) -> Concern:
    name = _name(item) if count == 1 else f"{count} mails of {item.account}"
    words = f"{name}: {_reason(matter, item)}"
    return Concern(matter, item.account, item, count, words, _ACTIONS[matter], _next(matter, item, now))


_ACTIONS = {
    Matter.UNSURE: "say whether it was sent, or send the same bytes again",
    Matter.FAILED: "change it, or try again",
    Matter.GONE: "put the account back, or take it back to the composer",
    Matter.PAUSED: "send it now, or take it back",
    Matter.OVERDUE: "send it now, or see who sends",
    Matter.RETRY: "tried again",
    Matter.FILING: "the copy is tried again",
    Matter.LOOKING: "looked for in Sent",
    Matter.KEPT_BACK: "release it when you like",
}


def _reason(matter: Matter, item: Item) -> str:
    match matter:
        case Matter.GONE:
            return f"there is no account {item.account} in the configuration any more"
        case Matter.OVERDUE:
            return item.why if item.handle else "should have left by now"
        case Matter.RETRY:
            return f"{item.why.partition(';')[0]}, {item.tries} tries"
        case Matter.FILING:
            return f"sent, but no copy in Sent after {item.filing_tries} tries"
        case Matter.PAUSED:
            return _without_request(item.why)
        case _:
            return item.why


def _next(matter: Matter, item: Item, now: Moment) -> float | None:
    if matter is Matter.FILING:
        return item.filing_due
    if matter in (Matter.RETRY, Matter.LOOKING) and item.due is not None:
        return now.wall + item.left(now)
    return None


def _stopped(stop: Stop, count: int) -> Concern:
    rest = f"; {_mails(count)}" if count else ""
    words, action = f"the server refused the login ({stop.why})", "mend the login, then let it go on"
    if stop.remedy:
        reason = stop.why.removesuffix(f"{SIGN_IN_AGAIN}{stop.remedy}").rstrip("; ")
        words, action = f"the login was refused ({reason})", stop.remedy
    return Concern(Matter.STOPPED, stop.account, None, count, f"{stop.account}: {words}{rest}", action)


def _nobody_sends(count: int) -> Concern:
    words = f"nobody sends on this computer; {_mails(count)}"
    return Concern(Matter.NOBODY_SENDS, "", None, count, words, "open tuimail, or start its agent")


def _order(concern: Concern) -> tuple[int, float]:
    return concern.matter, concern.item.queued if concern.item else 0.0


def _queued(item: Item) -> float:
    return item.queued


def _name(item: Item) -> str:
    subject = item.subject or "(no subject)"
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…"


def _mails(count: int) -> str:
    return "one mail waits" if count == 1 else f"{count} mails wait"


def _without_request(why: str) -> str:
    """The reason alone, where it goes on to say what to do."""
    reason, asked, _ = why.rpartition(": send now")
    return reason if asked else why


def _span(seconds: float) -> str:
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    return f"{seconds / HOUR:.0f} h" if seconds < DAY else f"{seconds / DAY:.0f} days"
