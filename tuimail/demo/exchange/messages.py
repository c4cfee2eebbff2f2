"""/messages: making, looking, finding, changing, moving, deleting."""

import base64
import binascii
from email.utils import formataddr
from typing import Any

from tuimail.demo.exchange import edit, odata, transport
from tuimail.demo.exchange.errors import GraphError, bad_request, denied
from tuimail.demo.exchange.message import Message
from tuimail.demo.exchange.wire import Ask, Reply, answer

PAGE = 10
UNSENT = 0x8
STATED = ("isRead", "flag", "categories")


def create(ask: Ask) -> Reply:
    """A draft from JSON, or from base64 MIME said to be text/plain."""
    one = made(ask, ask.box.folder(ask.names.get("folder", "drafts")).key)
    return answer(odata.shown(ask.box, one, {}, ask.request.immutable), 201)


def made(ask: Ask, folder: str) -> Message:
    if ask.request.headers.get("content-type", "").lower().startswith("text/plain"):
        return ask.box.add(folder, _mime(ask), draft=True, read=True)
    given = ask.request.json()
    mine = ask.org.colleague(ask.box.spec)
    sender = formataddr((mine.name, mine.spec))
    one = ask.box.add(
        folder,
        edit.from_json(given, sender, ask.org.message_id(), ask.org.clock()),
        draft=True,
        read=True,
    )
    return _patched(ask, one, given)


def listed(ask: Ask) -> Reply:
    """One page of a folder, or of all, with a link to the next."""
    folder = ask.box.folder(ask.names["folder"]).key if "folder" in ask.names else ""
    query = ask.request.query
    found = odata.chosen(ask.box, ask.box.messages(folder), query)
    start, size = odata.number(query, "$skip", 0, 10**9), odata.number(query, "$top", page_size(ask))
    shown = [odata.shown(ask.box, one, query, ask.request.immutable) for one in found[start : start + size]]
    told: dict[str, Any] = {"value": shown}
    if query.get("$count") == "true":
        told["@odata.count"] = len(found)
    if start + size < len(found):
        told["@odata.nextLink"] = ask.request.link({**query, "$skip": str(start + size)})
    return answer(told)


def page_size(ask: Ask) -> int:
    """What `Prefer: odata.maxpagesize=` says, else Graph's own."""
    _, found, size = ask.request.headers.get("prefer", "").partition("odata.maxpagesize=")
    digits = size.split(",")[0].strip()
    return min(int(digits), 1000) if found and digits.isdigit() and int(digits) else PAGE


def one(ask: Ask) -> Message:
    """The message that the path names."""
    folder = ask.box.folder(ask.names["folder"]).key if "folder" in ask.names else ""
    return ask.box.get(ask.names["id"], folder)


def look(ask: Ask) -> Reply:
    return answer(odata.shown(ask.box, one(ask), ask.request.query, ask.request.immutable))


def value(ask: Ask) -> Reply:
    """The whole message as MIME."""
    return Reply(200, one(ask).raw, "text/plain")


def change(ask: Ask) -> Reply:
    now = _patched(ask, _free(ask, one(ask)), ask.request.json())
    if now.submitted:
        transport.await_time(ask.org, ask.box, now)
    return answer(odata.shown(ask.box, now, {}, ask.request.immutable))


def move(ask: Ask) -> Reply:
    moved = ask.box.move(_free(ask, one(ask)), _destination(ask))
    return answer(odata.shown(ask.box, moved, {}, ask.request.immutable), 201)


def copy(ask: Ask) -> Reply:
    copied = ask.box.copy(one(ask), _destination(ask))
    return answer(odata.shown(ask.box, copied, {}, ask.request.immutable), 201)


def delete(ask: Ask) -> Reply:
    """Into Deleted Items; out of there, for good."""
    gone = _free(ask, one(ask))
    if gone.folder == "deleteditems":
        ask.box.erase(gone)
    else:
        ask.box.move(gone, "deleteditems")
    return Reply(204)


def erase(ask: Ask) -> Reply:
    """permanentDelete."""
    ask.box.erase(_free(ask, one(ask)))
    return Reply(204)


def _destination(ask: Ask) -> str:
    return ask.box.folder(str(ask.request.json().get("destinationId", ""))).key


def _free(ask: Ask, message: Message) -> Message:
    """The message, unless it waits on the server and the organisation lets nobody at it."""
    if message.submitted and ask.org.policy.keeps_deferred:
        raise denied()
    return message


def _mime(ask: Ask) -> bytes:
    if len(ask.request.body) > ask.org.policy.largest_mime * 4 / 3 + 4:
        raise GraphError(413, "RequestEntityTooLarge", "The request exceeds the maximum size.")
    try:
        return edit.crlf(base64.b64decode(b"".join(ask.request.body.split()), validate=True))
    except (binascii.Error, ValueError):
        message = "Invalid base64 string for MIME content."
        raise bad_request(message, "ErrorMimeContentInvalidBase64String") from None


def _patched(ask: Ask, message: Message, given: dict[str, Any]) -> Message:
    """The message with what JSON says of it; text and people are those of drafts alone."""
    fields: dict[str, Any] = {}
    if "isRead" in given:
        fields["read"] = bool(given["isRead"])
    if "flag" in given:
        fields["flag"] = given["flag"].get("flagStatus", "notFlagged")
    if "categories" in given:
        fields["categories"] = tuple(given["categories"])
    if extended := given.get("singleValueExtendedProperties"):
        said = {entry["id"].lower(): str(entry["value"]) for entry in extended}
        fields["properties"] = tuple({**dict(message.properties), **said}.items())
        if "integer 0x0e07" in said:
            fields["draft"] = bool(int(said["integer 0x0e07"]) & UNSENT)
    rest = {name: value for name, value in given.items() if name not in STATED}
    if message.draft and rest:
        fields["raw"] = edit.changed(message.raw, rest)
    return ask.box.change(message, **fields)
