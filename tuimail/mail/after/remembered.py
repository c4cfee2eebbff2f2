"""A mail that left, made out from its outbox item and frozen bytes, or from its copy in a folder."""

from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.hold.item import Item, Standing, State
from tuimail.mail.hold.look import MICROSOFT_HEADER
from tuimail.mail.letter.address import Address, ascii_domain, parse_addresses
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.fields import Fields, split
from tuimail.mail.letter.header import date, decode, message_ids
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.submission import OWN_HEADER

EARLIEST, LATEST = 0.0, 253_402_128_000.0
"""Instants that have a date in every zone."""

RECEIPT_HEADERS = (b"disposition-notification-to", b"return-receipt-to")


def of_item(item: Item, wire: bytes, sent: float) -> SentMail:
    """From the outbox, `sent` being UTC seconds. Whoever did not get it, or not yet, is left out.

    Recipients that no field names were blind copies; without the bytes (`wire` empty) nothing says so.
    """
    fields = split(wire, 0, len(wire))
    reached = {_key(spec): spec for spec in gone_to(item)}
    to, cc = (_among(_people(fields, name), reached) for name in (b"to", b"cc"))
    if not wire:
        to = tuple(map(Address, reached.values()))
    named = {_key(one.spec) for one in (*to, *cc)}
    return SentMail(
        account=item.account,
        message_id=item.message_id,
        subject=item.subject,
        sent=sent,
        sender=next(iter(_people(fields, b"from")), Address(item.sender)),
        to=to,
        cc=cc,
        bcc=tuple(Address(spec) for key, spec in reached.items() if key not in named),
        token=item.token,
        handle=item.remote,
        item=item.id,
        receipts=item.receipts or _asks(fields),
        corrects=item.corrects,
    )


def gone_to(item: Item) -> tuple[str, ...]:
    """Who has it, by what the server said so far; nobody before it left."""
    if item.state is State.SENT:
        return tuple(one.spec for one in item.recipients if one.standing is not Standing.REFUSED)
    return tuple(one.spec for one in item.recipients if one.standing is Standing.ACCEPTED)


def of_letter(raw: bytes, ref: Ref, received: float = 0.0) -> SentMail:
    """From its copy; who had it as a blind copy is known only where the copy says so."""
    fields = split(raw, 0, len(raw))
    written = date(decode(fields.first(b"date")))
    return SentMail(
        account=ref.account,
        message_id=next(iter(names(raw)), ""),
        subject=decode(fields.first(b"subject")),
        sent=written.timestamp() if written and EARLIEST < written.timestamp() < LATEST else received,
        sender=next(iter(_people(fields, b"from")), Address("")),
        to=_people(fields, b"to"),
        cc=_people(fields, b"cc"),
        bcc=_people(fields, b"bcc"),
        token=line(decode(fields.first(OWN_HEADER.lower().encode())), 200),
        ref=ref,
        receipts=_asks(fields),
    )


def names(raw: bytes) -> tuple[str, ...]:
    """The Message-IDs that the message has, or had before Exchange gave it another one."""
    fields = split(raw, 0, len(raw))
    headers = (b"message-id", MICROSOFT_HEADER.lower().encode())
    return tuple(each for name in headers for each in message_ids(decode(fields.first(name)))[:1])


def _people(fields: Fields, name: bytes) -> tuple[Address, ...]:
    return tuple(one for key, value in fields.rows if key.lower() == name for one in parse_addresses(value))


def _among(people: tuple[Address, ...], reached: dict[str, str]) -> tuple[Address, ...]:
    return tuple(one for one in people if _key(one.spec) in reached)


def _key(spec: str) -> str:
    local, _, domain = spec.rpartition("@")
    return f"{local}@{ascii_domain(domain) or domain}".lower()


def _asks(fields: Fields) -> bool:
    return any(fields.first(name) for name in RECEIPT_HEADERS)
