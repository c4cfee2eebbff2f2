"""Messages beyond what Graph takes in one piece: the last attachments follow, each by itself, in order."""

import asyncio
import base64
import json
from collections.abc import Sequence

from msgspec import Struct

from tuimail.backends.graph.http import Graph, at
from tuimail.backends.graph.refusal import Busy, Rejected
from tuimail.backends.response import AnswerLost, Unreached
from tuimail.mail.errors import MailboxRefused
from tuimail.mail.letter.filename import clean
from tuimail.mail.letter.parse import contents
from tuimail.mail.letter.walk import Node, walk

MIME_MOST = 3_000_000
"""Bytes of a message that Graph takes in one request of 4 MB, in base64."""

INLINE_MOST = 3 * 1024 * 1024 - 1
FILE_MOST = 150 * 1024 * 1024
RANGE = 10 * 320 * 1024
TRIES = 3
CREATED = 201
"""The answer to the last range: the file is there."""


class TooLarge(Exception):  # noqa: N818 (it is a state of the message)
    """The message can't go by Graph; the text follows the server's name."""


class File(Struct, frozen=True):
    """An attachment that follows by itself."""

    name: str
    type: str
    data: bytes


def parted(wire: bytes) -> tuple[bytes, tuple[File, ...]]:
    """The message without its last attachments, as many as have to follow, and these. Raises TooLarge."""
    root, _ = walk(wire)
    children = root.children if root.type == "multipart/mixed" else ()
    for number in range(len(children) - 1, 0, -1):
        if not _is_file(children[number]):
            break
        cut = _begins(wire, root, children[number])
        if 0 < cut <= MIME_MOST:
            mark = b"--" + root.params["boundary"].encode()
            return wire[:cut] + mark + b"--\r\n", _files(wire, children[number:])
    raise TooLarge("takes no message of this size in this form; send its files by a link")


async def attach(graph: Graph, handle: str, files: Sequence[File]) -> None:
    """Add the files to a draft, one after the other. Raises MailboxError."""
    try:
        async with asyncio.timeout(graph.server.upload):
            for file in files:
                if len(file.data) <= INLINE_MOST:
                    await _add(graph, handle, file)
                else:
                    await _upload(graph, handle, file)
    except TimeoutError as error:
        raise AnswerLost(f"{graph.server.host}: the attachments did not get there in time") from error


async def _add(graph: Graph, handle: str, file: File) -> None:
    payload = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": file.name,
        "contentType": file.type,
        "contentBytes": base64.b64encode(file.data).decode(),
    }
    await graph.ask("POST", f"{at(handle)}/attachments", payload)


async def _upload(graph: Graph, handle: str, file: File) -> None:
    item = {"attachmentType": "file", "name": file.name, "size": len(file.data), "contentType": file.type}
    session = await graph.json(
        "POST", f"{at(handle)}/attachments/createUploadSession", {"AttachmentItem": item}
    )
    url = str(session.get("uploadUrl", ""))
    start = 0
    while start < len(file.data):
        start = await _range(graph, url, file.data, start)


async def _range(graph: Graph, url: str, data: bytes, start: int) -> int:
    """Send what begins at `start`; where to go on. After a lost answer it is asked how far it got.

    A no is about the upload, which is begun anew with the next try, not about the message.
    """
    piece = data[start : start + RANGE]
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Range": f"bytes {start}-{start + len(piece) - 1}/{len(data)}",
    }
    end = start + len(piece)
    for _ in range(TRIES):
        try:
            answer = await graph.put(url, piece, headers)
        except Rejected as error:
            raise AnswerLost(str(error)) from error
        except Busy as error:
            await asyncio.sleep(error.pause)
        except (AnswerLost, Unreached):
            there = await _reached(graph, url)
            if start < there <= end < len(data) or start < there < end:
                return there
        else:
            if end < len(data) or answer.code == CREATED:
                return end
            raise AnswerLost(f"{graph.server.host}: an attachment is not there whole")
    raise AnswerLost(f"{graph.server.host}: an attachment does not get there")


async def _reached(graph: Graph, url: str) -> int:
    """How many bytes of an upload are there. Raises AnswerLost where that can't be told."""
    try:
        answer = await graph.put(url, None, {}, "GET")
        return int(json.loads(answer.body)["nextExpectedRanges"][0].partition("-")[0])
    except (MailboxRefused, ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise AnswerLost(f"{graph.server.host}: how much of an attachment is there can't be told") from error


def _is_file(part: Node) -> bool:
    return part.attached and not part.children


def _begins(wire: bytes, root: Node, part: Node) -> int:
    """Where the boundary line before a part begins; 0 when it is not found."""
    return wire.rfind(b"\n--" + root.params["boundary"].encode(), 0, part.start) + 1


def _files(wire: bytes, parts: Sequence[Node]) -> tuple[File, ...]:
    data = contents(wire, {part.index for part in parts})
    found = tuple(File(clean(part.filename), part.type, data[part.index]) for part in parts)
    if any(len(file.data) > FILE_MOST for file in found):
        raise TooLarge("takes no attachment of more than 150 MB; send it by a link")
    return found
