"""When people work: days, hours and public holidays."""

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from functools import lru_cache

from msgspec import Struct

from tuimail.mail.errors import ScheduleError
from tuimail.mail.when import instant

ONE_DAY = timedelta(days=1)
LONGEST_BREAK = 366


class Calendar(Struct, frozen=True):
    """`country` is ISO 3166 with or without a region (`JP`, `DE-BY`), "" for no holidays at all.

    Working days count from Monday, 0. `days_off` are further days without work, `MM-DD` for each year or
    `YYYY-MM-DD` for once. `start` is before `end`, both in the zone that is asked about.
    Everything here raises ScheduleError when nobody has the holidays of the country.
    """

    country: str = ""
    working_days: frozenset[int] = frozenset(range(5))
    start: time = time(9)
    end: time = time(18)
    days_off: frozenset[str] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return day.weekday() in self.working_days and not self.holiday_name(day)

    def holiday_name(self, day: date, language: str = "en") -> str:
        """The name of a public holiday or a day off, "" for any other day.

        It is in the language asked for (`en` or `ja`) where the country has it, else in its own.
        """
        if f"{day:%m-%d}" in self.days_off or day.isoformat() in self.days_off:
            return "休業日" if language == "ja" else "day off"
        return _holidays(self.country, day.year, language).get(day, "") if self.country else ""

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        for number in range(1, LONGEST_BREAK + 1):
            later = day + number * ONE_DAY
            if self.is_working_day(later):
                return later
        raise ScheduleError("[calendar] leaves no working day in a whole year; nothing was scheduled")

    def working_week(self, monday: date) -> Iterator[date]:
        """The working days of the week that begins with this Monday."""
        return (day for day in (monday + n * ONE_DAY for n in range(7)) if self.is_working_day(day))

    def in_hours(self, at: float, zone: str) -> bool:
        """Whether somebody works at this instant (UTC seconds); the end belongs to it."""
        local = instant.local(at, zone)
        return self.is_working_day(local.date()) and self.start <= local.time() <= self.end


def knows(country: str) -> bool:
    """Whether the holidays of the country, or of its region, are known. Loads the library: 50 ms."""
    try:
        _holidays(country, 2000, "en")
    except ScheduleError:
        return False
    return True


@lru_cache(maxsize=64)
def _holidays(country: str, year: int, language: str) -> Mapping[date, str]:
    import holidays

    code, _, region = country.partition("-")
    try:
        spoken = holidays.country_holidays(code)
        tags = (tag for tag in spoken.supported_languages if tag.partition("_")[0] == language)
        tag = next(tags, spoken.default_language)
        return dict(holidays.country_holidays(code, region or None, years=year, language=tag))
    except NotImplementedError:
        raise ScheduleError(
            f"[calendar] country: nobody has the holidays of {country}; nothing was scheduled"
        ) from None
