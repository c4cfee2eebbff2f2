"""From /send to the mailboxes: Drafts, transport, Sent Items, and everybody who is on a list."""

from datetime import datetime
from functools import partial

from tuimail.demo.exchange import edit, mime, reports
from tuimail.demo.exchange.errors import GraphError, not_found
from tuimail.demo.exchange.log import Parcel, Sent
from tuimail.demo.exchange.mailbox import Mailbox
from tuimail.demo.exchange.message import DEFERRED, Message
from tuimail.demo.exchange.organisation import Organisation

NAME_OF_OURS = "X-Tuimail-Token"
GONE = ("deleteditems",)


def send(org: Organisation, box: Mailbox, one: Message) -> None:
    """Take a draft, to leave as soon as transport has come to it, or when it was deferred to."""
    if (one.submitted or not one.draft) and not org.policy.sends_again:
        raise not_found()
    mail = mime.parsed(one.raw)
    if not mail.people:
        raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
    mine = org.colleague(box.spec)
    if mail.sender.spec.lower() not in (mine.spec.lower(), *map(str.lower, mine.aliases)):
        raise GraphError(
            403, "ErrorSendAsDenied", "The user account doesn't have the right to send as another."
        )
    held = org.policy.deferred_folder if due(one) > org.clock() else one.folder
    await_time(org, box, box.move(one, held, submitted=True))


def await_time(org: Organisation, box: Mailbox, one: Message) -> None:
    """Look at it again when its time has come."""
    when = max(due(one), org.clock() + org.policy.transport_seconds)
    org.schedule.at(when, partial(_depart, org, box, one.key))


def due(one: Message) -> float:
    """When it may leave, in UTC seconds; 0 for at once."""
    text = next((value for name in DEFERRED if (value := one.property(name))), "")
    try:
        return datetime.fromisoformat(text).timestamp() if text else 0.0
    except ValueError:
        return 0.0


def _depart(org: Organisation, box: Mailbox, key: int) -> None:
    one = box.known(key)
    if one is None or not one.submitted or one.folder in GONE:
        return
    if due(one) > org.clock():
        await_time(org, box, one)
        return
    raw = _stamped(org, one.raw)
    box.move(one, "sentitems", raw=raw, draft=False, submitted=False, read=True, at=org.clock())
    mail = mime.parsed(raw)
    token = mail.header(NAME_OF_OURS)
    org.log.sent.append(Sent(box.spec, mail.message_id, token, mail.people, raw, org.clock()))
    wire = edit.without(raw, "Bcc")
    for spec in org.opened(mail.people):
        _deliver(org, Parcel(box.spec, spec, wire))
    if asks := mail.header("Return-Receipt-To"):
        org.post(box.spec, reports.was_delivered(org, asks, raw))


def _stamped(org: Organisation, raw: bytes) -> bytes:
    """As it leaves: perhaps under another Message-ID."""
    mail = mime.parsed(raw)
    if not mail.message_id:
        return edit.with_header(raw, "Message-ID", org.message_id())
    if not org.policy.replaces_ids:
        return raw
    raw = edit.with_header(raw, "X-Microsoft-Original-Message-ID", mail.message_id)
    return edit.with_header(raw, "Message-ID", org.message_id())


def _deliver(org: Organisation, parcel: Parcel) -> None:
    if not org.inside(parcel.spec):
        org.hand_out(parcel)
        return
    try:
        person = org.colleague(parcel.spec)
    except KeyError:
        org.post(parcel.sender, reports.undelivered(org, parcel, "550 5.1.10 RESOLVER.ADR.RecipientNotFound"))
        return
    if person.full or person.restricted:
        why = "552 5.2.2 mailbox full" if person.full else "550 5.7.124 sender not in allowed-senders list"
        org.post(parcel.sender, reports.undelivered(org, parcel, why))
        return
    if person.moderated:
        return
    org.receive(parcel.wire, person.spec)
    if person.away and not mime.parsed(parcel.wire).header("Auto-Submitted"):
        org.post(parcel.sender, reports.away(org, person, parcel.wire))
