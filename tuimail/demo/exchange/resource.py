"""Messages and folders as Graph's JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tuimail.demo.exchange import mime
from tuimail.demo.exchange.mailbox import ROOT, Folder, Mailbox
from tuimail.demo.exchange.message import Message

REPORTS = {
    b"\nAction: failed": "REPORT.IPM.Note.NDR",
    b"\nAction: delivered": "REPORT.IPM.Note.DR",
    b"\nDisposition:": "REPORT.IPM.Note.IPNRN",
}
ONLY_ASKED = ("internetMessageHeaders", "uniqueBody")


def instant(at: float) -> str:
    """As Graph writes a time."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def message(box: Mailbox, one: Message, immutable: bool = False) -> dict[str, Any]:
    """Every property; those of `ONLY_ASKED` are left out of answers that don't select them."""
    mail = mime.parsed(one.raw)
    sender = _person(mail.sender)
    return {
        "@odata.etag": f'W/"{one.changed}"',
        "id": one.named(immutable),
        "createdDateTime": instant(one.at),
        "lastModifiedDateTime": instant(one.modified),
        "changeKey": f"CQAAABYAAAB{one.changed:08}",
        "categories": list(one.categories),
        "receivedDateTime": instant(one.at),
        "sentDateTime": instant(mail.date or one.at),
        "hasAttachments": mail.files > 0,
        "internetMessageId": mail.message_id,
        "subject": mail.subject,
        "bodyPreview": " ".join(mail.text.split())[: mime.PREVIEW],
        "importance": mail.header("Importance").lower() or "normal",
        "parentFolderId": box.folders[one.folder].id,
        "conversationId": _conversation(mail),
        "isDeliveryReceiptRequested": bool(mail.header("Return-Receipt-To")),
        "isReadReceiptRequested": bool(mail.header("Disposition-Notification-To")),
        "isRead": one.read,
        "isDraft": one.draft,
        "webLink": f"https://outlook.example/owa/?ItemID={one.key}",
        "inferenceClassification": "focused",
        "body": {"contentType": "html" if mail.html else "text", "content": mail.text},
        "sender": sender,
        "from": sender,
        "toRecipients": [_person(person) for person in mail.to],
        "ccRecipients": [_person(person) for person in mail.cc],
        "bccRecipients": [_person(person) for person in mail.bcc],
        "replyTo": [_person(person) for person in mail.reply_to],
        "flag": {"flagStatus": one.flag},
        "internetMessageHeaders": [] if one.draft else _headers(mail),
        "uniqueBody": {"contentType": "text", "content": mail.text},
    }


def properties(one: Message, names: Sequence[str]) -> list[dict[str, str]]:
    """The extended properties of these names that it has; ids come back in lower case."""
    found = ((name, extended(one, name.lower())) for name in names)
    return [{"id": _echo(name), "value": value} for name, value in found if value]


def extended(one: Message, name: str) -> str:
    """An extended property, set or made from the message; empty for none. `name` is in lower case."""
    mail = mime.parsed(one.raw)
    made = {
        "string 0x001a": message_class(one.raw),
        "integer 0x0e08": str(len(one.raw)),
        "long 0x0e08": str(len(one.raw)),
        "string 0x1035": mail.message_id,
        "string 0x1039": mail.header("References"),
        "string 0x1042": mail.header("In-Reply-To"),
        "string 0x007d": "\r\n".join(f"{key}: {value}" for key, value in mail.headers),
    }
    by_name = mail.header(name.rpartition(" name ")[2]) if " name " in name else ""
    return one.property(name) or made.get(name, "") or by_name


def message_class(raw: bytes) -> str:
    """`IPM.Note`, a report, or a request for a delivered copy."""
    mail = mime.parsed(raw)
    if mail.header("X-MS-Exchange-RecallReportGenerated"):
        return "IPM.Outlook.Recall"
    if "multipart/report" not in mail.header("Content-Type").lower():
        return "IPM.Note"
    return next((name for mark, name in REPORTS.items() if mark in raw), "IPM.Note")


def folder(box: Mailbox, one: Folder, beta: bool = False) -> dict[str, Any]:
    inside = box.messages(one.key)
    known = {"wellKnownName": one.known or None} if beta else {}
    return {
        "id": one.id,
        "displayName": one.name,
        "parentFolderId": box.folders[one.parent].id if one.key != ROOT else one.id,
        "childFolderCount": sum(other.parent == one.key != other.key for other in box.folders.values()),
        "unreadItemCount": sum(not message.read for message in inside),
        "totalItemCount": len(inside),
        "sizeInBytes": sum(len(message.raw) for message in inside),
        "isHidden": False,
        **known,
    }


def _person(person: mime.Person) -> dict[str, Any]:
    return {"emailAddress": {"name": person.name or person.spec, "address": person.spec}}


def _headers(mail: mime.Mail) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in mail.headers if name.lower() != "bcc"]


def _conversation(mail: mime.Mail) -> str:
    first = mail.header("References").split() or mail.header("In-Reply-To").split() or [mail.message_id]
    return "AAQkAGI2TGuL" + "".join(letter for letter in first[0] if letter.isalnum())


def _echo(name: str) -> str:
    """`SystemTime 0x3FEF` comes back as `SystemTime 0x3fef`."""
    kind, _, tag = name.partition(" ")
    return f"{kind} {tag.lower()}" if tag.lower().startswith("0x") else name
