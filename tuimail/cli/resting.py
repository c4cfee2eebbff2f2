"""What rests in the outbox and needs a word, as lines and as JSON."""

from collections.abc import Iterable, Iterator
from typing import Any

from tuimail import wiring
from tuimail.cli.opened import Opened
from tuimail.mail.hold.concern import Concern, concerns, told
from tuimail.mail.hold.moment import Moment


async def resting(open_: Opened) -> tuple[Concern, ...]:
    """All that rests, the most pressing first. Raises OutboxError."""
    outbox = open_.engine.outbox
    items = await outbox.items()
    accounts = [account.name for account in open_.engine.accounts]
    someone_sends = bool(wiring.who_sends(open_.paths))
    return concerns(items, outbox.stops(), accounts, someone_sends, open_.engine.now())


def lines(found: Iterable[Concern], now: Moment) -> Iterator[str]:
    """A line for each, with the id where it is about one item."""
    for concern in found:
        one = concern.item.id if concern.item and concern.count == 1 else ""
        yield f"{told(concern, now)}{f' [{one}]' if one else ''}"


def as_json(concern: Concern, now: Moment) -> dict[str, Any]:
    """A concern as `outbox concerns --json` prints it."""
    return {
        "about": concern.matter.name.lower(),
        "account": concern.account or None,
        "id": concern.item.id if concern.item else None,
        "count": concern.count,
        "asks": concern.asks,
        "line": told(concern, now),
    }
