"""A rule as a person would say it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tuimail.mail.rule.conditions import DAYS
from tuimail.mail.rule.rule import Hours, Rule, When

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def sentence(rule: Rule) -> str:
    """Its conditions and what it does, on one line."""
    return f"{conditions(rule.when)}: {', '.join(actions(rule))}"


def conditions(when: When) -> str:
    """The conditions in words; `always` for none."""
    return " and ".join(_WORDS[name](value) for name, value in when.given()) or "always"


def actions(rule: Rule) -> Iterator[str]:
    """What it does, one phrase for each."""
    if rule.delay is not None:
        yield f"wait {span(rule.delay)}"
    if rule.until is not None:
        yield f"wait until {rule.until}"
    if rule.undo_seconds is not None:
        yield f"undo window {rule.undo_seconds:g} s"
    if rule.add_bcc:
        yield f"blind copy to {', '.join(rule.add_bcc)}"
    said = {"pause": rule.pause, "ask first": rule.confirm, "don't send": rule.block}
    yield from (f"{what} ({why})" if why else what for what, why in said.items() if why is not None)
    if rule.receipts:
        yield "ask for receipts"
    if rule.server:
        yield "hand a schedule to the server"
    yield from _guise(rule)
    if rule.exempt:
        yield "look at no later rule"


def _guise(rule: Rule) -> Iterator[str]:
    if rule.identity:
        yield f"write as {rule.identity}"
    if rule.signature is not None:
        yield "sign it its own way" if rule.signature else "leave it unsigned"


def span(seconds: float) -> str:
    """A length of time in the largest unit that divides it: `90s`, `15m`, `2h`, `3d`."""
    whole = round(seconds)
    for size, unit in _UNITS:
        if whole and whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{seconds:g}s"


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _hours(hours: Hours) -> str:
    return f"{clock(hours.start)}-{clock(hours.end)}"


def _any(names: Iterator[str] | tuple[str, ...]) -> str:
    return " or ".join(names)


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "external": lambda wanted: "somebody is outside" if wanted else "nobody is outside",
    "domains": lambda names: f"somebody is at {_any(names)}",
    "addresses": lambda names: f"it goes to {_any(names)}",
    "first_time": lambda wanted: (
        "somebody was never written to" if wanted else "everybody was written to before"
    ),
    "not_in_contacts": lambda wanted: (
        "somebody is not in the contacts" if wanted else "everybody is in the contacts"
    ),
    "recipients_over": lambda count: f"it goes to more than {count}",
    "attachments": lambda wanted: "it has attachments" if wanted else "it has no attachments",
    "attachment_names": lambda names: f"a file is called {_any(names)}",
    "subject": lambda phrases: f"the subject has {_any(tuple(p.written for p in phrases))}",
    "body": lambda phrases: f"the body has {_any(tuple(p.written for p in phrases))}",
    "account": lambda names: f"it leaves by {_any(names)}",
    "kind": lambda kinds: f"it is {_any(tuple(kind.value for kind in kinds))}",
    "hours": lambda stretches: f"it is {_any(tuple(_hours(each) for each in stretches))}",
    "days": lambda days: f"it is {_any(tuple(DAYS[day] for day in days))}",
    "holidays": lambda wanted: "it is a public holiday" if wanted else "it is no public holiday",
    "without": lambda when: f"not ({conditions(when)})",
}
