"""A letter as rows: headers, text, links, attachments."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from itertools import chain

from tuimail.mail.after.report import request
from tuimail.mail.letter.address import Address, show
from tuimail.mail.letter.envelope import Envelope
from tuimail.mail.letter.host import shown
from tuimail.mail.letter.letter import Letter, Link, Part
from tuimail.mail.letter.link import Numbers
from tuimail.mail.letter.mailing import Mailing
from tuimail.mail.letter.safe import Safe, line
from tuimail.mail.letter.stretch import Kind, stretches
from tuimail.mail.letter.unsubscribe import way_out
from tuimail.ui.format.cells import Piece, Row, Tone, cut, cut_row, fit, wrap
from tuimail.ui.format.invitation import invitation_rows
from tuimail.ui.format.times import full_date, local, size

WIDEST = 100
"""Text is never set wider than this, however wide the terminal."""

LABEL = 9

TONES = {"Subject": Tone.STRONG, "Receipt": Tone.MUTED, "Recall": Tone.MUTED}
WISHES = ("disposition-notification-to", "x-confirm-reading-to", "return-receipt-to")
NO_RECEIPT = "asked for; none is sent from here"


class Headers(Enum):
    """Which headers stand over a letter."""

    FEW = auto()
    """As in a preview: whom it is from, and the names of its attachments."""

    USUAL = auto()
    ALL = auto()


def heading(envelope: Envelope) -> Letter:
    """The letter as far as a list knows it, to be shown until the rest is here."""
    return Letter(
        (),
        envelope.sender,
        (),
        envelope.to,
        envelope.cc,
        envelope.subject,
        local(envelope.received),
        envelope.message_id,
        envelope.in_reply_to,
        envelope.references,
        Safe(""),
        (),
        (),
        (),
    )


def letter_rows(
    letter: Letter, width: int, headers: Headers = Headers.USUAL, folded: bool = False, recall: str = ""
) -> Iterator[Row]:
    """The whole letter under its headers, row by row; `folded` leaves out what is quoted at length.

    `recall` is what became of the asking for a mail of one's own.
    """
    room = max(10, min(width, WIDEST) - 2)
    rows = chain(
        _headers(letter, room, headers, recall),
        invitation_rows(letter.invitation, room) if letter.invitation else (),
        _faults(letter.faults, room),
        ((),),
        body_rows(letter.text, room, letter.links, folded),
        _parts(letter.parts, room),
        _links(letter.links, room),
    )
    return (cut_row(row, width) for row in rows)


def body_rows(text: str, width: int, links: tuple[Link, ...] = (), folded: bool = False) -> Iterator[Row]:
    """Text wrapped to `width`; what is quoted, and the signature, recede."""
    numbers = Numbers(links)
    for stretch in stretches(text):
        if folded and stretch.folds:
            yield (Piece(f" ▸ {len(stretch.lines)} quoted lines", Tone.ACCENT),)
            continue
        tone = Tone.PLAIN if stretch.kind is Kind.SAID else Tone.MUTED
        for said in stretch.lines:
            for part in _wrapped(numbers.put(said.expandtabs(8)), width):
                yield (Piece(f" {part}", tone),)


_MARKS = re.compile(r"(?:> ?){1,20}")


def _wrapped(line: str, width: int) -> list[str]:
    """A line that is quoted keeps its marks on each of its rows."""
    marks = _MARKS.match(line)
    if marks is None or len(line) <= width // 2 or len(marks[0]) > width // 2:
        return wrap(line, width)
    return [marks[0] + part for part in wrap(line[marks.end() :], width - len(marks[0]))]


def _headers(letter: Letter, width: int, which: Headers, recall: str) -> Iterator[Row]:
    if which is Headers.ALL:
        for name, value in letter.headers:
            yield from _header(f"{name}:", value, width, len(name) + 2)
        return
    few = which is Headers.FEW
    fields: tuple[tuple[str, str], ...] = (
        ("From", show(letter.sender)),
        ("To", "" if few else _people(letter.to)),
        ("Cc", "" if few else _people(letter.cc)),
        ("Date", full_date(letter.date) if letter.date else ""),
        ("Subject", letter.subject or "(no subject)"),
        ("List", "" if few else _list(letter.mailing)),
        ("Receipt", "" if few else _wish(letter)),
        ("Recall", "" if few else recall or _asked_back(letter)),
        ("Files", cut(_files(letter.parts), width - LABEL) if few else ""),
    )
    for label, text in fields:
        if text:
            tone = TONES.get(label, Tone.PLAIN)
            yield from _header(label, text, width, LABEL, tone)


def _wish(letter: Letter) -> str:
    """That the sender would like to know that it was read (RFC 8098); the answer is always the same."""
    names = {name.lower() for name, _ in letter.headers}
    return NO_RECEIPT if not names.isdisjoint(WISHES) else ""


def _asked_back(letter: Letter) -> str:
    """That the sender would like another mail back. It is a label: nothing is ever done because of it."""
    named = any("recall" in name.lower() or "recall" in value.lower() for name, value in letter.headers)
    asked = request(letter.headers) if named else None
    if asked is None:
        return ""
    words = "recall request from" if asked.sure else "reads like a recall request from"
    return f"{words} {show(letter.sender)}; nothing was done"


def _files(parts: Sequence[Part]) -> str:
    return ", ".join(f"{part.name or '(no name)'} {size(part.size)}" for part in parts)


def _list(mailing: Mailing) -> str:
    """The list it came by, and who would be told that one leaves it."""
    way = way_out(mailing)
    leave = f"unsubscribe at {way.whom}" if way is not None else ""
    return " · ".join(part for part in (mailing.name or line(mailing.post), leave) if part)


def _people(addresses: Sequence[Address]) -> str:
    return ", ".join(show(address) for address in addresses)


def _header(name: str, value: str, width: int, indent: int, tone: Tone = Tone.PLAIN) -> Iterator[Row]:
    label = fit(name, indent)
    for part in wrap(value, max(8, width - indent)):
        yield (Piece(f" {label}", Tone.MUTED), Piece(part, tone))
        label = " " * indent


def _faults(faults: Sequence[str], width: int) -> Iterator[Row]:
    if faults:
        yield ()
    for fault in faults:
        mark = "!"
        for part in wrap(fault, width - 2):
            yield (Piece(f" {mark} {part}", Tone.ALERT),)
            mark = " "


def _parts(parts: Sequence[Part], width: int) -> Iterator[Row]:
    if parts:
        yield ()
        yield (Piece(" Attachments", Tone.MUTED),)
    for number, part in enumerate(parts, 1):
        name = fit(part.name or "(no name)", min(40, max(10, width - 24)))
        yield (
            Piece(f" {number:>2}  ", Tone.ACCENT),
            Piece(name),
            Piece(f"  {size(part.size):>7}  {part.type}", Tone.MUTED),
        )


def _links(links: Sequence[Link], width: int) -> Iterator[Row]:
    if links:
        yield ()
        yield (Piece(" Links", Tone.MUTED),)
    for link in links:
        yield from _link(link, width)


def _link(link: Link, width: int) -> Iterator[Row]:
    """Its number and host, the whole target, and a warning where the text says otherwise."""
    number, goes = fit(f"[{link.number}]", 5), shown(link.host) if link.host else "is not opened"
    for part in wrap(goes, max(10, width - 6)):
        yield (Piece(f" {number} ", Tone.ACCENT), Piece(part, Tone.STRONG))
        number = " " * 5
    if link.claim:
        for part in wrap(f"! says {shown(link.claim)}, goes to {goes}", max(10, width - 6)):
            yield (Piece(" " * 7), Piece(part, Tone.ALERT))
    if link.target.partition(":")[2].strip("/") != link.host:
        for part in wrap(link.target, max(10, width - 6)):
            yield (Piece(" " * 7), Piece(part, Tone.MUTED))
