"""The English words for a time."""

import re
from collections.abc import Sequence
from datetime import time
from functools import cache

from tuimail.mail.when import days
from tuimail.mail.when.wish import Clock, Day, Piece, Row, Span, Table, Week, Weekday

_WEEKDAYS = (
    "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?"
    "|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
)
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = f"(half an?|an?|{'|'.join(_COUNTS)}|[0-9]{{1,4}})"
_UNITS = (
    ("months?|mo", Span(months=1)),
    ("years?|y", Span(months=12)),
    ("weeks?|w", Span(days=7)),
    ("days?|d", Span(days=1)),
    ("hours?|hrs?|h", Span(seconds=3600)),
    ("minutes?|mins?|m", Span(seconds=60)),
)
_DAY = "([0-9]{1,2})(?:st|nd|rd|th)?"
_PARTS: dict[str, Piece] = {
    "morning": days.MORNING,
    "afternoon": days.AFTERNOON,
    "evening": days.EVENING,
    "night": days.NIGHT,
    "noon": Clock(time(12), settled=True),
    "midday": Clock(time(12), settled=True),
}
_TODAY = days.in_days(0)


def _weekday(word: str) -> Weekday:
    return Weekday(("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(word[:3]))


def _date(year: str | None, month: str, day: str) -> Day:
    names = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    return days.day_of_year(year, names.index(month[:3]) + 1, int(day))


def _count(word: str) -> int:
    if word in ("a", "an"):
        return 1
    return _COUNTS.index(word) if word in _COUNTS else int(word)


def _span(match: re.Match[str], unit: Span) -> Sequence[Piece]:
    if match[1].startswith("half"):
        if not unit.seconds:
            raise ValueError(match[0])
        return [Span(seconds=unit.seconds // 2)]
    count = _count(match[1])
    return [Span(unit.months * count, unit.days * count, unit.seconds * count)]


def _span_row(names: str, unit: Span) -> Row:
    return rf"{_COUNT} ?(?:{names})(?![a-z])", lambda match: _span(match, unit)


def _words() -> list[Row]:
    """Rows that end where a word ends."""
    rows: list[Row] = [
        ("today", lambda match: [_TODAY]),
        ("(?:the )?day after tomorrow", lambda match: [days.in_days(2)]),
        ("tomorrow|tmrw|tmr", lambda match: [days.in_days(1)]),
        ("tonight", lambda match: [_TODAY, days.NIGHT]),
        ("this (morning|afternoon|evening)", lambda match: [_TODAY, _PARTS[match[1]]]),
        ("(?:the )?next (?:working|business) day", lambda match: [days.in_working_days(1)]),
        (rf"{_COUNT} (?:working|business) days?", lambda match: [days.in_working_days(_count(match[1]))]),
        ("(?:the )?end of (?:the )?(?:working |business )?day|eod", lambda match: [days.END_OF_WORK]),
        ("(?:the )?start of (?:the )?(?:working |business )?day", lambda match: [days.START_OF_WORK]),
        ("(?:the )?end of (?:the )?week|eow", lambda match: [days.end_of_week(), days.END_OF_WORK]),
        ("(?:the )?end of (?:the )?month|eom", lambda match: [days.end_of_month(), days.END_OF_WORK]),
        ("(this|next) week", lambda match: [Week(match[1] == "next")]),
        (f"(this|next) ({_WEEKDAYS})", lambda match: [Week(match[1] == "next"), _weekday(match[2])]),
        (f"({_WEEKDAYS})", lambda match: [_weekday(match[1])]),
        (rf"({_MONTHS})\.? {_DAY}(?:,? {days.YEAR})?", lambda match: [_date(match[3], match[1], match[2])]),
        (
            rf"{_DAY} (?:of )?({_MONTHS})(?:,? {days.YEAR})?",
            lambda match: [_date(match[3], match[2], match[1])],
        ),
        ("([0-9]{1,2})(?:st|nd|rd|th)", lambda match: [days.day_of_month(int(match[1]))]),
        ("|".join(_PARTS), lambda match: [_PARTS[match[0]]]),
    ]
    return [(f"(?:{pattern})(?![a-z0-9:])", meaning) for pattern, meaning in rows]


@cache
def table() -> Table:
    hour: Row = (
        rf"([0-9]{{1,2}})(?: ?([ap])\.?m\b\.?| o'?clock)?{days.FIGURES_END}",
        lambda match: [days.clock(int(match[1]), 0, match[2] or "")],
    )
    spans = [_span_row(names, unit) for names, unit in _UNITS]
    fillers = r"[\s,@]|(?:at|on|in|of|the|and|later|from now)(?![a-z])"
    return Table((*_words(), *days.FIGURES, *spans, hour), fillers)
