"""What was understood, in words of the language it was typed in."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal

from tuimail.mail.errors import ScheduleError
from tuimail.mail.letter.safe import line
from tuimail.mail.when import instant
from tuimail.mail.when.calendar import Calendar
from tuimail.mail.when.instant import Change, Instant

Language = Literal["en", "ja"]

MINUTE, HOUR, DAY = 60, 3600, 86400
DAYS_WITHOUT_HOURS = 14

_WEEKDAYS: dict[Language, Sequence[str]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "ja": "月火水木金土日",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = {"en": (" day", " h", " min", " s"), "ja": ("日", "時間", "分", "秒")}
_TEXTS = {
    "en": {
        "left": "in {}",
        "preview": "{} ({})",
        "past": "{} has passed; choose a time to come",
        "far": "{} is more than ten years ahead; choose a time before",
        "which": "“{}” names a day and a weekday that do not fit; leave one of them out",
        "unknown": "“{}” is not understood; write it such as: "
        "tomorrow 9am · in 2 hours · monday 8:30 · next working day · 2026-12-01 09:00",
        "holiday": "a public holiday: {}",
        "weekend": "{} is not a working day",
        "hours": "outside working hours ({}–{})",
        "gap": "the clocks go forward then and leave out {}; the first time after it was taken",
        "first": "the clocks go back then and {} comes twice; the first was taken",
        "second": "the clocks go back then and {} comes twice; the first has passed, the second was taken",
        "soon": "less than a minute from now",
    },
    "ja": {
        "left": "あと{}",
        "preview": "{}（{}）",
        "past": "{} はもう過ぎています。これからの日時を入力してください",
        "far": "{} は10年より先です。もっと近い日時を入力してください",
        "which": "「{}」の日付と曜日が合いません。どちらかを省いてください",
        "unknown": "「{}」は分かりません。例: 明日の9時 · 3時間後 · 月曜 8:30 · 翌営業日 · 12月1日 9時",
        "holiday": "祝日です: {}",
        "weekend": "{}は営業日ではありません",
        "hours": "営業時間外です（{}〜{}）",
        "gap": "時計が進むため {} は存在しません。その直後の時刻にしました",
        "first": "時計が戻るため {} は2回あります。1回目にしました",
        "second": "時計が戻るため {} は2回あります。1回目は過ぎたので2回目にしました",
        "soon": "1分以内です",
    },
}


def preview(at: float, now: float, zone: str, language: Language) -> str:
    """The instant and how far it is: `Mon 23 Nov 2026 09:00 JST (in 1 day 3 h)`."""
    texts = _TEXTS[language]
    left = texts["left"].format(span(at - now, language))
    return texts["preview"].format(moment(at, now, zone, language), left)


def moment(at: float, now: float, zone: str, language: Language) -> str:
    """The instant on the zone's wall clock; in Japanese the year is named when it is another one."""
    local = instant.local(at, zone)
    weekday = _WEEKDAYS[language][local.weekday()]
    if language == "ja":
        year = "" if local.year == instant.local(now, zone).year else f"{local.year}年"
        return f"{year}{local.month}月{local.day}日({weekday}) {local.hour}:{local:%M %Z}"
    return f"{weekday} {local.day} {_MONTHS[local.month - 1]} {local:%Y %H:%M %Z}"


def span(seconds: float, language: Language) -> str:
    """A length of time in its two largest units, to the minute: `1 day 3 h`, `45 min`."""
    if seconds < MINUTE:
        return _counted(((int(seconds), 3),), language)
    minutes = round(seconds / MINUTE)
    days, rest = divmod(minutes, DAY // MINUTE)
    hours, minutes = divmod(rest, HOUR // MINUTE)
    if days >= DAYS_WITHOUT_HOURS:
        hours = 0
    return _counted(((days, 0), (hours, 1), (0 if days else minutes, 2)), language)


def _counted(amounts: tuple[tuple[int, int], ...], language: Language) -> str:
    """Amounts with the place of their unit; an amount of nothing is left out but where all are."""
    words = [
        f"{count}{_UNITS[language][unit]}{'s' if (language, unit) == ('en', 0) and count > 1 else ''}"
        for count, unit in amounts
        if count or len(amounts) == 1
    ]
    return (" " if language == "en" else "").join(words)


def warnings(
    found: Instant, wall: datetime | None, now: float, zone: str, calendar: Calendar, language: Language
) -> Iterator[str]:
    """What a person may want to know before they agree; `wall` is the time that was asked for."""
    texts = _TEXTS[language]
    if wall is not None and found.change is not Change.NONE:
        yield texts[found.change.value].format(f"{wall:%H:%M}")
    local = instant.local(found.at, zone)
    if not calendar.is_working_day(local.date()):
        yield _no_work(local.date(), calendar, language)
    elif not calendar.in_hours(found.at, zone):
        yield texts["hours"].format(f"{calendar.start:%H:%M}", f"{calendar.end:%H:%M}")
    if found.at - now < MINUTE:
        yield texts["soon"]


def _no_work(day: date, calendar: Calendar, language: Language) -> str:
    if name := calendar.holiday_name(day, language):
        return _TEXTS[language]["holiday"].format(name)
    weekday = f"{day:%A}" if language == "en" else f"{_WEEKDAYS[language][day.weekday()]}曜日"
    return _TEXTS[language]["weekend"].format(weekday)


def error(kind: Literal["past", "far", "which", "unknown"], words: str, language: Language) -> ScheduleError:
    """The line that refuses; `words` is what was understood, or what was typed."""
    return ScheduleError(_TEXTS[language][kind].format(line(words, 60)))
