"""A message in the account's Drafts, on its way out: made, found again, sent, thrown away.

Sending a draft by its id is what makes a lost answer bearable: what was sent is no draft any more, and what
is still one was not sent.
"""

import base64
import contextlib

from tuimail.backends.graph import large, rows
from tuimail.backends.graph.http import ME, MESSAGES, Graph, at, query, text
from tuimail.backends.graph.people import addressed, are_more
from tuimail.backends.graph.refusal import Rejected
from tuimail.backends.response import AnswerLost
from tuimail.mail.errors import MailboxError, MailboxRefused
from tuimail.mail.letter.submission import Submission

MIME = {"Content-Type": "text/plain"}
ACCEPTED, BAD_REQUEST = 202, 400
OTHERS = "reads more recipients in it than it is for; nothing was sent. Look at its To and Cc"
_NAVIGATION = (".", "..")


async def place(graph: Graph, submission: Submission) -> str:
    """The id of a new draft that is this message, whole; one that an earlier attempt left goes first.

    That one's name was never written down, and another program may have changed it since. Raises
    MailboxError, and TooLarge; then nothing was sent.
    """
    placed = await _placed(graph, submission)
    if submission.receipts:
        with contextlib.suppress(MailboxRefused):
            await graph.ask("PATCH", at(placed), {"isDeliveryReceiptRequested": True})
    return placed


async def _placed(graph: Graph, submission: Submission) -> str:
    wire = addressed(submission)
    left = await standing(graph, submission.message_id) if submission.again else ""
    if left:
        await discard(graph, left)
    if len(wire) <= large.MIME_MOST:
        return await create(graph, wire, submission)
    head, files = large.parted(wire)
    made = await create(graph, head, submission)
    try:
        await large.attach(graph, made, files)
    except BaseException:
        await discard(graph, made)
        raise
    return made


async def create(graph: Graph, wire: bytes, submission: Submission) -> str:
    """A new draft of these bytes; its id. None stays that Graph would send to more people."""
    made = await graph.json("POST", MESSAGES, body=base64.b64encode(wire), headers=MIME)
    handle = an_id(graph, made)
    if are_more(made, submission):
        await discard(graph, handle)
        raise Rejected(f"{graph.server.host} {OTHERS}", BAD_REQUEST)
    return handle


async def standing(graph: Graph, message_id: str) -> str:
    """The id of a draft with this Message-ID; empty when there is none."""
    path = query(
        f"{ME}/mailFolders/drafts/messages",
        filter=f"internetMessageId eq {text(message_id)}",
        select="id,isDraft",
    )
    found = rows.rows(await graph.json("GET", path))
    drafts = [one for one in found if one.get("isDraft") is True]
    return an_id(graph, drafts[0]) if drafts else ""


async def send(graph: Graph, handle: str) -> None:
    """Have a draft sent: Graph's 202, and nothing else. Raises MailboxError."""
    answer = await graph.ask("POST", f"{at(handle)}/send", body=b"")
    if answer.code != ACCEPTED:
        raise AnswerLost(f"{graph.server.host} answered {answer.code} where 202 was due")


async def discard(graph: Graph, handle: str) -> None:
    """Throw a draft away, if that can be done."""
    with contextlib.suppress(MailboxError):
        await graph.ask("DELETE", at(handle))


def an_id(graph: Graph, found: dict[str, object]) -> str:
    """The id of what was answered. Raises AnswerLost where there is none."""
    name = found.get("id")
    if not isinstance(name, str) or not name or name in _NAVIGATION:
        raise AnswerLost(f"{graph.server.host}: its answer names no message")
    return name
