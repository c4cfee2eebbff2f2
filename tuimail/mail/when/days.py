"""The days that words can mean, each as a piece of a wish; and the figures both languages write alike."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta

from tuimail.mail.when.calendar import ONE_DAY, Calendar
from tuimail.mail.when.wish import Clock, Day, Part, Piece, Row

YEAR = "((?:19|2[0-9])[0-9]{2})"
FIGURES_END = "(?![0-9a-z:/.])"
MOST_WORKING_DAYS = 250
_LEAP_YEARS_APART = 8

MORNING = Part(lambda calendar: calendar.start if calendar.start < time(12) else time(9), range(12))
MIDDAY = Part(lambda calendar: time(12), range(11, 16))
AFTERNOON = Part(lambda calendar: time(13), range(12, 20))
LATE_AFTERNOON = Part(lambda calendar: time(17), range(15, 20))
EVENING = Part(lambda calendar: time(18), range(16, 24))
NIGHT = Part(lambda calendar: time(20), range(18, 24))
START_OF_WORK = Part(lambda calendar: calendar.start)
END_OF_WORK = Part(lambda calendar: calendar.end)


def in_days(days: int) -> Day:
    return Day(lambda today, calendar: [today + timedelta(days=days)])


def in_working_days(count: int) -> Day:
    """The working day so many after today; raises ValueError for more than a year of them."""
    if count > MOST_WORKING_DAYS:
        raise ValueError(f"{count} working days")

    def dates(today: date, calendar: Calendar) -> list[date]:
        for _ in range(count):
            today = calendar.next_working_day(today)
        return [today]

    return Day(dates)


def coming(weekday: int) -> Day:
    """The next such day after today."""
    return Day(lambda today, calendar: [today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)])


def end_of_week() -> Day:
    """The last working day of this week, or of a later one."""

    def dates(today: date, calendar: Calendar) -> Iterator[date]:
        monday = today - timedelta(days=today.weekday())
        for week in range(9):
            yield from list(calendar.working_week(monday + 7 * week * ONE_DAY))[-1:]

    return Day(dates)


def end_of_month(ahead: int | None = None) -> Day:
    """The last day of the month so many ahead; of this one or the next without a number."""
    months = (0, 1) if ahead is None else (ahead,)
    return Day(lambda today, calendar: [months_on(today.replace(day=1), n + 1) - ONE_DAY for n in months])


def day_of_month(day: int, ahead: int | None = None) -> Day:
    """That day of the month so many ahead; of the next one that has it without a number."""

    def dates(today: date, calendar: Calendar) -> Iterator[date]:
        for number in range(13) if ahead is None else (ahead,):
            month = months_on(today.replace(day=1), number)
            yield from exactly(month.year, month.month, day)

    return Day(dates)


def day_of_year(year: str | None, month: int, day: int) -> Day:
    """That date; without a year the next one that lies ahead."""

    def dates(today: date, calendar: Calendar) -> Iterator[date]:
        for number in [int(year)] if year else range(today.year, today.year + _LEAP_YEARS_APART + 1):
            yield from exactly(number, month, day)

    return Day(dates)


def exactly(year: int, month: int, day: int) -> list[date]:
    """That date, or nothing where the calendar has none."""
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def months_on(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return next(found for last in range(day.day, 0, -1) for found in exactly(year, month + 1, last))


def _year_first(match: re.Match[str]) -> Sequence[Piece]:
    return [day_of_year(match[1], int(match[2]), int(match[3]))]


def _month_first(match: re.Match[str]) -> Sequence[Piece]:
    """12/1 is the first of December; 25/12, which can't be, has its day first."""
    month, day = int(match[1]), int(match[2])
    return [day_of_year(match[3], *((month, day) if month <= 12 else (day, month)))]


def clock(hour: int, minute: int, half: str = "") -> Clock:
    """`half` is "a", "p" or "" as in am, pm; raises ValueError for a time that no clock shows."""
    if half and not 1 <= hour <= 12:
        raise ValueError(f"{hour} {half}m")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return Clock(time(hour, minute), settled=bool(half) or not 1 <= hour < 12)


FIGURES: tuple[Row, ...] = (
    (rf"{YEAR}[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}})(?:t(?=[0-9])|{FIGURES_END})", _year_first),
    (rf"([0-9]{{1,2}})/([0-9]{{1,2}})(?:/{YEAR})?{FIGURES_END}", _month_first),
    (
        r"([0-9]{1,2}):([0-9]{2}) ?(?:([ap])\.?m\b\.?)?(?![0-9a-z:/])",
        lambda match: [clock(int(match[1]), int(match[2]), match[3] or "")],
    ),
)
