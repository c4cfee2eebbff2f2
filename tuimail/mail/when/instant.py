"""From the wall clock of a zone to an instant, also where a clock change makes that none or two."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from tuimail.mail.errors import ScheduleError
from tuimail.mail.letter.safe import line


class Change(StrEnum):
    """What a change of the clocks did to a time: nothing, left it out, or made it come twice."""

    NONE = "none"
    GAP = "gap"
    FIRST = "first"
    SECOND = "second"


class Instant(Struct, frozen=True):
    """`at` is UTC seconds. After a GAP it is the first instant that exists."""

    at: float
    change: Change = Change.NONE


def local(at: float, zone: str) -> datetime:
    """UTC seconds as an aware datetime of the zone; raises ScheduleError for a zone that nobody knows."""
    return datetime.fromtimestamp(at, _zone(zone))


def resolve(wall: datetime, zone: str, after: float = float("-inf")) -> Instant:
    """What a clock in the zone that shows `wall` (naive) stands for.

    Of a time that comes twice, the first that lies after `after` (UTC seconds), else the second.
    """
    known = _zone(zone)
    first, second = (wall.replace(tzinfo=known, fold=fold).timestamp() for fold in (0, 1))
    if first == second:
        return Instant(first)
    if first < second:
        return Instant(first, Change.FIRST) if first > after else Instant(second, Change.SECOND)
    return Instant(_change(second, first, known), Change.GAP)


def _change(low: float, high: float, zone: tzinfo) -> float:
    """The instant between two at which the zone takes on the offset it has at `high`."""

    def offset(at: int) -> timedelta:
        return datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset() or timedelta()

    seconds = range(int(low), int(high) + 1)
    return float(seconds[bisect_left(seconds, True, key=lambda at: offset(at) == offset(int(high)))])


@lru_cache(maxsize=8)
def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError(
            f"there is no time zone {line(name, 40)}; give a name such as Asia/Tokyo"
        ) from None
