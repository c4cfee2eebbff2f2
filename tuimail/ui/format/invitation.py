"""An invitation in a few lines above its letter."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from tuimail.mail.letter.address import show
from tuimail.mail.letter.invitation import Answer, Attendee, Invitation, When
from tuimail.mail.letter.safe import line
from tuimail.ui.format.cells import Piece, Row, Tone, fit, wrap

LABEL = 9
NAMED = 4
"""As many guests are named; of more, their answers are counted."""

_WORDS = {
    "REQUEST": "Invitation",
    "CANCEL": "Cancelled",
    "REPLY": "Answer",
    "COUNTER": "Another time is proposed",
    "DECLINECOUNTER": "The other time is declined",
    "PUBLISH": "Event",
    "ADD": "One more time",
}
_ANSWERS = {Answer.ACCEPTED: "accepted", Answer.TENTATIVE: "tentative", Answer.DECLINED: "declined"}


def invitation_rows(invitation: Invitation, width: int, zone: tzinfo | None = None) -> Iterator[Row]:
    """What, when, where and who; times in the sender's zone and, where it differs, in `zone` too."""
    what = f"{_WORDS.get(invitation.method, invitation.method)}: {invitation.summary or '(no name)'}"
    fields = (
        ("Event", what, Tone.STRONG),
        ("When", _when(invitation, zone), Tone.PLAIN),
        ("Where", invitation.where, Tone.PLAIN),
        ("By", show(invitation.organizer) if invitation.organizer else "", Tone.PLAIN),
        ("Guests", _guests(invitation.attendees), Tone.PLAIN),
        ("Says", line(invitation.comment, 400), Tone.PLAIN),
    )
    yield ()
    for label, text, tone in fields:
        name = label
        for part in wrap(text, max(8, width - LABEL)) if text else ():
            yield (Piece(f" {fit(name, LABEL)}", Tone.MUTED), Piece(part, tone))
            name = ""


def _when(invitation: Invitation, zone: tzinfo | None) -> str:
    if invitation.start is None:
        return "at no time that can be read"
    said = span(invitation.start, invitation.end)
    if isinstance(invitation.start, datetime) and invitation.start.tzinfo is not None:
        named = f" ({invitation.zone})" if invitation.zone else ""
        said += f" {invitation.start:%z}{named}{_here(invitation.start, invitation.end, zone)}"
    return f"{said}, {invitation.repeats}" if invitation.repeats else said


def _here(start: datetime, end: When | None, zone: tzinfo | None) -> str:
    """The same in the reader's zone, where the hours differ there."""
    try:
        here = start.astimezone(zone)
        there = end.astimezone(zone) if isinstance(end, datetime) and end.tzinfo is not None else None
    except (OverflowError, ValueError):
        return ""
    if here.utcoffset() == start.utcoffset():
        return ""
    said = span(here, there)
    return f" · here {said.removeprefix(_day(start)).strip()}"


def span(start: When, end: When | None) -> str:
    """From when until when, as in `Fri 20 Nov 2026 10:00–11:00`."""
    if not isinstance(start, datetime):
        last = end - timedelta(days=1) if end is not None and not isinstance(end, datetime) else start
        return _day(start) if last <= start else f"{_day(start)} – {_day(last)}"
    said = f"{_day(start)} {start:%H:%M}"
    if not isinstance(end, datetime) or end.replace(tzinfo=None) <= start.replace(tzinfo=None):
        return said
    return f"{said}–{end:%H:%M}" if end.date() == start.date() else f"{said} – {_day(end)} {end:%H:%M}"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _guests(guests: tuple[Attendee, ...]) -> str:
    if len(guests) <= NAMED:
        return ", ".join(_guest(guest) for guest in guests)
    said = Counter(_ANSWERS[Answer(guest.answer)] for guest in guests if guest.answer in _ANSWERS)
    return ", ".join([f"{len(guests)} invited", *(f"{count} {answer}" for answer, count in said.items())])


def _guest(guest: Attendee) -> str:
    answer = f" {_ANSWERS[Answer(guest.answer)]}" if guest.answer in _ANSWERS else ""
    return line(guest.address.name or guest.address.spec, 60) + answer
