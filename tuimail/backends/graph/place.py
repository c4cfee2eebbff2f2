"""Where a message stands in a mailbox on Graph."""

from msgspec import Struct

from tuimail.backends.graph.http import ME, Graph, at, query, text
from tuimail.backends.graph.refusal import Rejected
from tuimail.mail.letter.submission import OWN_HEADER

DRAFTS, OUTBOX, SENT, DELETED = "drafts", "outbox", "sentitems", "deleteditems"
NOT_FOUND = 404
_HEADERS = "{00020386-0000-0000-C000-000000000046}"
"""The property set in which Exchange keeps header lines it has no other place for."""


class Place(Struct, frozen=True):
    """`folder` is one of the names above, empty for every other."""

    draft: bool
    folder: str


async def place_of(graph: Graph, handle: str) -> Place | None:
    """Where the message is; None when there is none of that id. Raises MailboxError."""
    try:
        found = await graph.json("GET", query(at(handle), select="id,isDraft,parentFolderId"))
    except Rejected as error:
        if error.code == NOT_FOUND:
            return None
        raise
    return Place(found.get("isDraft") is True, await _known(graph, str(found.get("parentFolderId", ""))))


async def in_sent(graph: Graph, message_id: str, token: str = "", ordinary: bool = False) -> str:
    """The id of the copy in Sent Items, by Message-ID, else by our own header; empty when there is none.

    `ordinary` asks for the id that changes on a move. Raises MailboxError.
    """
    wanted = [f"internetMessageId eq {text(message_id)}"] if message_id else []
    named = f"ep/id eq 'String {_HEADERS} Name {OWN_HEADER}' and ep/value eq {text(token)}"
    wanted += [f"singleValueExtendedProperties/any(ep:{named})"] if token else []
    for one in wanted:
        path = query(f"{ME}/mailFolders/{SENT}/messages", filter=one, select="id,isDraft")
        found = (await graph.json("GET", path, headers={"Prefer": ""} if ordinary else None)).get("value")
        names = [each["id"] for each in found or () if isinstance(each, dict) and "id" in each]
        if names:
            return str(names[0])
    return ""


async def _known(graph: Graph, folder: str) -> str:
    for known in (DRAFTS, SENT, OUTBOX, DELETED):
        if folder and folder == await graph.folder(known):
            return known
    return ""
