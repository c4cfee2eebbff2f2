"""What a person reads of the outbox: its list, what is known of one mail, its trail."""

from collections.abc import Iterator
from datetime import tzinfo

from rich.cells import cell_len

from tuimail.mail.hold.item import Entry, Item, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import BY_HAND
from tuimail.mail.letter.safe import line
from tuimail.ui.format.cells import Piece, Row, Tone, cut, fit, wrap
from tuimail.ui.format.people import to_whom
from tuimail.ui.format.times import HOUR, clock, countdown, day, size

NAMES: dict[str, str] = {
    State.WAITING: "waiting",
    State.PAUSED: "paused",
    State.SENDING: "sending",
    State.UNSURE: "probably sent",
    State.SENT: "sent",
    State.FAILED: "failed",
    State.UNDONE: "undone",
}
"""The word for each state; SPEC asks that an unsure item never reads as sent."""

NARROW, ROOMY = 60, 100
STANDING, ACCOUNT = 15, 12
LONGEST_SUBJECT = 64
OVERDUE = 60.0


def recipients(item: Item) -> str:
    """To whom, in a few words."""
    return to_whom([recipient.spec for recipient in item.recipients])


def asks(item: Item) -> bool:
    """Whether it goes no further by itself, or may be there already: a person is asked."""
    if item.state is State.PAUSED:
        return item.why != BY_HAND
    return item.state in (State.UNSURE, State.FAILED)


def reasons(item: Item) -> str:
    """Why it is where it is; of what waits all that holds it, the undo window only when nothing else does."""
    if item.state is not State.WAITING or item.why not in item.reasons:
        return item.why
    others = [each for each in item.reasons if each != item.why and not each.startswith("undo")]
    return " · ".join([item.why, *others])


def outbox_row(
    item: Item,
    width: int,
    now: Moment,
    zone: tzinfo | None = None,
    marked: bool = False,
    account: bool = False,
) -> Row:
    """Marks, state or time left, subject, to whom, by which `account` where that is asked for, why."""
    to_cells = max(12, min(30, width // 4))
    account_cells = ACCOUNT if account and width >= ROOMY else 0
    rest = max(0, width - 3 - STANDING - to_cells - account_cells - 5)
    subject_cells = rest if width < NARROW else min(rest - max(17, width // 5), LONGEST_SUBJECT)
    why_cells = rest - subject_cells
    return (
        Piece("*" if marked else " ", Tone.STRONG),
        Piece("! " if asks(item) else "  ", Tone.ALERT),
        Piece(fit(standing(item, now, zone), STANDING), Tone.ALERT if asks(item) else Tone.ACCENT),
        Piece(fit(item.subject or "(no subject)", subject_cells) + "  "),
        Piece(fit(recipients(item), to_cells) + "  "),
        Piece(fit(fit(item.account, account_cells - 2), account_cells), Tone.MUTED),
        Piece(fit(reason(reasons(item), why_cells), why_cells) + " ", Tone.MUTED),
    )


def reason(why: str, width: int) -> str:
    """Why, in `width` cells; where they are too few for all of it, without what the state says already."""
    if cell_len(why) <= width:
        return why
    short = why.partition(";")[0].removesuffix(": probably sent")
    return cut(short.removeprefix("the server ").removesuffix(" by the server"), width)


def standing(item: Item, now: Moment, zone: tzinfo | None = None) -> str:
    """The state in a word or two; of a waiting item, when it is due."""
    if item.state is not State.WAITING or item.due is None:
        return NAMES[item.state]
    left = item.left(now)
    if left <= 0:
        return due(left)
    return f"in {countdown(left)}" if is_counted(item, left) else day(now.wall + left, now.wall, zone)


def is_counted(item: Item, left: float) -> bool:
    """Whether its wait is told as time left; otherwise as a day and an hour."""
    return left < HOUR or item.wait is not Wait.SCHEDULE


def due(left: float) -> str:
    """What is due and has not left, with `left` seconds, which are none."""
    return "due now" if left > -OVERDUE else f"{min(-left / 60, 9999):.0f} min overdue"


def question(item: Item, now: Moment) -> str:
    """What a person is asked about it; empty when it goes on by itself."""
    if item.state is State.UNSURE:
        left = item.left(now)
        looked = f" It is looked for in Sent in {countdown(left)}." if left > 0 else ""
        return f"It may have arrived.{looked} Do you know that it was sent, or shall it be sent again?"
    if item.state is State.FAILED:
        return "It did not leave. Change it, try again, or give it up?"
    return "It waits for you: send it now, choose a time, or take it back?" if asks(item) else ""


def about_rows(item: Item, now: Moment, width: int, zone: tzinfo | None = None) -> Iterator[Row]:
    """What stands over the trail: subject, to whom and by which account, what it asks or what holds it."""
    yield (Piece(f" {cut(item.subject or '(no subject)', width - 2)}", Tone.STRONG),)
    wish = " · receipts asked for" if item.receipts else ""
    tail = Piece(f" · {item.account} · {size(item.size)}{wish}", Tone.MUTED)
    people = line(", ".join(recipient.spec for recipient in item.recipients), width)
    yield (Piece(f" to {cut(people, width - cell_len(tail.text) - 5)}"), tail)
    asked = question(item, now)
    mark, tone = (" ! ", Tone.ALERT) if asked else (" ", Tone.ACCENT)
    for part in wrap(asked or _held(item, now, zone), width - 4):
        yield (Piece(mark, tone), Piece(part, tone))
        mark = " " * len(mark)


def _held(item: Item, now: Moment, zone: tzinfo | None) -> str:
    """When it leaves and what holds it, in whole words."""
    if item.state is not State.WAITING or item.due is None:
        name = NAMES[item.state]
        return item.why if item.why.startswith(name) else f"{name} · {item.why}"
    left = item.left(now)
    if left <= 0:
        return f"{due(left)} · {item.why}"
    when = day(now.wall + left, now.wall, zone)
    keeper = ", kept by the server" if item.handle and "kept by the server" not in item.why else ""
    return f"leaves {when}{keeper} · {reasons(item)}"


def trail_rows(entry: Entry, width: int, zone: tzinfo | None = None) -> Iterator[Row]:
    """A step of the trail: time, what it became, why, and all of the server's words."""
    time, state = f"   {clock(entry.at, zone)}  ", fit(NAMES.get(entry.after, entry.after), 14)
    words = " · ".join(part for part in (entry.why, entry.answer) if part)
    for part in wrap(words, max(12, width - len(time) - 14 - 1)) or [""]:
        yield (Piece(time, Tone.MUTED), Piece(state), Piece(part, Tone.MUTED))
        time, state = " " * len(time), " " * 14
