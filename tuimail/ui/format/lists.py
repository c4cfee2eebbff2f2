"""Rows of the lists: messages, folders, drafts."""

from datetime import tzinfo

from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Envelope, Flag
from tuimail.mail.letter.safe import line
from tuimail.ui.format.cells import Piece, Row, Tone, fit, fit_right, spread
from tuimail.ui.format.people import everyone, who
from tuimail.ui.format.times import date, hour, local

NARROW = 60


def message_row(
    envelope: Envelope, width: int, now: float, outgoing: bool = False, zone: tzinfo | None = None
) -> Row:
    """Unread mark, date, who, subject, a star for what was flagged, @ for attachments."""
    narrow = width < NARROW
    people = f"to {everyone(envelope.to)}" if outgoing else who(envelope.sender)
    who_cells = 12 if narrow else min(30, max(20, width // 4))
    tail = 4 if narrow else 5
    subject_cells = max(0, width - 3 - 8 - who_cells - 2 - tail)
    star = " *" if Flag.FLAGGED in envelope.flags else ""
    tone = Tone.PLAIN if envelope.seen else Tone.STRONG
    return (
        Piece("   " if envelope.seen else " ● ", Tone.ACCENT),
        Piece(fit(date(envelope.received, now, zone), 8), Tone.MUTED),
        Piece(fit(people, who_cells) + "  ", tone),
        Piece(fit(envelope.subject or "(no subject)", subject_cells), tone),
        Piece(fit(star, 2), Tone.ACCENT),
        Piece(fit(" @" if envelope.attached else "", tail - 2), Tone.MUTED),
    )


def title(folder: Folder) -> str:
    """A folder's name as read; the inbox is not shouted."""
    return "Inbox" if folder.role is Role.INBOX and folder.title == "INBOX" else folder.title


def folder_row(folder: Folder, width: int) -> Row:
    """The folder's title, and how much of it is unread."""
    count = f"{folder.unread:,} " if folder.unread else " "
    tone = Tone.STRONG if folder.unread else Tone.PLAIN
    return spread((Piece(f"  {title(folder)}", tone),), (Piece(f" {count}", Tone.MUTED),), width)


def account_row(name: str, width: int) -> Row:
    """The heading over an account's folders."""
    return (Piece(fit(f" {name}", width), Tone.MUTED),)


def draft_row(draft: Draft, saved: float, width: int, now: float, zone: tzinfo | None = None) -> Row:
    """When it was last saved, to whom, about what."""
    when = (
        hour(saved, zone) if local(saved, zone).date() == local(now, zone).date() else date(saved, now, zone)
    )
    to_cells = min(30, max(12, width // 4))
    files = " @" if draft.attachments else ""
    return (
        Piece("   "),
        Piece(fit(when, 8), Tone.MUTED),
        Piece(fit(line(draft.to) or "(nobody yet)", to_cells) + "  "),
        Piece(fit(line(draft.subject) or "(no subject)", max(0, width - 3 - 8 - to_cells - 2 - 3))),
        Piece(fit_right(files, 2) + " ", Tone.MUTED),
    )
