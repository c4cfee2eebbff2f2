"""A receipt: what a recipient's program or server says became of a mail (RFC 8098, RFC 3464)."""

import re
from enum import StrEnum

from msgspec import Struct

from tuimail.mail.after import remembered
from tuimail.mail.letter.address import parse_addresses
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.fields import Fields, split
from tuimail.mail.letter.header import date, decode, message_ids
from tuimail.mail.letter.safe import Safe, line
from tuimail.mail.letter.transfer import decode as transferred
from tuimail.mail.letter.walk import Node, walk, whole

RECIPIENTS_LIMIT = 500
PART_LIMIT = 1_000_000
TEXT_LIMIT = 500
ADDRESS_LIMIT = 320
LONGEST_WAY = 366 * 86_400.0


class Fate(StrEnum):
    """What it says."""

    DELIVERED = "delivered"
    DELAYED = "delayed"
    FAILED = "failed"
    READ = "read"
    DELETED = "deleted"


class Receipt(Struct, frozen=True):
    """About the copy of one recipient (`spec`) of the mail named by `message_id`. `at` is UTC seconds.

    `text` is the diagnostic word for word, `ref` the mail that said so. Anybody can write one: it is shown as
    what was said, not as what is known.
    """

    message_id: str
    spec: str
    fate: Fate
    at: float
    text: Safe = Safe("")
    ref: Ref | None = None


class Told(Struct, frozen=True):
    """A mail that reports: `names` are the Message-IDs it may be about, the likeliest first.

    The receipts have the first of these; the text that a person reads is not looked at.
    """

    names: tuple[str, ...]
    receipts: tuple[Receipt, ...]


def parse(raw: bytes, received: float, ref: Ref | None = None) -> Told | None:
    """What an MDN (RFC 8098) or a DSN (RFC 3464) tells; None for any other mail. Never raises.

    `received` is when it came (UTC seconds), which counts where it does not say itself.
    """
    raw = whole(raw)
    root, _ = walk(raw)
    parts = {leaf.type: leaf for leaf in reversed(tuple(root.leaves()))}
    names = _names(raw, root, parts)
    if (node := parts.get("message/disposition-notification")) is not None:
        block = _blocks(raw, node)[:1]
        own = tuple(each for one in block for each in message_ids(decode(one.first(b"original-message-id"))))
        names = tuple(dict.fromkeys((*own, *names)))
        found = [_read(one, root.fields) for one in block]
    elif (node := parts.get("message/delivery-status")) is not None:
        found = [_delivery(one) for one in _blocks(raw, node)[1:]]
    else:
        return None
    at = _said_at(root.fields, received)
    receipts = [
        Receipt(names[0] if names else "", spec, fate, at, text, ref)
        for spec, fate, text in (one for one in found if one is not None)
    ]
    return Told(names, tuple(receipts)) if receipts else None


Said = tuple[str, Fate, Safe]
"""Whose copy, what became of it, word for word."""

_FATES = {
    "delivered": Fate.DELIVERED,
    "relayed": Fate.DELIVERED,
    "expanded": Fate.DELIVERED,
    "delayed": Fate.DELAYED,
    "failed": Fate.FAILED,
}
_TYPED = re.compile(r"^\s*(?:rfc822|utf-8|smtp|x400|x-[\w-]+|unknown)\s*;\s*", re.IGNORECASE)
_PARTED = re.compile(rb"(?:\r?\n)[ \t]*(?:\r?\n)+")


def _read(fields: Fields, root: Fields) -> Said | None:
    """What one disposition says."""
    disposition = decode(fields.first(b"disposition"), TEXT_LIMIT)
    kind = disposition.rpartition(";")[2].strip().lower()
    fate = Fate.READ if kind.startswith("displayed") else Fate.DELETED if kind.startswith("deleted") else None
    if kind.startswith(("dispatched", "processed")):
        fate = Fate.DELIVERED
    spec = _whose(fields, b"original-recipient") or _whose(fields, b"final-recipient")
    spec = spec or next((one.spec for one in parse_addresses(root.first(b"from"))), "")
    return (spec, fate, disposition) if fate is not None and spec else None


def _delivery(fields: Fields) -> Said | None:
    """What a server says of one recipient."""
    action = decode(fields.first(b"action"), 40).strip().lower()
    fate = _FATES.get(action)
    spec = _whose(fields, b"original-recipient") or _whose(fields, b"final-recipient")
    said = (_untyped(fields, b"diagnostic-code"), _untyped(fields, b"status"))
    text = next((one for one in said if one), Safe(""))
    return (spec, fate, text) if fate is not None and spec else None


def _whose(fields: Fields, name: bytes) -> str:
    """The address of an `rfc822; a@b` field, without what could not be an address."""
    value = _untyped(fields, name, ADDRESS_LIMIT).strip().strip("<>")
    return value if "@" in value and not re.search(r"\s", value) else ""


def _untyped(fields: Fields, name: bytes, limit: int = TEXT_LIMIT) -> Safe:
    return line(_TYPED.sub("", decode(fields.first(name), limit + 40)), limit)


def _blocks(raw: bytes, node: Node) -> list[Fields]:
    """The groups of fields of a report part, parted by empty lines."""
    data = transferred(raw[node.start : node.end][:PART_LIMIT], node.encoding)
    groups = (group for group in _PARTED.split(data.strip(b"\r\n"), RECIPIENTS_LIMIT) if group.strip())
    return [split(group, 0, len(group)) for group in groups][: RECIPIENTS_LIMIT + 1]


def _names(raw: bytes, root: Node, parts: dict[str, Node]) -> tuple[str, ...]:
    """The Message-IDs of the returned header, then those the report answers to."""
    found: list[str] = []
    for kind in ("text/rfc822-headers", "message/rfc822", "message/global", "message/global-headers"):
        if (node := parts.get(kind)) is not None:
            data = transferred(raw[node.start : node.end][:PART_LIMIT], node.encoding)
            found += remembered.names(data)
    for name in (b"in-reply-to", b"references"):
        found += reversed(message_ids(decode(root.fields.first(name))))
    return tuple(dict.fromkeys(found))


def _said_at(root: Fields, received: float) -> float:
    """When it was said; a time after it came, or one that no mail takes so long from, is not believed."""
    stated = date(decode(root.first(b"date")))
    at = stated.timestamp() if stated is not None else received
    return at if received - LONGEST_WAY <= at <= received else received
