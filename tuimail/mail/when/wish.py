"""What the words for a time say, before a calendar and a clock make an instant of them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, time

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.when.calendar import Calendar


class Day(Struct, frozen=True):
    """The days that are meant, soonest first: the first whose time lies ahead is taken."""

    dates: Callable[[date, Calendar], Iterable[date]]


class Week(Struct, frozen=True):
    """A week counted from this one, which is 0; weeks begin on Monday."""

    ahead: int


class Weekday(Struct, frozen=True):
    """Monday is 0."""

    number: int


class Clock(Struct, frozen=True):
    """A time of day; `settled` when no part of the day can move it by twelve hours."""

    time: time
    settled: bool = False


class Part(Struct, frozen=True):
    """A part of the day: its time when none is given, and the hours that lie in it."""

    begins: Callable[[Calendar], time]
    hours: range = range(24)


class Span(Struct, frozen=True):
    """So long from now: months and days keep the time of day, seconds elapse."""

    months: int = 0
    days: int = 0
    seconds: int = 0


Piece = Day | Week | Weekday | Clock | Part | Span
Row = tuple[str, Callable[[re.Match[str]], Sequence[Piece]]]


class Table(Struct, frozen=True):
    """The words of a language: each row a pattern and what it means; `fillers` mean nothing by themselves."""

    rows: Sequence[Row]
    fillers: str


class Wish(Struct, frozen=True):
    """At most one piece of each kind."""

    day: Day | None = None
    week: Week | None = None
    weekday: Weekday | None = None
    clock: Clock | None = None
    part: Part | None = None
    span: Span | None = None


def read(text: str, table: Table) -> Wish | None:
    """The wish in `text` (NFKC, lower case); None when a single word of it is not in the table.

    No word is ever passed over: mail would leave at a time that nobody asked for.
    """
    pieces: dict[str, Piece] = {}
    try:
        for piece in _pieces(text, table):
            kind = type(piece).__name__.lower()
            pieces[kind] = _joined(pieces.get(kind), piece)
        return _wish(pieces) if pieces else None
    except ValueError:
        return None


def _pieces(text: str, table: Table) -> Iterator[Piece]:
    fillers = re.compile(f"(?:{table.fillers})*")
    at = 0
    while (at := _end(fillers, text, at)) < len(text):
        found = next((hit for row in table.rows if (hit := _hit(row, text, at))), None)
        if found is None:
            raise ValueError(text)
        match, meaning = found
        yield from meaning(match)
        at = match.end()


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _hit(row: Row, text: str, at: int) -> tuple[re.Match[str], Callable[..., Sequence[Piece]]] | None:
    match = re.compile(row[0]).match(text, at)
    return (match, row[1]) if match else None


def _joined(before: Piece | None, piece: Piece) -> Piece:
    if before is None:
        return piece
    if isinstance(before, Span) and isinstance(piece, Span):
        return Span(before.months + piece.months, before.days + piece.days, before.seconds + piece.seconds)
    raise ValueError(f"{piece} twice")


def _wish(pieces: Mapping[str, Piece]) -> Wish | None:
    """None for what contradicts itself."""
    wish = Wish(**pieces)  # type: ignore[arg-type]
    if wish.span and (wish.day or wish.week or wish.weekday):
        return None
    if wish.span and wish.span.seconds and (wish.clock or wish.part):
        return None
    if wish.day and wish.week:
        return None
    return replace(wish, clock=_within(wish.clock, wish.part)) if wish.clock and wish.part else wish


def _within(clock: Clock, part: Part) -> Clock:
    """8 in the evening is 20:00; raises ValueError for a time that does not lie in that part of the day."""
    hour = clock.time.hour
    fitting = [found for found in (hour,) + (hour + 12,) * (not clock.settled) if found in part.hours]
    if not fitting:
        raise ValueError(f"{clock} in {part}")
    return Clock(clock.time.replace(hour=fitting[0]), settled=True)
