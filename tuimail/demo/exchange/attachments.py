"""/messages/{id}/attachments: files of a message, small ones in one request and large ones in ranges."""

import base64
import binascii
import itertools
import re
from email import message_from_bytes
from email.message import Message as Part
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tuimail.demo.exchange import edit, messages, mime
from tuimail.demo.exchange.errors import GraphError, bad_request, not_found
from tuimail.demo.exchange.mailbox import Mailbox
from tuimail.demo.exchange.wire import Ask, Reply, answer

LARGEST_RANGE = 4 * 1024 * 1024
_RANGE = re.compile(r"^bytes (\d+)-(\d+)/(\d+)$")


class Upload(Struct, frozen=True):
    """A file on its way to the message of that key."""

    box: Mailbox
    key: int
    name: str
    kind: str
    inline: str
    size: int
    data: bytes = b""


class Uploads:
    """The sessions that are open."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._open: dict[str, Upload] = {}

    def begin(self, upload: Upload) -> str:
        """The name of a new session."""
        name = f"upload-{next(self._numbers)}"
        self._open[name] = upload
        return name

    def put(self, name: str, span: str, data: bytes) -> Reply:
        """One range; the file is there with the last one. Ranges come in order."""
        if (upload := self._open.get(name)) is None:
            raise not_found()
        found = _RANGE.match(span)
        if not found or int(found[1]) != len(upload.data) or int(found[2]) - int(found[1]) + 1 != len(data):
            raise bad_request("The range isn't the next one that is expected.", "ErrorInvalidArgument")
        if len(data) > LARGEST_RANGE or int(found[3]) != upload.size:
            raise bad_request("The range is too large, or the size has changed.", "ErrorInvalidArgument")
        upload = replace(upload, data=upload.data + data)
        self._open[name] = upload
        if len(upload.data) < upload.size:
            return answer({"nextExpectedRanges": [f"{len(upload.data)}-"]})
        del self._open[name]
        return _finished(upload)

    def look(self, name: str) -> Reply:
        """How far it got."""
        if (upload := self._open.get(name)) is None:
            raise not_found()
        return answer({"nextExpectedRanges": [f"{len(upload.data)}-"]})

    def drop(self, name: str) -> Reply:
        """Give it up."""
        self._open.pop(name, None)
        return Reply(204)


def listed(ask: Ask) -> Reply:
    parts = mime.attachments(message_from_bytes(messages.one(ask).raw))
    return answer({"value": [_shown(number, part) for number, part in enumerate(parts)]})


def look(ask: Ask) -> Reply:
    return answer(_shown(int(ask.names["file"].rpartition("-")[2] or 0), _part(ask)))


def value(ask: Ask) -> Reply:
    part = _part(ask)
    return Reply(200, _data(part), part.get_content_type())


def add(ask: Ask) -> Reply:
    """A small file as JSON."""
    one, given = messages.one(ask), ask.request.json()
    try:
        data = base64.b64decode(given.get("contentBytes", ""), validate=True)
    except (binascii.Error, ValueError):
        raise bad_request("contentBytes isn't base64.", "ErrorInvalidArgument") from None
    if len(data) > ask.org.policy.largest_attachment:
        raise GraphError(413, "ErrorMessageSizeExceeded", "The request exceeds the maximum size.")
    name, kind = given.get("name", ""), given.get("contentType", "")
    inline = given.get("contentId", "") if given.get("isInline") else ""
    now = ask.box.change(one, raw=edit.attached(one.raw, name, kind, data, inline))
    parts = mime.attachments(message_from_bytes(now.raw))
    return answer(_shown(len(parts) - 1, parts[-1]), 201)


def begin(ask: Ask, uploads: Uploads) -> Reply:
    """createUploadSession; what it gives is used without a token."""
    one, item = messages.one(ask), ask.request.json().get("AttachmentItem") or {}
    if not item.get("name") or not isinstance(item.get("size"), int):
        raise bad_request("AttachmentItem needs a name and a size.", "ErrorInvalidArgument")
    inline = item.get("contentId", "") if item.get("isInline") else ""
    upload = Upload(ask.box, one.key, item["name"], item.get("contentType", ""), inline, item["size"])
    url = f"{ask.request.base}/uploads/{uploads.begin(upload)}?authtoken=good"
    told = {"uploadUrl": url, "expirationDateTime": "2099-01-01T00:00:00Z", "nextExpectedRanges": ["0-"]}
    return answer(told, 201)


def _finished(upload: Upload) -> Reply:
    if (one := upload.box.known(upload.key)) is None:
        raise not_found()
    upload.box.change(one, raw=edit.attached(one.raw, upload.name, upload.kind, upload.data, upload.inline))
    return Reply(201, headers=(("Location", f"/messages/{one.immutable}/attachments"),))


def _part(ask: Ask) -> Part:
    parts = mime.attachments(message_from_bytes(messages.one(ask).raw))
    number = ask.names["file"].rpartition("-")[2]
    if not number.isdigit() or int(number) >= len(parts):
        raise not_found()
    return parts[int(number)]


def _shown(number: int, part: Part) -> dict[str, Any]:
    data = _data(part)
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "id": f"file-{number}",
        "name": mime.words(part.get_filename() or ""),
        "contentType": part.get_content_type(),
        "size": len(data),
        "isInline": part.get_content_disposition() == "inline",
        "contentId": str(part.get("Content-ID", "")).strip("<>"),
        "contentBytes": base64.b64encode(data).decode(),
    }


def _data(part: Part) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
