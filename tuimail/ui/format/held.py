"""The lines of the bottom edge: what is held, what was just sent, what rests."""

from rich.cells import cell_len

from tuimail.mail.hold.concern import Concern, told
from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.ui.format.cells import Piece, Row, Tone, cut, row_len, spread
from tuimail.ui.format.outbox import asks, due, is_counted, reasons, recipients
from tuimail.ui.format.times import bar, countdown, day

BARRED = 60.0
"""Holds up to this many seconds are drawn as a bar too."""

SHORTEST = 8
"""Cells of a subject that are always shown."""

REASON = 24
"""Cells of a reason that a longer subject leaves to it."""

SHORTEST_WORDS = 30
"""Cells of a concern that are shown before what to do about it."""

WORDS = {
    State.PAUSED: " paused",
    State.SENDING: " sending…",
    State.UNSURE: " probably sent, answer lost",
    State.FAILED: " failed",
    State.SENT: " sent",
}


def by_rule(item: Item) -> bool:
    """Whether something holds it that its line does not say already: neither undo window nor chosen time."""
    return bool(item.why) and not item.why.startswith(("undo", "scheduled:"))


def held_row(item: Item, now: Moment, width: int, hint: str) -> Row:
    """One line of the bottom edge: state and time left, subject, to whom, why, and the key that helps.

    Where room is short the subject gives way first, then the reason: to whom it goes matters most while it
    is held. The closing bracket is wide, and half of it is the space before what follows.
    """
    head, tail = _head(item, now), (Piece("  "), *_keyed(hint), Piece(" "))
    to = Piece(f"to {recipients(item)}")
    why = (Piece(f" · {reasons(item)}", Tone.MUTED),) if by_rule(item) else ()
    room = width - row_len((*head, to, *tail)) - min(row_len(why), REASON) - cell_len(" 「」")
    subject = cut(item.subject or "(no subject)", max(SHORTEST, min(room, width // 3)))
    return spread((*head, Piece(f" 「{subject}」", Tone.STRONG), to, *why), tail, width)


def concern_row(concern: Concern, more: int, now: Moment, width: int, hint: str) -> Row:
    """What rests and why, what to do or what comes next, how many more there are, and the key that helps.

    Where room is short the words are cut, and where it is very short what to do is left to the outbox.
    """
    mark = Piece(" ! " if concern.asks else " ", Tone.ALERT)
    count = (Piece(f"  +{more} more", Tone.MUTED),) if more else ()
    tail = (*count, Piece("  "), *_keyed(hint), Piece(" "))
    room = width - row_len((mark, *tail))
    words, action = concern.words, told(concern, now).removeprefix(concern.words)
    if cell_len(words + action) > room:
        action = action if cell_len(action) + SHORTEST_WORDS <= room else ""
        words = cut(words, room - cell_len(action))
    tone = Tone.ALERT if concern.asks else Tone.PLAIN
    return spread((mark, Piece(words, tone), Piece(action, Tone.MUTED)), tail, width)


def _keyed(hint: str) -> Row:
    """A hint such as `u take back`, its key set apart."""
    key, _, words = hint.partition(" ")
    return (Piece(key, Tone.ACCENT), Piece(f" {words}", Tone.MUTED)) if hint else ()


def _head(item: Item, now: Moment) -> Row:
    """The state in words, with what is left of a wait."""
    if item.state is State.WAITING and item.due is not None:
        return (Piece(_waiting(item, now), Tone.ACCENT),)
    tone = Tone.ALERT if asks(item) else Tone.ACCENT
    return (Piece(WORDS.get(item.state, f" {item.state}"), tone),)


def _waiting(item: Item, now: Moment) -> str:
    left = item.left(now)
    if left <= 0:
        return f" held 0:00 {due(left)}"
    if item.handle:
        return f" kept by the server, {day(now.wall + left, now.wall)}"
    if 0 < item.hold <= BARRED:
        return f" held {countdown(left)} {bar(left, item.hold)}"
    return (
        f" held {countdown(left)}" if is_counted(item, left) else f" held, {day(now.wall + left, now.wall)}"
    )
