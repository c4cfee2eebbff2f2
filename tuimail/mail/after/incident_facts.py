"""What is known of an incident, put together from everything that was done about its mail."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from tuimail.mail.after.incident import STEPS, Incident
from tuimail.mail.after.recall import Recall
from tuimail.mail.after.receipt import Receipt
from tuimail.mail.after.verdict import Verdict
from tuimail.mail.hold.item import Entry, State
from tuimail.mail.letter.address import Address
from tuimail.mail.when.instant import local

OUTBOX, REQUEST, RECEIPT, CORRECTION = "outbox", "recall request", "receipt", "correction"
"""What a line of the trail may be about, besides a step: its `before`."""

DRAFTED = "report drafted"
"""What the trail says of the report: its `after`."""


ITEM = (OUTBOX, CORRECTION)
BEHIND = (
    "connecting",
    "the message itself goes out",
    "filing the copy",
    "filed in ",
    "the server files ",
    "recall",
)
"""What an outbox item does between two states, and what a request says of itself, begins so."""


class Dossier(Struct, frozen=True):
    """An incident with what was asked and answered about its mail. `zone` (an IANA name) is where times
    are told, beside UTC. Nothing of the mail's own text is in it.
    """

    incident: Incident
    recalls: tuple[Recall, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    zone: str = "UTC"


class Person(Struct, frozen=True):
    """One recipient: in which field, what was foreseen for a recall, what receipts say. Oldest first."""

    address: Address
    field: str
    verdict: Verdict | None = None
    receipts: tuple[Receipt, ...] = ()


def happened(recalls: Sequence[Recall], receipts: Sequence[Receipt]) -> Iterator[Entry]:
    """What was asked and answered, as lines for the trail."""
    for recall in recalls:
        yield from about(REQUEST, recall.trail)
    for receipt in receipts:
        yield Entry(receipt.at, RECEIPT, receipt.fate.value, receipt.spec, receipt.text)


def about(what: str, trail: Sequence[Entry]) -> Iterator[Entry]:
    """The lines of another trail, as being about `what`."""
    return (Entry(entry.at, what, entry.after, entry.why, entry.answer) for entry in trail)


def eventful(entry: Entry) -> bool:
    """Whether a line of the trail tells a person something; the record has all of them."""
    return entry.before not in ITEM or not entry.why.startswith(BEHIND)


def known(incident: Incident) -> dict[str, Entry]:
    """By the ids of steps, the last that the trail tells of what was done about each, ticked or not.

    Of corrections one that was taken back counts for nothing where another one left.
    """
    found = {"recall": _last(incident, REQUEST)}
    left = [one for one in incident.trail if one.before == CORRECTION and eventful(one)]
    sent = any(one.after == State.SENT for one in left)
    standing = [one for one in left if not (sent and one.after == State.UNDONE)]
    found["correct"] = standing[-1] if standing else None
    drafted = next((one for one in reversed(incident.trail) if one.after == DRAFTED), None)
    found["manager"] = found["security"] = drafted
    return {step: entry for step, entry in found.items() if entry is not None}


def _last(incident: Incident, about: str) -> Entry | None:
    return next((one for one in reversed(incident.trail) if one.before == about), None)


def people(dossier: Dossier) -> tuple[Person, ...]:
    """Everybody it went to, each once, in the order To, Cc, Bcc."""
    mail = dossier.incident.mail
    verdicts = {one.person.spec.lower(): one for recall in dossier.recalls[::-1] for one in recall.verdicts}
    found: dict[str, Person] = {}
    for field, addresses in (("To", mail.to), ("Cc", mail.cc), ("Bcc", mail.bcc)):
        for address in addresses:
            key = address.spec.lower()
            receipts = tuple(one for one in dossier.receipts if one.spec.lower() == key)
            ordered = tuple(sorted(receipts, key=lambda receipt: receipt.at))
            found.setdefault(key, Person(address, field, verdicts.get(key), ordered))
    return tuple(found.values())


def done(incident: Incident) -> tuple[str, ...]:
    """The ids of the steps that are ticked, in the order in which that was done."""
    ticked = [name for name in STEPS if incident.step(name).done]
    return tuple(sorted(ticked, key=lambda name: incident.step(name).done))


def utc(at: float) -> str:
    """UTC seconds as ISO 8601."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def here(at: float, zone: str) -> str:
    """The time of a clock in the zone, with its offset: 2026-11-22 19:02:00 +09:00."""
    text = local(at, zone).isoformat(" ", "seconds")
    return f"{text[:19]} {text[19:]}"


def when(at: float, zone: str) -> str:
    """An instant as somebody elsewhere can read it too: by the zone's clock, and in UTC."""
    return f"{here(at, zone)} ({zone}) · {utc(at)}"
