"""Writing messages and changing them: header lines as bytes, so that all else stays as it was."""

import base64
import re
from collections.abc import Sequence
from email import message_from_bytes
from email.header import Header
from email.message import EmailMessage
from email.message import Message as Part
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.utils import formataddr, formatdate
from typing import Any

_BREAK = re.compile(rb"\r?\n")
PEOPLE = {"toRecipients": "To", "ccRecipients": "Cc", "bccRecipients": "Bcc", "replyTo": "Reply-To"}


def crlf(raw: bytes) -> bytes:
    """The same lines, all ended by CRLF."""
    return _BREAK.sub(b"\r\n", raw)


def without(raw: bytes, *names: str) -> bytes:
    """The message without its headers of these names."""
    gone = tuple(name.lower().encode() + b":" for name in names)
    head, gap, body = raw.partition(b"\r\n\r\n")
    kept, skipping = list[bytes](), False
    for line in head.split(b"\r\n"):
        skipping = line.lower().startswith(gone) or (skipping and line[:1] in (b" ", b"\t"))
        if not skipping:
            kept.append(line)
    return b"\r\n".join(kept) + gap + body


def with_header(raw: bytes, name: str, value: str) -> bytes:
    """The message with this header, instead of those of that name."""
    text = value if value.isascii() else Header(value, "utf-8").encode(linesep="\r\n")
    return f"{name}: {text}\r\n".encode() + without(raw, name)


def from_json(given: dict[str, Any], sender: str, message_id: str, at: float) -> bytes:
    """A draft from Graph's JSON."""
    letter = EmailMessage()
    body = given.get("body") or {}
    subtype = "html" if str(body.get("contentType", "text")).lower() == "html" else "plain"
    letter.set_content(body.get("content") or "", subtype=subtype)
    raw = crlf(letter.as_bytes())
    raw = with_header(raw, "Message-ID", given.get("internetMessageId") or message_id)
    raw = with_header(raw, "Date", formatdate(at))
    raw = with_header(raw, "From", _from(given) or sender)
    for header in given.get("internetMessageHeaders") or ():
        raw = with_header(raw, header["name"], header["value"])
    return changed(raw, {"subject": "", **given, "body": None})


def changed(raw: bytes, given: dict[str, Any]) -> bytes:
    """A draft after a PATCH: subject, people, receipts, importance, text."""
    if "subject" in given:
        raw = with_header(raw, "Subject", " ".join((given["subject"] or "").split()))
    for key, name in PEOPLE.items():
        if key in given:
            people = ", ".join(_people(given[key] or ()))
            raw = with_header(raw, name, people) if people else without(raw, name)
    if given.get("isReadReceiptRequested"):
        raw = with_header(raw, "Disposition-Notification-To", _header(raw, "From"))
    if given.get("isDeliveryReceiptRequested"):
        raw = with_header(raw, "Return-Receipt-To", _header(raw, "From"))
    if given.get("importance") in ("low", "high"):
        raw = with_header(raw, "Importance", given["importance"])
    return _with_text(raw, given["body"]) if given.get("body") else raw


def attached(raw: bytes, name: str, kind: str, data: bytes, inline: str = "") -> bytes:
    """The message with one file more; `inline` is the Content-ID of one that its HTML shows."""
    root = message_from_bytes(raw)
    if root.get_content_type() != "multipart/mixed":
        root = _wrapped(root)
    main, _, sub = (kind or "application/octet-stream").partition("/")
    part = MIMEBase(main, sub or "octet-stream")
    part.set_payload(base64.encodebytes(data).decode())
    part["Content-Transfer-Encoding"] = "base64"
    part.add_header("Content-Disposition", "inline" if inline else "attachment", filename=("utf-8", "", name))
    if inline:
        part["Content-ID"] = f"<{inline.strip('<>')}>"
    root.attach(part)
    return crlf(root.as_bytes())


def _wrapped(root: Part) -> Part:
    """A multipart/mixed with the headers of `root`, and its content as the first part."""
    box, inner = MIMEMultipart("mixed"), Part()
    for name, value in root.items():
        if name.lower().startswith("content-"):
            inner[name] = value
        elif name.lower() != "mime-version":
            box[name] = value
    inner.set_payload(root.get_payload())
    box.attach(inner)
    return box


def _with_text(raw: bytes, body: dict[str, Any]) -> bytes:
    """Another text; files stay."""
    root = message_from_bytes(raw)
    shown = next((p for p in root.walk() if p.get_content_maintype() == "text"), root)
    for name in ("Content-Transfer-Encoding", "Content-Type"):
        del shown[name]
    subtype = "html" if str(body.get("contentType", "text")).lower() == "html" else "plain"
    shown["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    shown["Content-Transfer-Encoding"] = "base64"
    shown.set_payload(base64.encodebytes((body.get("content") or "").encode()).decode())
    return crlf(root.as_bytes())


def _people(given: Sequence[dict[str, Any]]) -> list[str]:
    pairs = [one["emailAddress"] for one in given]
    return [formataddr((pair.get("name") or "", pair["address"])) for pair in pairs]


def _from(given: dict[str, Any]) -> str:
    return _people([given["from"]])[0] if given.get("from") else ""


def _header(raw: bytes, name: str) -> str:
    return str(message_from_bytes(raw)[name])
