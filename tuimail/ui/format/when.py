"""Choosing a time: what is on offer, what was understood, what a keeping server means."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from tuimail.mail.hold.keeping import Offer
from tuimail.ui.format.cells import Piece, Row, Tone, cut, fit, spread, wrap
from tuimail.ui.format.times import day

if TYPE_CHECKING:
    from tuimail.mail.when.understood import Understood

MEANING_ROWS = 2


class Option(NamedTuple):
    """A suggestion: its words, and what it comes to."""

    words: str
    means: str


def option_rows(title: str, zone: str, options: Sequence[Option], chosen: int, width: int) -> Iterator[Row]:
    """The question and the suggestions; `chosen` is -1 while words are typed instead."""
    yield spread((Piece(f" {title}", Tone.STRONG),), (Piece(f"{zone} ", Tone.MUTED),), width)
    column = max((cell_len(option.words) for option in options), default=0) + 3
    for index, option in enumerate(options):
        here = index == chosen
        tone = Tone.STRONG if here else Tone.PLAIN
        yield (
            Piece(" > " if here else "   ", Tone.ACCENT),
            Piece(fit(option.words, min(column, width // 2)), tone),
            Piece(cut(option.means, width - 3 - min(column, width // 2)), Tone.PLAIN if here else Tone.MUTED),
        )


EXAMPLES = "tomorrow 9am · monday 8:30 · next working day · 明日の9時 · 3時間後"


def suggested(understood: "Understood", now: float, zone: tzinfo) -> str:
    """What a suggestion comes to, and what to mind about it."""
    return " · ".join((day(understood.schedule.at, now, zone), *understood.warnings))


def meaning(understood: "Understood") -> str:
    """What was understood and what to mind about it."""
    return " · ".join((understood.words, *understood.warnings))


def meaning_rows(words: str, refused: bool, width: int) -> Iterator[Row]:
    """What the typed words came to, or why they came to nothing; always as many rows."""
    lines = wrap(words or f"such as {EXAMPLES}", width - 4)[:MEANING_ROWS]
    tone = Tone.ACCENT if words and not refused else Tone.MUTED
    for number in range(MEANING_ROWS):
        text = lines[number] if number < len(lines) else ""
        yield (Piece("   "), Piece(text, tone))


def keeper_row(offer: Offer, chosen: bool, width: int) -> Row:
    """What it means to let the server keep it, before one agrees."""
    back = "it can NOT be taken back once it is handed over"
    if offer.cancellable:
        back = "taking it back may be refused" if offer.perhaps else "it can still be taken back there"
    mark = " [x] " if chosen else " [ ] "
    words = f"the server keeps it, this computer may be off; {back}"
    return (Piece(mark, Tone.ACCENT), Piece(cut(words, width - len(mark) - 1), Tone.STRONG))
