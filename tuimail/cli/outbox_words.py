"""An outbox item as JSON and as lines of text. The JSON keys are a promise: docs/commands.md lists them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from tuimail.mail.hold.item import Entry, Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.safe import line
from tuimail.mail.when.schedule import Schedule


def as_json(item: Item, now: Moment, stopped: Collection[str] = ()) -> dict[str, Any]:
    """An item as `outbox list --json` prints it. Times are ISO 8601 in UTC, lengths in seconds.

    `stopped` are the accounts whose mail goes nowhere until a person acts.
    """
    left = item.left(now) if item.due and item.state is State.WAITING else None
    return {
        "id": item.id,
        "account": item.account,
        "state": item.state.value,
        "why": item.why,
        "subject": item.subject,
        "sender": item.sender,
        "recipients": [
            {"address": r.spec, "standing": r.standing.value, "answer": r.answer} for r in item.recipients
        ],
        "message_id": item.message_id,
        "size": item.size,
        "queued": iso(item.queued),
        "due": None if left is None else iso(now.wall + left),
        "seconds_left": None if left is None else round(max(0.0, left), 3),
        "tries": item.tries,
        "filing": item.filing.value,
        "reasons": list(item.reasons),
        "schedule": _schedule(item.schedule),
        "batch": item.batch,
        "stopped": item.account in stopped,
    }


def _schedule(schedule: Schedule | None) -> dict[str, Any] | None:
    if schedule is None:
        return None
    return {
        "at": iso(schedule.at),
        "zone": schedule.zone,
        "typed": line(schedule.typed),
        "by_server": schedule.by_server,
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """One line of the trail as `outbox show --json` prints it, under `trail`."""
    return {
        "at": iso(entry.at),
        "from": entry.before,
        "to": entry.after,
        "why": entry.why,
        "answer": entry.answer,
    }


def table(items: Sequence[Item], now: Moment) -> Iterator[str]:
    """A line for each item."""
    from tuimail.ui.format.cells import fit
    from tuimail.ui.format.outbox import recipients, standing

    for item in items:
        yield (
            f"{item.id}  {fit(standing(item, now), 14)} {fit(item.subject or '(no subject)', 32)}"
            f" {fit(recipients(item), 28)} {item.why}"
        ).rstrip()


def page(item: Item, trail: Sequence[Entry], now: Moment) -> Iterator[str]:
    """One item and its trail."""
    from tuimail.ui.format.outbox import NAMES, standing
    from tuimail.ui.format.times import clock, size

    yield f"{item.subject or '(no subject)'}"
    yield f"  {item.id} · {standing(item, now)} · {item.why} · {size(item.size)} · account {item.account}"
    others = [reason for reason in item.reasons if reason != item.why]
    if others:
        yield f"  also {' · '.join(others)}"
    for recipient in item.recipients:
        yield f"  to {recipient.spec}  {recipient.standing.value}  {recipient.answer}".rstrip()
    for entry in trail:
        words = " · ".join(part for part in (entry.why, entry.answer) if part)
        yield f"  {clock(entry.at)}  {NAMES.get(entry.after, entry.after):<14}{words}"


def iso(at: float) -> str:
    """UTC seconds as ISO 8601."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
