"""Who a message is for, as Graph reads it: from the header, blind copies too."""

from collections.abc import Mapping
from typing import Any

from tuimail.mail.letter.address import ADDRESSES_LIMIT, ascii_domain, parse_addresses
from tuimail.mail.letter.fields import split
from tuimail.mail.letter.header import VALUE_LIMIT, raw
from tuimail.mail.letter.pieces import pieces
from tuimail.mail.letter.safe import Safe, line
from tuimail.mail.letter.submission import Submission

SHOWN = (b"to", b"cc")
LISTS = ("toRecipients", "ccRecipients", "bccRecipients")
"""Whom Graph has read of a message, in its JSON."""

UNREADABLE = "somebody"


def stranger(submission: Submission) -> Safe:
    """Somebody in To or Cc who is not to get this message, though Graph would send it there; mostly empty.

    What is malformed there and looks like an address is one too: another program may read it as that.
    """
    wanted = {_key(spec) for spec in submission.recipients}
    fields = split(submission.wire, 0, len(submission.wire))
    values = [value for name, value in fields.rows if name.lower() in SHOWN]
    if fields.cut or any(_is_endless(value) for value in values):
        return line(UNREADABLE)
    odd = [piece for value in values for piece in _odd(value)]
    named = [address.spec for value in values for address in parse_addresses(value)]
    return next((line(spec, 80) for spec in (*named, *odd) if _key(spec) not in wanted), line(""))


def addressed(submission: Submission) -> bytes:
    """The message with its blind copies in a Bcc header, which Graph takes out as it sends.

    Of several To or Cc the first counts: who stands only in another one is not lost, wherever Graph looks.
    """
    fields = split(submission.wire, 0, len(submission.wire))
    values = [fields.first(name) for name in SHOWN]
    shown = {_key(address.spec) for value in values for address in parse_addresses(value)}
    blind = [spec for spec in submission.recipients if _key(spec) not in shown]
    if not blind:
        return submission.wire
    people = ",\r\n ".join(blind)
    return f"Bcc: {people}\r\n".encode() + submission.wire


def are_more(found: Mapping[str, Any], submission: Submission) -> bool:
    """Whether Graph has read more people from a draft than the message is for.

    They are counted, not compared: an address may be told as another one of the same mailbox.
    """
    lists = [found.get(name) for name in LISTS]
    people = [each.get("emailAddress") for some in lists for each in _objects(some)]
    specs = [str(one.get("address", "")) for one in people if isinstance(one, dict)]
    return len({_key(spec) for spec in specs if "@" in spec}) > len(set(map(_key, submission.recipients)))


def _objects(some: Any) -> list[dict[str, Any]]:
    return [each for each in some if isinstance(each, dict)] if isinstance(some, list) else []


def _is_endless(value: bytes) -> bool:
    return len(value) >= VALUE_LIMIT or len(parse_addresses(value)) >= ADDRESSES_LIMIT


def _odd(value: bytes) -> list[str]:
    """The pieces that are no address, as far as they look like one."""
    found = ("".join(piece.written) for piece in pieces(raw(value)) if not piece.good)
    return [written.strip() for written in found if "@" in written]


def _key(spec: str) -> str:
    local, _, domain = spec.rpartition("@")
    return f"{local}@{ascii_domain(domain) or domain}".lower()
