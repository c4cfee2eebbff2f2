"""An incident as JSON. The keys are a promise: docs/incidents.md lists them."""

from typing import Any

from tuimail.mail.after.correction import Language
from tuimail.mail.after.incident import STEPS
from tuimail.mail.after.incident_clock import deadlines
from tuimail.mail.after.incident_facts import Dossier, Person, people, utc
from tuimail.mail.after.recall import Recall
from tuimail.mail.hold.item import Entry
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import line


def as_json(dossier: Dossier) -> dict[str, Any]:
    """The whole incident; times are ISO 8601 in UTC, `zone` is where it was kept."""
    incident, mail = dossier.incident, dossier.incident.mail
    return {
        "id": incident.id,
        "zone": dossier.zone,
        "noticed": utc(incident.noticed),
        "closed": utc(incident.closed) if incident.closed else None,
        "meant_for": incident.meant_for,
        "mail": {
            "account": mail.account,
            "message_id": line(mail.message_id),
            "subject": mail.subject,
            "sent": utc(mail.sent),
            "sender": _address_json(mail.sender),
        },
        "recipients": [_person_json(person) for person in people(dossier)],
        "steps": [_step_json(dossier, name) for name in STEPS],
        "deadlines": _deadlines_json(dossier),
        "recalls": [_recall_json(recall) for recall in dossier.recalls],
        "trail": [entry_json(entry) for entry in incident.trail],
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """One line of the trail: when, about which step or mail, what, why, the server's answer."""
    about, what = entry.before, entry.after
    return {"at": utc(entry.at), "about": about, "what": what, "why": entry.why, "answer": entry.answer}


def _address_json(address: Address) -> dict[str, str]:
    return {"name": line(address.name), "address": line(address.spec)}


def _person_json(person: Person) -> dict[str, Any]:
    verdict = person.verdict
    return {
        **_address_json(person.address),
        "field": person.field,
        "verdict": verdict.answer.value if verdict else None,
        "reason": verdict.reason if verdict else "",
        "receipts": [
            {"fate": one.fate.value, "at": utc(one.at), "text": one.text} for one in person.receipts
        ],
    }


def _step_json(dossier: Dossier, name: str) -> dict[str, Any]:
    step = dossier.incident.step(name)
    return {"step": name, "done": utc(step.done) if step.done else None, "note": step.note}


def _deadlines_json(dossier: Dossier) -> list[dict[str, Any]]:
    return [
        {
            "clock": name,
            "what": one.duty.title[Language.ENGLISH],
            "source": one.duty.source[Language.ENGLISH],
            "early": utc(one.early) if one.early else None,
            "at": utc(one.at),
        }
        for name in dossier.incident.clocks
        for one in deadlines(name, dossier.incident.noticed, dossier.zone)
    ]


def _recall_json(recall: Recall) -> dict[str, Any]:
    return {
        "id": recall.id,
        "state": recall.state.value,
        "asked": utc(recall.asked),
        "request": line(recall.request),
        "said": recall.said,
        "reported": utc(recall.reported) if recall.reported else None,
    }
