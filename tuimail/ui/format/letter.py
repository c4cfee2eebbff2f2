"""A letter as rows: headers, text, links, attachments."""

from collections.abc import Iterator, Sequence
from enum import Enum, auto

from tuimail.mail.letter.address import Address, show
from tuimail.mail.letter.letter import Letter, Link, Part
from tuimail.ui.format.cells import Piece, Row, Tone, cut, cut_row, fit, wrap
from tuimail.ui.format.times import full_date, size

WIDEST = 100
"""Text is never set wider than this, however wide the terminal."""

LABEL = 9


class Headers(Enum):
    """Which headers stand over a letter."""

    FEW = auto()
    """As in a preview: whom it is from, and the names of its attachments."""

    USUAL = auto()
    ALL = auto()


def letter_rows(letter: Letter, width: int, headers: Headers = Headers.USUAL) -> list[Row]:
    """The whole letter under its headers."""
    room = max(10, min(width, WIDEST) - 2)
    rows = (
        *_headers(letter, room, headers),
        (),
        *body_rows(letter.text, room),
        *_faults(letter.faults, room),
        *_parts(letter.parts, room),
        *_links(letter.links, room),
    )
    return [cut_row(row, width) for row in rows]


def body_rows(text: str, width: int) -> Iterator[Row]:
    """Text wrapped to `width`; what is quoted, and the signature, recede."""
    signature = False
    for line in text.split("\n"):
        signature = signature or line == "-- "
        tone = Tone.MUTED if signature or line.startswith(">") else Tone.PLAIN
        for part in wrap(line.expandtabs(8), width):
            yield (Piece(f" {part}", tone),)


def _headers(letter: Letter, width: int, which: Headers) -> Iterator[Row]:
    if which is Headers.ALL:
        for name, value in letter.headers:
            yield from _header(f"{name}:", value, width, len(name) + 2)
        return
    few = which is Headers.FEW
    shown: tuple[tuple[str, str], ...] = (
        ("From", show(letter.sender)),
        ("To", "" if few else _people(letter.to)),
        ("Cc", "" if few else _people(letter.cc)),
        ("Date", full_date(letter.date) if letter.date else ""),
        ("Subject", letter.subject or "(no subject)"),
        ("Files", cut(_files(letter.parts), width - LABEL) if few else ""),
    )
    for label, text in shown:
        if text:
            tone = Tone.STRONG if label == "Subject" else Tone.PLAIN
            yield from _header(label, text, width, LABEL, tone)


def _files(parts: Sequence[Part]) -> str:
    return ", ".join(f"{part.name or '(no name)'} {size(part.size)}" for part in parts)


def _people(addresses: Sequence[Address]) -> str:
    return ", ".join(show(address) for address in addresses)


def _header(name: str, value: str, width: int, indent: int, tone: Tone = Tone.PLAIN) -> Iterator[Row]:
    label = fit(name, indent)
    for line in wrap(value, max(8, width - indent)):
        yield (Piece(f" {label}", Tone.MUTED), Piece(line, tone))
        label = " " * indent


def _faults(faults: Sequence[str], width: int) -> Iterator[Row]:
    if faults:
        yield ()
    for fault in faults:
        for line in wrap(f"! {fault}", width):
            yield (Piece(f" {line}", Tone.ALERT),)


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
        number = f"[{link.number}]"
        for text in wrap(link.target, max(10, width - 6)):
            yield (Piece(f" {number:<5} ", Tone.ACCENT), Piece(text))
            number = ""
