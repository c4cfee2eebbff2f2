"""Queueing a message that another program wrote: what `send` and `sendmail` share."""

import re
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import formataddr

from tuimail.cli.exits import USAGE, Fault
from tuimail.cli.streams import note
from tuimail.engine.account import Account
from tuimail.engine.engine import Engine
from tuimail.mail.hold.item import Item, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.address import parse_addresses
from tuimail.mail.letter.safe import line

LONGEST = 300

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
    head = BytesHeaderParser().parsebytes(raw[: _head_end(raw)])
    return tuple(str(value) for name in names for value in head.get_all(name, []))


def addressed(raw: bytes) -> tuple[str, ...]:
    """The recipients a message names; those of its last sending when it is sent anew (RFC 5322 §3.6.6)."""
    again = header_values(raw, "Resent-To", "Resent-Cc", "Resent-Bcc")
    return again or header_values(raw, "To", "Cc", "Bcc")


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
    author = f"From: {formataddr((name or own.address.name, own.address.spec))}\n".encode()
    if not _HEADER.match(raw):
        return author + b"\n" + raw
    end = _head_end(raw)
    return author + _FROM.sub(b"", raw[:end]) + raw[end:]


def _head_end(raw: bytes) -> int:
    found = _HEAD_END.search(raw)
    return found.start() if found else len(raw)


def report(item: Item, now: Moment) -> None:
    """Say on stderr what was queued, until when it is held or why it rests, and what can be done."""
    to = ", ".join(recipient.spec for recipient in item.recipients)
    about = line(f"{item.subject or '(no subject)'}, to {to}", LONGEST)
    back = f"back with: tuimail undo {item.id}"
    if item.state is State.PAUSED:
        why = line(" · ".join(item.reasons), LONGEST)
        note(f"paused, {why}: {about}; send it with: tuimail outbox release {item.id}; {back}")
    elif item.wait is Wait.SCHEDULE:
        note(f"held until {when(now.wall + item.left(now))}, {line(item.why)}: {about}; {back}")
    else:
        note(f"held {item.hold:g} s: {about}; {back}")


def when(at: float) -> str:
    """An instant (UTC seconds) by the clock of this computer, to the minute."""
    return f"{datetime.fromtimestamp(at, UTC).astimezone():%Y-%m-%d %H:%M}"
