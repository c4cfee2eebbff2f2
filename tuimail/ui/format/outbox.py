"""What a person reads of the outbox: the held lines, its list, its trail."""

from collections.abc import Iterator
from datetime import tzinfo

from rich.cells import cell_len

from tuimail.mail.hold.item import Entry, Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.ui.format.cells import Piece, Row, Tone, cut, fit, row_len, spread, wrap
from tuimail.ui.format.people import to_whom
from tuimail.ui.format.times import bar, clock, countdown, until

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

BARRED = 60.0
"""Holds up to this many seconds are drawn as a bar too."""

SHORTEST = 8
"""Cells of a subject that are always shown."""

NARROW = 60


def recipients(item: Item) -> str:
    """To whom, in a few words."""
    return to_whom([recipient.spec for recipient in item.recipients])


def by_rule(item: Item) -> bool:
    """Whether something else than the plain undo window holds it."""
    return bool(item.why) and not item.why.startswith("undo")


def held_row(item: Item, now: Moment, width: int, hint: str) -> Row:
    """One line of the bottom edge: state and time left, subject, to whom, why, and the key that helps.

    Where room is short the subject gives way first: to whom it goes matters most while it is held. Its
    closing bracket is wide, and half of it is the space before what follows.
    """
    head, tail = _head(item, now), (Piece("  "), *_keyed(hint), Piece(" "))
    to = Piece(f"to {recipients(item)}")
    why = (Piece(f" · {item.why}", Tone.MUTED),) if by_rule(item) else ()
    room = width - row_len((*head, to, *why, *tail)) - cell_len(" 「」")
    subject = cut(item.subject or "(no subject)", max(SHORTEST, min(room, width // 3)))
    return spread((*head, Piece(f" 「{subject}」", Tone.STRONG), to, *why), tail, width)


def _keyed(hint: str) -> Row:
    """A hint such as `u take back`, its key set apart."""
    key, _, words = hint.partition(" ")
    return (Piece(key, Tone.ACCENT), Piece(f" {words}", Tone.MUTED)) if hint else ()


def _head(item: Item, now: Moment) -> Row:
    """The state in words, with what is left of a wait."""
    if item.state is State.WAITING and item.due is not None:
        return _waiting(item, item.due, now)
    words = {
        State.PAUSED: " paused",
        State.SENDING: " sending…",
        State.UNSURE: " probably sent, answer lost",
        State.FAILED: " failed",
        State.SENT: " sent",
    }
    tone = Tone.ALERT if item.state in (State.UNSURE, State.FAILED) else Tone.ACCENT
    return (Piece(words.get(item.state, f" {item.state}"), tone),)


def _waiting(item: Item, due: Moment, now: Moment) -> Row:
    left = due.left(now)
    if left <= 0:
        return (Piece(" held 0:00 due now", Tone.ACCENT),)
    if 0 < item.hold <= BARRED:
        return (Piece(f" held {countdown(left)} {bar(left, item.hold)}", Tone.ACCENT),)
    return (Piece(f" held {until(due, now)}", Tone.ACCENT),)


def outbox_row(item: Item, width: int, now: Moment, zone: tzinfo | None = None) -> Row:
    """State or time left, subject, to whom, why."""
    to_cells = max(12, min(30, width * 27 // 100))
    why_cells = 0 if width < NARROW else max(17, width // 5)
    subject_cells = max(0, width - 3 - 14 - to_cells - why_cells - 5)
    asks = item.state in (State.UNSURE, State.FAILED)
    return (
        Piece(" ! " if asks else "   ", Tone.ALERT),
        Piece(fit(standing(item, now, zone), 14), Tone.ALERT if asks else Tone.ACCENT),
        Piece(fit(item.subject or "(no subject)", subject_cells) + "  "),
        Piece(fit(recipients(item), to_cells) + "  "),
        Piece(fit(reason(item.why, why_cells), why_cells) + " ", Tone.MUTED),
    )


def reason(why: str, width: int) -> str:
    """Why, in `width` cells; where they are too few for all of it, without what the state says already."""
    if cell_len(why) <= width:
        return why
    short = why.partition(";")[0].removesuffix(": probably sent")
    return cut(short.removeprefix("the server ").removesuffix(" by the server"), width)


def standing(item: Item, now: Moment, zone: tzinfo | None = None) -> str:
    """The state in a word or two; of a waiting item, when it is due."""
    if item.state is State.WAITING and item.due is not None:
        if item.due.left(now) <= 0:
            return "due now"
        when = until(item.due, now, zone)
        return f"in {when}" if ":" in when[:3] else when
    return NAMES[item.state]


def trail_rows(entry: Entry, width: int, zone: tzinfo | None = None) -> Iterator[Row]:
    """A step of the trail: time, what it became, why, and all of the server's words."""
    time, state = f"   {clock(entry.at, zone)}  ", fit(NAMES.get(entry.after, entry.after), 14)
    words = " · ".join(part for part in (entry.why, entry.answer) if part)
    for part in wrap(words, max(12, width - len(time) - 14 - 1)) or [""]:
        yield (Piece(time, Tone.MUTED), Piece(state), Piece(part, Tone.MUTED))
        time, state = " " * len(time), " " * 14
