"""Incidents and near misses as lines of text and as JSON. docs/incidents.md has the keys."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tuimail.mail.after.incident import STEPS, Incident
from tuimail.mail.after.incident_clock import ADVICE, deadlines
from tuimail.mail.after.incident_clock import words as clock_words
from tuimail.mail.after.incident_facts import Dossier, here, people, utc
from tuimail.mail.after.incident_report import shown
from tuimail.mail.after.incident_steps import guide
from tuimail.mail.after.incident_words import told
from tuimail.mail.after.near_miss import NearMiss, tallies
from tuimail.mail.letter.safe import line

if TYPE_CHECKING:
    from tuimail.engine.after.incidents import Numbers
    from tuimail.mail.after.correction import Language


def row(incident: Incident) -> str:
    """One line of the list."""
    done = len(STEPS) - len(incident.undone)
    standing = "closed" if incident.closed else f"{done} of {len(STEPS)}"
    subject = incident.mail.subject or "(no subject)"
    return f"{incident.id}  {utc(incident.noticed)}  {standing:<7}  {subject}"


def summary_json(incident: Incident) -> dict[str, Any]:
    """An incident as `list --json` prints it."""
    return {
        "id": incident.id,
        "noticed": utc(incident.noticed),
        "closed": utc(incident.closed) if incident.closed else None,
        "message_id": line(incident.mail.message_id),
        "subject": incident.mail.subject,
        "to_do": list(incident.undone),
    }


def page(dossier: Dossier, numbers: "Sequence[Numbers]", now: float, language: "Language") -> Iterator[str]:
    """One incident: the mail, the steps, the deadlines, the trail."""
    incident, zone = dossier.incident, dossier.zone
    yield f"{incident.id}  {incident.mail.subject or '(no subject)'}"
    yield f"  sent {here(incident.mail.sent, zone)}, noticed {here(incident.noticed, zone)} ({zone})"
    phones = {one.person.spec.lower(): ", ".join(one.phones) for one in numbers}
    for person in people(dossier):
        number = phones.get(person.address.spec.lower(), "")
        yield f"  {person.field.lower():<3} {shown(person.address)}  {number}".rstrip()
    if incident.meant_for:
        yield f"  meant for {line(incident.meant_for)}"
    yield from (_step(dossier, name, language) for name in STEPS)
    yield from _clocks(dossier, now, language)
    for entry in incident.trail:
        answer = f" · {entry.answer}" if entry.answer else ""
        yield f"  {here(entry.at, zone)}  {line(told(entry, language))}{answer}"


def _step(dossier: Dossier, name: str, language: "Language") -> str:
    step = dossier.incident.step(name)
    mark, when = ("[x]", f"  {here(step.done, dossier.zone)}") if step.done else ("[ ]", "")
    note = f"  {line(step.note)}" if step.note else ""
    return f"  {mark} {name:<9} {guide(name, language).title}{when}{note}"


def _clocks(dossier: Dossier, now: float, language: "Language") -> Iterator[str]:
    incident = dossier.incident
    for name in incident.clocks:
        for deadline in deadlines(name, incident.noticed, dossier.zone):
            yield f"  {clock_words(deadline, now, language)}"
    if incident.clocks:
        yield f"  {ADVICE[language]}"


def ledger(misses: Sequence[NearMiss]) -> Iterator[str]:
    """What caught how many, and how many seconds were left in the middle of all cases."""
    if not misses:
        yield "Nothing was caught yet."
        return
    yield f"{len(misses):,} caught since {utc(misses[0].at)[:10]}"
    for tally in tallies(misses):
        name = f"{tally.catch.value} {line(tally.name)}".rstrip()
        yield f"  {tally.count:>6,}  {name}  median {tally.left:.0f} s left, last {utc(tally.last)[:10]}"


def ledger_json(misses: Sequence[NearMiss]) -> dict[str, Any]:
    """The counts, and each case without anything of its mail but the account."""
    return {
        "count": len(misses),
        "since": utc(misses[0].at) if misses else None,
        "caught": [
            {
                "by": tally.catch.value,
                "name": line(tally.name),
                "count": tally.count,
                "median_left": tally.left,
                "last": utc(tally.last),
            }
            for tally in tallies(misses)
        ],
        "cases": [
            {
                "at": utc(miss.at),
                "account": line(miss.account),
                "by": miss.catch.value,
                "name": line(miss.name),
                "left": round(miss.left, 3),
            }
            for miss in misses
        ],
    }
