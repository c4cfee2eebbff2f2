"""Queueing a message that another program wrote: what `send` and `sendmail` share."""

import re
from email.parser import BytesHeaderParser
from email.utils import formataddr

from tuimail.cli.exits import USAGE, Fault
from tuimail.cli.streams import note
from tuimail.engine.account import Account
from tuimail.engine.engine import Engine
from tuimail.mail.hold.item import Item
from tuimail.mail.letter.address import parse_addresses

_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_MBOX = re.compile(rb">?From [^\n]*\n")
_HEAD_END = re.compile(rb"^\r?\n", re.MULTILINE)
_FROM = re.compile(rb"^From[ \t]*:.*(?:\n[ \t].*)*\n?", re.MULTILINE | re.IGNORECASE)


def header_specs(raw: bytes, *names: str) -> tuple[str, ...]:
    """The addresses in these headers, in order."""
    values = header_values(raw, *names)
    return tuple(address.spec for value in values for address in parse_addresses(value))


def header_values(raw: bytes, *names: str) -> tuple[str, ...]:
    """The texts of these headers, in order."""
    head = BytesHeaderParser().parsebytes(raw)
    return tuple(str(value) for name in names for value in head.get_all(name, []))


def account(engine: Engine, *specs: str) -> Account:
    """The account that owns the first of these addresses; the first account when none does."""
    for spec in specs:
        for own in engine.accounts:
            if spec.casefold() == own.address.spec.casefold():
                return own
    return engine.accounts[0]


def named(engine: Engine, name: str) -> Account:
    """The account of that name. Raises Fault."""
    for own in engine.accounts:
        if own.name == name:
            return own
    known = " | ".join(own.name for own in engine.accounts)
    raise Fault(USAGE, f"there is no account {name!r}; accepted: {known}")


def with_from(raw: bytes, own: Account, name: str = "") -> bytes:
    """The message with a From: yours when it has none, or none with a domain. An mbox line goes."""
    raw = raw[found.end() :] if (found := _MBOX.match(raw)) else raw
    if header_specs(raw, "From"):
        return raw
    line = f"From: {formataddr((name or own.address.name, own.address.spec))}\n".encode()
    if not _HEADER.match(raw):
        return line + b"\n" + raw
    end = found.start() if (found := _HEAD_END.search(raw)) else len(raw)
    return line + _FROM.sub(b"", raw[:end]) + raw[end:]


def report(item: Item) -> None:
    """Say on stderr what was queued and how to take it back."""
    to = ", ".join(recipient.spec for recipient in item.recipients)
    subject = item.subject or "(no subject)"
    held = f"paused, {item.why}" if item.due is None else f"held {item.hold:g} s"
    note(f"{held}: {subject}, to {to}; back with: tuimail undo {item.id}")
