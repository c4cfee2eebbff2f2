"""The words a person types to say when a mail leaves, in English and Japanese.

Words -> a wish (`english`, `japanese`) -> days and a time of day, by the calendar -> an instant, by
the zone. What lies ahead is decided on instants, so that a clock change can't turn it round.
"""

import contextlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from tuimail.mail.errors import ScheduleError
from tuimail.mail.letter.safe import line
from tuimail.mail.when import english, instant, japanese
from tuimail.mail.when import words as wording
from tuimail.mail.when.calendar import ONE_DAY, Calendar
from tuimail.mail.when.days import months_on
from tuimail.mail.when.instant import Instant
from tuimail.mail.when.schedule import Schedule
from tuimail.mail.when.wish import Span, Wish, read
from tuimail.mail.when.words import Language

LONGEST = 100
YEARS_AHEAD = 10
_DAYS_AHEAD = YEARS_AHEAD * 366

_JAPANESE = re.compile("[\u3040-\u30ff\u3005\u4e00-\u9fff]")
_SUGGESTED: dict[Language, tuple[str, ...]] = {
    "en": ("in 1 hour", "this evening", "tomorrow morning", "next working day", "monday morning"),
    "ja": ("1時間後", "今日の夕方", "明日の朝", "翌営業日", "月曜の朝"),
}


class Understood(Struct, frozen=True):
    """A schedule, and for a person: what was understood in `words`, and what to mind in `warnings`.

    Both are in the `language` typed; `words` reads `Mon 23 Nov 2026 09:00 JST (in 1 day 3 h)`.
    """

    schedule: Schedule
    words: str
    warnings: tuple[str, ...]
    language: Language

    @property
    def at(self) -> float:
        """UTC seconds."""
        return self.schedule.at


class _Asked(Struct, frozen=True):
    typed: str
    now: float
    zone: str
    calendar: Calendar
    language: Language

    @property
    def local(self) -> datetime:
        """What the wall clock shows now, naive."""
        return instant.local(self.now, self.zone).replace(tzinfo=None)


def understood(text: str, now: float, zone: str, calendar: Calendar) -> Understood:
    """The instant that `text` means, always later than `now` (UTC seconds); `zone` is an IANA name.

    A day without a time begins with the working hours; a time without a day is the next one. Raises
    ScheduleError, one line that says what was understood, for what has passed, for what is more than ten
    years ahead and for words that are not known.
    """
    language = language_of(text)
    wish = _wish(text, language)
    if wish is None:
        raise wording.error("unknown", text.strip(), language)
    asked = _Asked(line(text.strip()), now, zone, calendar, language)
    found, wall = _from_now(wish.span, wish, asked) if wish.span else _ahead(wish, asked)
    if found.at <= now:
        raise wording.error("past", wording.moment(found.at, now, zone, language), language)
    return Understood(
        Schedule(found.at, zone, asked.typed),
        wording.preview(found.at, now, zone, language),
        tuple(wording.warnings(found, wall, now, zone, calendar, language)),
        language,
    )


def suggestions(
    now: float, zone: str, calendar: Calendar, language: Language = "en"
) -> tuple[tuple[str, Schedule], ...]:
    """Times worth offering, soonest first: words that `understood` takes, and what they mean now.

    Two that mean the same instant are offered once; what has passed is left out.
    """
    found: dict[float, Schedule] = {}
    for words in _SUGGESTED[language]:
        with contextlib.suppress(ScheduleError):
            schedule = understood(words, now, zone, calendar).schedule
            found.setdefault(schedule.at, schedule)
    return tuple((found[at].typed, found[at]) for at in sorted(found))


def language_of(text: str) -> Language:
    """Japanese as soon as one kana or kanji is in it."""
    return "ja" if _JAPANESE.search(text[:LONGEST]) else "en"


def _wish(text: str, language: Language) -> Wish | None:
    if len(text) > LONGEST:
        return None
    table = japanese.table() if language == "ja" else english.table()
    return read(unicodedata.normalize("NFKC", text).strip().lower(), table)


def _from_now(span: Span, wish: Wish, asked: _Asked) -> tuple[Instant, datetime | None]:
    """The time of day stays the same over days and months; seconds elapse, whatever the clocks do."""
    if span.months * 31 + span.days + span.seconds / 86400 > _DAYS_AHEAD:
        raise wording.error("far", asked.typed, asked.language)
    if not span.months and not span.days:
        return Instant(asked.now + span.seconds), None
    local = asked.local
    day = months_on(local.date(), span.months) + timedelta(days=span.days)
    wall = datetime.combine(day, _time(wish, asked.calendar, local.time()))
    found = instant.resolve(wall, asked.zone, asked.now)
    return Instant(found.at + span.seconds, found.change), wall


def _ahead(wish: Wish, asked: _Asked) -> tuple[Instant, datetime]:
    """The first of the days meant whose time lies ahead; when none does, the first of all."""
    today, passed = asked.local.date(), None
    for day in _days(wish, today, asked.calendar):
        wall = datetime.combine(day, _time(wish, asked.calendar, asked.calendar.start))
        if day.year - today.year > YEARS_AHEAD:
            raise wording.error("far", f"{day}", asked.language)
        found = instant.resolve(wall, asked.zone, asked.now)
        if found.at > asked.now:
            _check_weekday(wish, day, asked)
            return found, wall
        passed = passed or (found, wall)
    if passed is None:
        raise wording.error("unknown", asked.typed, asked.language)
    return passed


def _check_weekday(wish: Wish, day: date, asked: _Asked) -> None:
    if wish.weekday is not None and wish.weekday.number != day.weekday():
        raise wording.error("which", asked.typed, asked.language)


def _days(wish: Wish, today: date, calendar: Calendar) -> Iterable[date]:
    if wish.day is not None:
        return wish.day.dates(today, calendar)
    monday = today - today.weekday() * ONE_DAY
    if wish.week is not None:
        monday += wish.week.ahead * 7 * ONE_DAY
        return [_in_week(wish, monday, calendar)]
    if wish.weekday is not None:
        first = today + (wish.weekday.number - today.weekday()) % 7 * ONE_DAY
        return [first, first + 7 * ONE_DAY]
    return [today, today + ONE_DAY]


def _in_week(wish: Wish, monday: date, calendar: Calendar) -> date:
    """The weekday that was named, or the first on which somebody works."""
    if wish.weekday is not None:
        return monday + wish.weekday.number * ONE_DAY
    return next(calendar.working_week(monday), monday)


def _time(wish: Wish, calendar: Calendar, otherwise: time) -> time:
    if wish.clock is not None:
        return wish.clock.time
    return otherwise if wish.part is None else wish.part.begins(calendar)
