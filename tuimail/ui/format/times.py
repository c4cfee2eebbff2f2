"""Dates, countdowns and sizes in words."""

from datetime import UTC, datetime, timedelta, tzinfo

BAR_CELLS = 10
HOUR = 3600.0
DAY = 86400.0


def local(at: float, zone: tzinfo | None = None) -> datetime:
    """Seconds since the epoch as a date in `zone`, the computer's own by default."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone)


def date(at: float, now: float, zone: tzinfo | None = None) -> str:
    """A date for a narrow column, at most 7 cells: 10:02 · Fri · 19 Nov · 2024-11."""
    then, today = local(at, zone), local(now, zone)
    if then.date() == today.date():
        return then.strftime("%H:%M")
    if today.date() - timedelta(days=6) <= then.date() < today.date():
        return then.strftime("%a")
    if then.year == today.year or 0 <= now - at < 120 * DAY:
        return f"{then.day} {then:%b}"
    return then.strftime("%Y-%m")


def full_date(then: datetime, zone: tzinfo | None = None) -> str:
    """A date with nothing left out, in the zone it was written in, and the hour here where it is another."""
    return f"{then:%a} {then.day} {then:%b %Y %H:%M %z}".rstrip() + _here(then, zone)


def _here(then: datetime, zone: tzinfo | None) -> str:
    try:
        here = then.astimezone(zone)
    except (OverflowError, ValueError):
        return ""
    if then.tzinfo is None or here.utcoffset() == then.utcoffset():
        return ""
    day = "" if here.date() == then.date() else f"{here:%a} {here.day} {here:%b} "
    return f" · here {day}{here:%H:%M}"


def clock(at: float, zone: tzinfo | None = None) -> str:
    """The time of day to the second."""
    return local(at, zone).strftime("%H:%M:%S")


def hour(at: float, zone: tzinfo | None = None) -> str:
    """The time of day to the minute."""
    return local(at, zone).strftime("%H:%M")


def moment(at: float, now: float) -> str:
    """The time of day, and before it the day when that is another: 10:02 · Fri 10:02 · 19 Nov 10:02."""
    then = date(at, now)
    return then if then == hour(at) else f"{then} {hour(at)}"


def countdown(seconds: float) -> str:
    """Time left as 0:07, 4:12 or 1:02:03. The last second reads 0:01: 0:00 means due."""
    whole = max(0, -int(-seconds // 1))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def day(at: float, now: float, zone: tzinfo | None = None) -> str:
    """A day and an hour to come, at most 14 cells: today 18:00 · Mon 09:00 · 24 Dec 09:00 · 4 Jan 2028."""
    then, today = local(at, zone), local(now, zone)
    away = (then.date() - today.date()).days
    if away == 0:
        return then.strftime("today %H:%M")
    if away == 1:
        return then.strftime("tomorrow %H:%M")
    if 1 < away < 7:
        return then.strftime("%a %H:%M")
    if 0 < away < 300:
        return f"{then.day} {then:%b %H:%M}"
    return f"{then.day} {then:%b %Y}"


def bar(left: float, whole: float) -> str:
    """Ten cells, filled by how much is left."""
    share = 0.0 if whole <= 0 else min(1.0, max(0.0, left / whole))
    full = -int(-share * BAR_CELLS // 1)
    return "■" * full + "□" * (BAR_CELLS - full)


def size(count: int) -> str:
    """A number of bytes for a person: 84 kB."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"
