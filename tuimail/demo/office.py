"""The demo's Microsoft 365 account: its mail at first, and the stand-in joined with the post office."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.utils import getaddresses
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from tuimail.demo import letters, maildir
from tuimail.demo.colleagues import BY_SPEC, YOU_THERE, tenant
from tuimail.demo.exchange import Policy, StandIn, reports
from tuimail.demo.exchange.log import Parcel
from tuimail.demo.exchange.mirror import Mirror
from tuimail.demo.server import PostOffice

LETTERS = "office_letters"
UNREAD_FOR = timedelta(hours=1)
REPORTED_AFTER = 1
"""Pauses of a person, until a recall is reported."""


def seed(mail: Path, people: Path, now: datetime) -> None:
    """Your mail there, and everybody's copies of what you sent."""
    for one in letters.seeds(now, LETTERS):
        maildir.put(mail / _place(one.folder), one.raw, one.received, one.flags)
        if one.folder == "Sent":
            for spec in _addressed(one.raw):
                read = "S" if now - one.received > UNREAD_FOR else ""
                maildir.put(people / spec, one.raw, one.received, read)


def joined(office: PostOffice, mail: Path, people: Path, clock: Callable[[], float]) -> StandIn:
    """The open stand-in: it shows your mailbox in `mail`, and mail goes between it and the post office."""
    policy = Policy(tokens=None, report_seconds=office.pause * REPORTED_AFTER)
    cooperative = replace(tenant(), policy=policy)

    def outside(parcel: Parcel) -> None:
        if parcel.spec in BY_SPEC:
            office.take(parcel.sender, parcel.spec, parcel.wire)
        else:
            why = "550 5.1.1 Nobody here has that address"
            standin.org.post(parcel.sender, reports.undelivered(standin.org, parcel, why))

    def arrived(parcel: Parcel) -> None:
        if parcel.spec != YOU_THERE.spec:
            office.answer(parcel.sender, parcel.spec, parcel.wire)

    def mirror(spec: str) -> Mirror:
        return Mirror(mail if spec == YOU_THERE.spec else people / spec)

    standin = StandIn(cooperative, YOU_THERE.spec, clock, outside, arrived, mirror)
    for one in cooperative.people:
        office.others[one.spec] = partial(_received, standin, one.spec)
    return standin.open()


def _received(standin: StandIn, spec: str, wire: bytes) -> None:
    standin.org.receive(wire, spec)


def _place(folder: str) -> str:
    return "" if folder == "INBOX" else f".{folder}"


def _addressed(raw: bytes) -> tuple[str, ...]:
    """Those of our people a letter went to."""
    message = message_from_bytes(raw)
    pairs = getaddresses([str(value) for name in ("To", "Cc") for value in message.get_all(name, [])])
    members = {group.spec: group.members for group in tenant().groups}
    opened = [one for _, spec in pairs for one in members.get(spec, (spec,))]
    return tuple(spec for spec in opened if spec in BY_SPEC and spec != YOU_THERE.spec)
