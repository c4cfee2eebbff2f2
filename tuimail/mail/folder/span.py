"""The days and sizes that a query names: `2026-11`, `yesterday`, `先週`, `3m`; `500k`, `1.5M`."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_DAY = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})日?)?)?[-/.年月]?")
_AGO = re.compile(r"([0-9]{1,4})(d|w|m|y|日前|週間前|か月前|ヶ月前|年前)")
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?)([kmg]?)i?b?")

_TIMES = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
_DAYS_AGO = {"today": 0, "今日": 0, "本日": 0, "yesterday": 1, "昨日": 1, "一昨日": 2, "おととい": 2}
_WEEKS_AGO = {"thisweek": 0, "今週": 0, "lastweek": 1, "先週": 1, "先々週": 2}
_MONTHS_AGO = {"thismonth": 0, "今月": 0, "lastmonth": 1, "先月": 1, "先々月": 2}
_YEARS_AGO = {"thisyear": 0, "今年": 0, "lastyear": 1, "去年": 1, "昨年": 1, "一昨年": 2}


def start(text: str, now: float, zone: str) -> float | None:
    """When the day, week, month or year begins, in UTC seconds; None for what names none.

    `now` is in UTC seconds, and the calendar is that of `zone` (an IANA name).
    """
    words = unicodedata.normalize("NFKC", text).lower().replace(" ", "")
    place = ZoneInfo(zone)
    try:
        today = datetime.fromtimestamp(now, place).date()
        day = _dated(words) or _ago(words, today) or _named(words, today)
        return datetime(day.year, day.month, day.day, tzinfo=place).timestamp() if day else None
    except (ValueError, OverflowError, OSError):
        return None


def size(text: str) -> float | None:
    """Bytes, counted in thousands; None for what is no size."""
    found = _SIZE.fullmatch(unicodedata.normalize("NFKC", text).lower())
    return float(found[1]) * _TIMES[found[2]] if found else None


def _dated(words: str) -> date | None:
    found = _DAY.fullmatch(words)
    return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None


def _ago(words: str, today: date) -> date | None:
    found = _AGO.fullmatch(words)
    if not found:
        return None
    count, unit = int(found[1]), found[2]
    if unit in ("d", "日前"):
        return today - timedelta(days=count)
    if unit in ("w", "週間前"):
        return today - timedelta(weeks=count)
    return _months_back(today, count * 12 if unit in ("y", "年前") else count)


def _named(words: str, today: date) -> date | None:
    if words in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[words])
    if words in _WEEKS_AGO:
        return today - timedelta(days=today.weekday(), weeks=_WEEKS_AGO[words])
    if words in _MONTHS_AGO:
        return _months_back(today.replace(day=1), _MONTHS_AGO[words])
    return date(today.year - _YEARS_AGO[words], 1, 1) if words in _YEARS_AGO else None


def _months_back(day: date, months: int) -> date:
    """The same day so many months before, or the last of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
