"""Invitations to events, and what became of them (iTIP, RFC 5546, in the words of RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tuimail.mail.letter.address import NAME_LIMIT, Address
from tuimail.mail.letter.safe import Safe, block, line

if TYPE_CHECKING:
    from icalendar import Component

REPLY_TYPE = "text/calendar; method=REPLY"
"""The type of an attachment that is an answer: in the mail it stands beside the text, not below it."""

BYTES_LIMIT = 300_000
COMPONENTS_LIMIT = 300
ATTENDEES_LIMIT = 500

When = datetime | date


class Answer(StrEnum):
    """What an attendee says (PARTSTAT)."""

    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


class Attendee(Struct, frozen=True):
    """Somebody invited; `answer` is a PARTSTAT such as ACCEPTED, empty when none was given."""

    address: Address
    answer: str = ""


class Invitation(Struct, frozen=True):
    """One event and what is asked about it: `method` is REQUEST, CANCEL, REPLY, COUNTER, PUBLISH or another.

    `start` and `end` are dates for whole days, where the end is the day after the last; a time without a
    zone is one wherever the reader is. `zone` is the zone as the sender calls it, `repeats` the recurrence in
    words; `instance` is the RECURRENCE-ID.
    """

    method: str
    uid: str
    sequence: int
    summary: Safe
    where: Safe
    start: When | None
    end: When | None
    zone: Safe
    repeats: Safe
    instance: When | None
    organizer: Address | None
    attendees: tuple[Attendee, ...]
    comment: Safe

    @property
    def asks(self) -> bool:
        """Whether it can be answered."""
        return self.method == "REQUEST" and self.organizer is not None and bool(self.uid)


def read(data: bytes) -> Invitation | None:
    """The first event of a calendar file, or None when there is none that can be read."""
    if len(data) > BYTES_LIMIT or data.upper().count(b"BEGIN:") > COMPONENTS_LIMIT or _TICKING.search(data):
        return None
    try:
        return _read(data)
    except Exception:  # noqa: BLE001 (a library on hostile input: whatever it raises, there is no invitation)
        return None


_TICKING = re.compile(rb"FREQ=(?:SECOND|MINUTE|HOUR)LY", re.IGNORECASE)


def _read(data: bytes) -> Invitation | None:
    import warnings

    from icalendar import Calendar

    warnings.filterwarnings("ignore", module="icalendar")
    calendar: Any = Calendar.from_ical(data, multiple=True)[0]
    events = calendar.walk("VEVENT")
    return _event(events[0], str(calendar.get("METHOD", "PUBLISH"))) if events else None


def _event(event: Component, method: str) -> Invitation:
    start = _when(event, "DTSTART")
    people = event.get("ATTENDEE", [])
    attendees = [
        _attendee(one) for one in (people if isinstance(people, list) else [people])[:ATTENDEES_LIMIT]
    ]
    return Invitation(
        method=line(method.strip().upper(), 20),
        uid=_plain(event.get("UID", "")),
        sequence=_number(event.get("SEQUENCE", 0)),
        summary=_words(event, "SUMMARY", 500),
        where=_words(event, "LOCATION", 300),
        start=start,
        end=_end(event, start),
        zone=_zone(event),
        repeats=line(_repeats(event), 300),
        instance=_when(event, "RECURRENCE-ID"),
        organizer=_person(event.get("ORGANIZER", "")),
        attendees=tuple(one for one in attendees if one is not None),
        comment=block(str(_first(event.get("COMMENT", "")))[:2000]),
    )


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _words(event: Component, name: str, limit: int) -> Safe:
    return line(" ".join(str(_first(event.get(name, ""))).split()), limit)


def _plain(value: Any) -> str:
    """An id as it came: it is repeated in answers, so that nothing in it may be changed."""
    text = str(_first(value))[:1000]
    return text if line(text, 1000) == text else ""


def _number(value: Any) -> int:
    with suppress(ValueError, TypeError):
        return max(0, int(_first(value)))
    return 0


def _when(event: Component, name: str) -> When | None:
    """The time, in the zone's offset of that day."""
    with suppress(ValueError, TypeError, AttributeError, OverflowError):
        value = getattr(_first(event.get(name)), "dt", None)
        if isinstance(value, datetime):
            offset = value.utcoffset()
            return value if offset is None else value.replace(tzinfo=_fixed(offset))
        return value if isinstance(value, date) else None
    return None


def _fixed(offset: timedelta) -> Any:
    from datetime import timezone

    return timezone(offset) if offset else UTC


def _end(event: Component, start: When | None) -> When | None:
    end = _when(event, "DTEND")
    if end is not None or start is None:
        return end
    with suppress(ValueError, TypeError, AttributeError, OverflowError):
        length = _first(event.get("DURATION")).dt
        return start + length if isinstance(length, timedelta) else None
    return None


def _zone(event: Component) -> Safe:
    with suppress(AttributeError, TypeError, ValueError):
        return line(str(_first(event.get("DTSTART")).params.get("TZID", "")).strip('"'), 60)
    return Safe("")


def _attendee(value: Any) -> Attendee | None:
    person = _person(value)
    if person is None:
        return None
    return Attendee(person, line(str(getattr(value, "params", {}).get("PARTSTAT", "")).upper(), 20))


def _person(value: Any) -> Address | None:
    value = _first(value)
    spec = re.sub("^mailto:", "", str(value).strip(), flags=re.IGNORECASE)[:320]
    if spec.count("@") != 1 or line(spec) != spec or re.search(r"[\s<>,;]", spec):
        return None
    return Address(spec, line(str(getattr(value, "params", {}).get("CN", "")), NAME_LIMIT).strip(' "'))


_EVERY = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_DAYS = {"MO": "Mon", "TU": "Tue", "WE": "Wed", "TH": "Thu", "FR": "Fri", "SA": "Sat", "SU": "Sun"}
_SIMPLE = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}
_OTHERWISE = "again and again, by a rule too long for these lines"


def _repeats(event: Component) -> str:
    """The recurrence in words, as in `every 2 weeks on Tue, Thu, 10 times`."""
    rule: Any = event.get("RRULE")
    if rule is None:
        return ""
    try:
        parts = {str(name).upper(): [str(_value(one)) for one in _list(rule[name])] for name in rule}
    except (ValueError, AttributeError, TypeError):
        return _OTHERWISE
    return _rule(parts)


def _rule(parts: dict[str, list[str]]) -> str:
    unit, days = _EVERY.get(parts.get("FREQ", [""])[0]), parts.get("BYDAY", [])
    if unit is None or not set(parts) <= _SIMPLE or not set(days) <= set(_DAYS):
        return _OTHERWISE
    step = parts.get("INTERVAL", ["1"])[0]
    words = f"every {unit}" if step == "1" else f"every {step} {unit}s"
    words += f" on {', '.join(_DAYS[day] for day in days)}" if days else ""
    words += f", {parts['COUNT'][0]} times" if "COUNT" in parts else ""
    return words + (f", until {parts['UNTIL'][0]}" if "UNTIL" in parts else "")


def _list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _value(one: Any) -> Any:
    return f"{one:%Y-%m-%d}" if isinstance(one, date) else one


def reply(invitation: Invitation, who: Address, answer: Answer, comment: str, now: datetime) -> bytes:
    """The answer as a calendar of METHOD REPLY (RFC 5546 §3.2.3): only `who` is in it.

    `now` is an aware time; times are given in UTC, so that no zone has to be explained.
    """
    from icalendar import Calendar, Event, vCalAddress

    calendar, event, attendee = Calendar(), Event(), vCalAddress(f"mailto:{who.spec}")
    attendee.params["PARTSTAT"] = answer.value
    if who.name:
        attendee.params["CN"] = _unquoted(who.name)
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    if invitation.organizer is not None:
        event.add("organizer", vCalAddress(f"mailto:{invitation.organizer.spec}"))
    event.add("attendee", attendee)
    event.add("summary", str(invitation.summary))
    times = {"dtstart": invitation.start, "dtend": invitation.end, "recurrence-id": invitation.instance}
    for name, when in times.items():
        if when is not None:
            event.add(name, _universal(when))
    if comment.strip():
        event.add("comment", str(block(comment.strip())))
    calendar.add("prodid", "-//tuimail//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REPLY")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _universal(when: When) -> When:
    return when.astimezone(UTC) if isinstance(when, datetime) and when.tzinfo is not None else when


def _unquoted(name: str) -> str:
    """RFC 5545 §3.2 has no way to write a double quote in a parameter."""
    return line(name, NAME_LIMIT).replace('"', "'")
