"""The agent that acts on a request for delivered copies: it deletes inside, and writes to outsiders."""

import hashlib
from functools import partial

from tuimail.demo.exchange import mime, reports
from tuimail.demo.exchange.log import Parcel, Recalled
from tuimail.demo.exchange.mailbox import Mailbox
from tuimail.demo.exchange.message import Message
from tuimail.demo.exchange.organisation import Organisation

HUB = "LV8PR00MB1800.NAMPRD00.PROD.OUTLOOK.COM"


def ask(org: Organisation, box: Mailbox, one: Message) -> str:
    """Take a request; the Message-ID of the request mail, without angle brackets."""
    mail = mime.parsed(one.raw)
    request = _request(org, mail.message_id)
    deleted, kept, noticed = list[str](), list[str](), list[str]()
    notice = reports.recall_notice(org, one.raw, f"<{request}>")
    for spec in org.opened(mail.people):
        if not org.inside(spec):
            org.hand_out(Parcel(box.spec, spec, notice))
            noticed.append(spec)
        elif spec in org.colleagues:
            (deleted if _deleted(org, spec, mail.message_id) else kept).append(spec)
            if not org.policy.recall:
                org.receive(notice, spec)
                noticed.append(spec)
    org.log.recalls.append(
        Recalled(mail.message_id, request, org.clock(), tuple(deleted), tuple(kept), tuple(noticed))
    )
    report = reports.recall_report(org, one.raw, f"<{request}>")
    org.schedule.at(org.clock() + org.policy.report_seconds, partial(org.post, box.spec, report))
    return request


def _deleted(org: Organisation, spec: str, message_id: str) -> bool:
    """Delete their copies for good, so far as the switches let it; whether none is left of some."""
    box, policy = org.mailbox(spec), org.policy
    copies = [one for one in box.holds(message_id) if one.folder not in ("sentitems", "drafts")]
    for one in copies:
        old = policy.recall_age is not None and org.clock() - one.at > policy.recall_age
        if policy.recall and not old and (policy.recall_read or not one.read):
            box.erase(one)
    left = [one for one in box.holds(message_id) if one.folder not in ("sentitems", "drafts")]
    return bool(copies) and not left


def _request(org: Organisation, message_id: str) -> str:
    """Two words of thirteen letters at a host, as those seen are."""
    seed = f"{message_id} {len(org.log.recalls)}".encode()
    name = hashlib.sha256(seed).hexdigest().upper()
    return f"{name[:13]}.{name[13:26]}@dm6pr00mb0830"
