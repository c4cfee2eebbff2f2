"""Mails that Exchange itself writes: automatic replies, receipts, reports of what went wrong."""

from email import message_from_string
from email.header import Header
from email.message import EmailMessage
from email.message import Message as Part
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr, formatdate
from typing import TYPE_CHECKING

from tuimail.demo.exchange import mime
from tuimail.demo.exchange.edit import crlf
from tuimail.demo.exchange.log import Parcel
from tuimail.demo.exchange.tenant import Colleague

if TYPE_CHECKING:
    from tuimail.demo.exchange.organisation import Organisation

POSTMASTER = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"
RECALL_AGENT = "Transport Message Recall Routing Agent"


def away(org: "Organisation", person: Colleague, wire: bytes) -> bytes:
    """The automatic reply of somebody who is out of office."""
    original = mime.parsed(wire)
    reply = _letter(org, f"Automatic reply: {original.subject}", formataddr((person.name, person.spec)))
    reply["To"] = original.sender.spec
    reply["In-Reply-To"] = original.message_id
    reply["Auto-Submitted"] = "auto-generated"
    reply["X-Auto-Response-Suppress"] = "All"
    reply.set_content(person.away)
    return crlf(reply.as_bytes())


def undelivered(org: "Organisation", parcel: Parcel, why: str) -> bytes:
    """A report of failure (RFC 3464)."""
    original = mime.parsed(parcel.wire)
    letter = _letter(org, f"Undeliverable: {original.subject}", _postmaster(org))
    letter["To"] = parcel.sender
    text = f"Your message to {parcel.spec} couldn't be delivered.\n\n{why}\n"
    status = why.split()[1]
    fields = f"Final-Recipient: rfc822;{parcel.spec}\nAction: failed\nStatus: {status}\n"
    fields += f"Diagnostic-Code: smtp;{why}\n"
    return _report(letter, "delivery-status", text, fields, original)


def was_delivered(org: "Organisation", to: str, wire: bytes) -> bytes:
    """A report of delivery to everybody (RFC 3464)."""
    original = mime.parsed(wire)
    letter = _letter(org, f"Delivered: {original.subject}", _postmaster(org))
    letter["To"] = to
    text = (
        "Your message has been delivered to the following recipients:\n\n" + "\n".join(original.people) + "\n"
    )
    fields = "\n".join(
        f"Final-Recipient: rfc822;{spec}\nAction: delivered\nStatus: 2.0.0\n" for spec in original.people
    )
    return _report(letter, "delivery-status", text, fields, original)


def was_read(org: "Organisation", spec: str, wire: bytes) -> bytes:
    """A read receipt (RFC 8098)."""
    original, reader = mime.parsed(wire), org.colleague(spec)
    letter = _letter(org, f"Read: {original.subject}", formataddr((reader.name, reader.spec)))
    letter["To"] = original.header("Disposition-Notification-To")
    text = f"Your message\n\n  To: {reader.name}\n  Subject: {original.subject}\n\nwas read.\n"
    fields = (
        f"Reporting-UA: {org.tenant.domains[0]}; Microsoft Exchange\nFinal-Recipient: rfc822;{reader.spec}\n"
        f"Original-Message-ID: {original.message_id}\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n"
    )
    return _report(letter, "disposition-notification", text, fields, original)


def recall_notice(org: "Organisation", wire: bytes, request: str) -> bytes:
    """The request for a delivered copy, as it is seen where nobody intercepts it."""
    original = mime.parsed(wire)
    letter = _letter(org, f"Recall: {original.subject}", original.header("From"))
    del letter["Message-ID"]
    letter["Message-ID"] = request
    for name in ("To", "Cc"):
        if original.header(name):
            letter[name] = original.header(name)
    letter["X-MS-Exchange-RecallReportGenerated"] = "true"
    letter["X-MS-Exchange-RecallReportCfmGenerated"] = "true"
    letter["X-MS-TrafficTypeDiagnostic"] = "TY3PR01MB0001:EE_MessageRecallEmail"
    name = original.sender.name or original.sender.spec
    letter.set_content(f'{name} would like to recall the message, "{original.subject}".\n')
    return crlf(letter.as_bytes())


def recall_report(org: "Organisation", wire: bytes, request: str) -> bytes:
    """What the sender gets in the end: a link, and not a word about any recipient."""
    original = mime.parsed(wire)
    letter = _letter(org, f"Message Recall Report: {original.subject}", _postmaster(org))
    letter["To"] = original.header("From")
    letter["X-MS-Exchange-Generated-Message-Source"] = RECALL_AGENT
    link = f"https://outlook.example/recall/status/{request.strip('<>').partition('@')[0]}"
    letter.set_content(f"Your recall request has been processed. View the recall status report:\n{link}\n")
    return crlf(letter.as_bytes())


def _letter(org: "Organisation", subject: str, sender: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = mime.words(sender) if "=?" in sender else sender
    letter["Subject"] = subject
    letter["Date"] = formatdate(org.clock())
    letter["Message-ID"] = org.message_id()
    return letter


def _postmaster(org: "Organisation") -> str:
    return formataddr(("Microsoft Outlook", f"{POSTMASTER}@{org.tenant.domains[0]}"))


def _report(letter: EmailMessage, kind: str, text: str, fields: str, original: mime.Mail) -> bytes:
    """A multipart/report (RFC 6522): words, fields, the header of what it is about."""
    box = MIMEMultipart("report", report_type=kind)
    letter["In-Reply-To"] = letter["References"] = original.message_id
    letter["Auto-Submitted"] = "auto-replied"
    for name, value in letter.items():
        box[name] = Header(str(value)).encode() if not str(value).isascii() else str(value)
    box.attach(MIMEText(text, _charset=None if text.isascii() else "utf-8"))
    for content, body in ((f"message/{kind}", fields), ("text/rfc822-headers", _head(original))):
        part = Part()
        part["Content-Type"] = content
        part.set_payload(body if content != "message/delivery-status" else _blocks(body))
        box.attach(part)
    return crlf(box.as_bytes())


def _blocks(fields: str) -> list[Part | str]:
    """One for each recipient, as the generator of this kind wants them."""
    return [message_from_string(block + "\n") for block in fields.strip().split("\n\n")]


def _head(original: mime.Mail) -> str:
    return f"Message-ID: {original.message_id}\n"
