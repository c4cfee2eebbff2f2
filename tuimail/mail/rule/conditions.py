"""Whether the conditions of a rule hold for a mail, and by what one sees it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from tuimail.mail.letter.draft import Kind
from tuimail.mail.letter.safe import line
from tuimail.mail.rule.facts import Facts, domain_of
from tuimail.mail.rule.rule import Hours, Phrase, When
from tuimail.mail.when.calendar import Calendar

NAMED = 3
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Check(Struct, frozen=True):
    """One condition, whether it holds for the mail, and what was seen."""

    name: str
    holds: bool
    seen: str


class Scene(Struct, frozen=True):
    """A mail and when it is sent off: `now` in the zone of the person who sends it."""

    facts: Facts
    now: datetime
    calendar: Calendar


def checks(when: When, scene: Scene) -> Iterator[Check]:
    """The conditions one by one, each looked at only when it is asked for."""
    for name, wanted in when.given():
        holds, seen = _LOOKS[name](wanted, scene)
        yield Check(name, holds, seen)


def all_hold(when: When, scene: Scene) -> bool:
    """Whether all of them hold; with none given they do."""
    return all(check.holds for check in checks(when, scene))


_Seen = tuple[bool, str]


def _external(wanted: bool, scene: Scene) -> _Seen:
    return _people(wanted, scene.facts.outside, "outside", "nobody is outside")


def _first_time(wanted: bool, scene: Scene) -> _Seen:
    return _people(wanted, scene.facts.new, "never written to", "all were written to before")


def _not_in_contacts(wanted: bool, scene: Scene) -> _Seen:
    return _people(wanted, scene.facts.strangers, "not in your contacts", "all are in your contacts")


def _domains(wanted: Sequence[str], scene: Scene) -> _Seen:
    found = [spec for spec in scene.facts.recipients if _one_of(wanted, domain_of(spec))]
    return bool(found), _some(found) or "nobody is at such a domain"


def _addresses(wanted: Sequence[str], scene: Scene) -> _Seen:
    found = [spec for spec in scene.facts.recipients if _one_of(wanted, spec)]
    return bool(found), _some(found) or "nobody has such an address"


def _recipients_over(wanted: int, scene: Scene) -> _Seen:
    count = len(scene.facts.recipients)
    return count > wanted, f"{count} recipient{'' if count == 1 else 's'}"


def _attachments(wanted: bool, scene: Scene) -> _Seen:
    files, attached = scene.facts.files, scene.facts.attached
    return attached == wanted, _some(files) or ("with attachments" if attached else "no attachments")


def _attachment_names(wanted: Sequence[str], scene: Scene) -> _Seen:
    found = [name for name in scene.facts.files if _one_of(wanted, name)]
    return bool(found), _some(found) or "no file has such a name"


def _subject(wanted: Sequence[Phrase], scene: Scene) -> _Seen:
    found = next((p for p in wanted if p.stands_in(scene.facts.subject)), None)
    return (True, f"“{found.written}” stands in it") if found else (False, "the subject has none of it")


def _body(wanted: Sequence[Phrase], scene: Scene) -> _Seen:
    found = next((p for p in wanted if p.stands_in(scene.facts.body)), None)
    return (True, f"“{found.written}” stands in it") if found else (False, "the body has none of it")


def _account(wanted: Sequence[str], scene: Scene) -> _Seen:
    return scene.facts.account in wanted, f"it leaves by {scene.facts.account}"


def _kind(wanted: Sequence[Kind], scene: Scene) -> _Seen:
    return scene.facts.kind in wanted, f"it is {scene.facts.kind.value}"


def _hours(wanted: Sequence[Hours], scene: Scene) -> _Seen:
    minute = scene.now.hour * 60 + scene.now.minute
    return any(minute in hours for hours in wanted), f"it is {scene.now:%H:%M}"


def _days(wanted: Sequence[int], scene: Scene) -> _Seen:
    day = scene.now.weekday()
    return day in wanted, f"it is {DAYS[day]}"


def _holidays(wanted: bool, scene: Scene) -> _Seen:
    name = scene.calendar.holiday_name(scene.now.date())
    return bool(name) == wanted, f"it is {name}" if name else "it is no public holiday"


def _without(wanted: When, scene: Scene) -> _Seen:
    unmet = next((check for check in checks(wanted, scene) if not check.holds), None)
    return (True, f"{unmet.name}: {unmet.seen}") if unmet else (False, "all of it holds")


_LOOKS: Mapping[str, Callable[[Any, Scene], _Seen]] = {
    "external": _external,
    "domains": _domains,
    "addresses": _addresses,
    "first_time": _first_time,
    "not_in_contacts": _not_in_contacts,
    "recipients_over": _recipients_over,
    "attachments": _attachments,
    "attachment_names": _attachment_names,
    "subject": _subject,
    "body": _body,
    "account": _account,
    "kind": _kind,
    "hours": _hours,
    "days": _days,
    "holidays": _holidays,
    "without": _without,
}


def _people(wanted: bool, found: Sequence[str], what: str, nobody: str) -> _Seen:
    return bool(found) == wanted, f"{what}: {_some(found)}" if found else nobody


def _some(names: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return line(", ".join(names[:NAMED])) + more


def _one_of(patterns: Sequence[str], name: str) -> bool:
    return any(like(pattern, name) for pattern in patterns)


def like(pattern: str, name: str) -> bool:
    """Whether the name is the pattern, in which `*` stands for any letters. Both in one case."""
    first, *others = pattern.split("*")
    if not others:
        return pattern == name
    *between, last = others
    if not name.startswith(first) or len(name) < len(first) + len(last) or not name.endswith(last):
        return False
    at, end = len(first), len(name) - len(last)
    for part in between:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
