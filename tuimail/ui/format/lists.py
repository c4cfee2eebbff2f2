"""Rows of the lists: messages, folders, drafts."""

from datetime import tzinfo
from functools import lru_cache

from msgspec import Struct
from rich.cells import cell_len

from tuimail.mail.folder.thread import Thread
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Envelope, Flag
from tuimail.mail.letter.safe import line
from tuimail.ui.folder_tree import Entry
from tuimail.ui.format.cells import Piece, Row, Tone, cut, fit, fit_right, spread
from tuimail.ui.format.people import authors, everyone, who
from tuimail.ui.format.times import date, day, hour, local, size

MARKS = 3
TINY, NARROW = 40, 60


class Columns(Struct, frozen=True):
    """The cells of each column of a list; 0 for one that is not there."""

    date: int
    who: int
    where: int
    subject: int
    size: int
    signs: int
    total: int


class Layout(Struct, frozen=True):
    """What the rows of a list tell: whom mail went to instead of who wrote it, where it is, how large it is,
    how many belong to a conversation. `own` are one's own addresses in lower case; `now` is in UTC seconds.
    """

    now: float
    outgoing: bool = False
    where: bool = False
    sizes: bool = False
    threads: bool = False
    own: frozenset[str] = frozenset()
    zone: tzinfo | None = None


@lru_cache(maxsize=64)
def columns(width: int, where: bool, sizes: bool, threads: bool) -> Columns:
    """Columns for `width` cells: what there is no room for goes, and the subject gets what is left."""
    tiny, narrow = width < TINY, width < NARROW
    date_ = 0 if tiny else 8
    who_ = max(0, min(8, width - 4)) if tiny else 12 if narrow else min(30, max(15, width // 4))
    where_ = (0 if narrow else min(24, max(10, width // 8))) if where else 0
    size_ = (0 if tiny else 8) if sizes else 0
    signs = 0 if tiny else 2 if narrow else 6
    total = 0 if tiny else (4 if narrow else 5) if threads else 1
    used = MARKS + date_ + who_ + 2 * (not tiny) + tiny + where_ + size_ + signs + total
    return Columns(date_, who_, where_, max(0, width - used), size_, signs, total)


def message_row(
    envelope: Envelope, width: int, layout: Layout, where: str = "", marked: bool = False, lines: str = ""
) -> Row:
    """Marks, date, who, where, subject, size, signs. `lines` are those of a conversation's tree."""
    people = f"to {everyone(envelope.to)}" if layout.outgoing else who(envelope.sender)
    signs = _signs(envelope.flags, Flag.FLAGGED in envelope.flags, envelope.attached)
    return _row(envelope, width, layout, (people, where, signs, ""), not envelope.seen, marked, lines)


def thread_row(thread: Thread, width: int, layout: Layout, where: str = "", marked: bool = False) -> Row:
    """A conversation: its newest date and subject, all who wrote in it, how many messages."""
    newest = thread.newest
    people = f"to {everyone(newest.to)}" if layout.outgoing else authors(thread.people, layout.own)
    signs = _signs(newest.flags, thread.flagged, thread.attached)
    total = f"{thread.total:,}" if thread.total > 1 else ""
    return _row(newest, width, layout, (people, where, signs, total), thread.unread > 0, marked, "")


def _row(
    envelope: Envelope,
    width: int,
    layout: Layout,
    words: tuple[str, str, str, str],
    unread: bool,
    marked: bool,
    lines: str,
) -> Row:
    """Pieces that fill `width`; `words` are for the columns of people, place, signs and number."""
    people, where, signs, total = words
    cells = columns(width, layout.where, layout.sizes, layout.threads)
    tone = Tone.STRONG if unread else Tone.PLAIN
    branch = cut(f"{lines} ", max(0, cells.subject // 2)) if lines else ""
    subject = fit(envelope.subject or "(no subject)", cells.subject - len(branch))
    pieces = (
        Piece("+" if marked else " ", Tone.STRONG),
        Piece("● " if unread else "  ", Tone.ACCENT),
        Piece(fit(date(envelope.received, layout.now, layout.zone), cells.date), Tone.MUTED),
        Piece(fit(people, cells.who) + ("  " if cells.date else " "), tone),
        Piece(fit(_place(where, cells.where - 2), cells.where), Tone.MUTED),
        Piece(branch, Tone.MUTED),
        Piece(subject, tone),
        Piece(fit_right(size(envelope.size), cells.size) if cells.size else "", Tone.MUTED),
        Piece(fit(signs if cells.signs > 2 else _one_sign(signs), cells.signs), Tone.MUTED),
        Piece(fit_right(total, cells.total - 1) + " " if cells.total else "", Tone.MUTED),
    )
    return tuple(piece for piece in pieces if piece.text)


def _place(where: str, cells: int) -> str:
    """A folder; one inside others by its own name, where there is no room for theirs."""
    own = where.rpartition("/")[2]
    return cut(where if cell_len(where) <= cells or not own or own == where else f"…/{own}", cells)


def _signs(flags: frozenset[str], flagged: bool, attached: bool) -> str:
    """`r` for answered, `f` for sent on, a star for flagged, @ for attachments; each in its place."""
    answered = "r" if Flag.ANSWERED in flags else "f" if Flag.FORWARDED in flags else " "
    return f" {answered}{' *' if flagged else '  '}{' @' if attached else '  '}"


def _one_sign(signs: str) -> str:
    """The one there is room for: a star before all."""
    return f" {'*' if '*' in signs else signs.strip()[-1:]}"


def folder_row(entry: Entry, width: int) -> Row:
    """A folder below the one it belongs to, a sign when others stand below it, how much is unread."""
    sign = ("▸" if entry.folded else "▾") if entry.below else " "
    count = f"{entry.unread:,} " if entry.unread else ""
    words = (
        Piece(f" {'  ' * entry.depth}{sign}", Tone.MUTED),
        Piece(entry.words, Tone.STRONG if entry.unread else Tone.PLAIN),
    )
    return spread(words, (Piece(f" {count}", Tone.MUTED),), width)


def heading_row(entry: Entry, width: int) -> Row:
    """What stands over folders without being one: an account, or a step of their names."""
    lead = f" {'  ' * entry.depth}▾" if entry.below else " "
    return (Piece(fit(f"{lead}{entry.words}", width), Tone.MUTED),)


def draft_row(draft: Draft, saved: float, width: int, now: float, zone: tzinfo | None = None) -> Row:
    """When it was last saved, to whom, about what."""
    when = (
        hour(saved, zone) if local(saved, zone).date() == local(now, zone).date() else date(saved, now, zone)
    )
    to_cells = min(30, max(12, width // 4))
    files = " @" if draft.attachments else ""
    leaves = _leaves(draft, now, zone)
    return (
        Piece("   "),
        Piece(fit(when, 8), Tone.MUTED),
        Piece(fit(line(draft.to) or "(nobody yet)", to_cells) + "  "),
        Piece(fit(line(draft.subject) or "(no subject)", max(0, width - 16 - to_cells - cell_len(leaves)))),
        Piece(leaves, Tone.ACCENT),
        Piece(fit_right(files, 2) + " ", Tone.MUTED),
    )


def _leaves(draft: Draft, now: float, zone: tzinfo | None) -> str:
    """The time at which it is to leave, as far as one was chosen."""
    if draft.schedule is None:
        return ""
    return "  time passed" if draft.schedule.at <= now else f"  leaves {day(draft.schedule.at, now, zone)}"
