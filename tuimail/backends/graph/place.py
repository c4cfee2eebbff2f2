"""Where a message stands in a mailbox on Graph."""

from msgspec import Struct

from tuimail.backends.graph import rows
from tuimail.backends.graph.http import ME, Graph, at, query, text
from tuimail.backends.graph.refusal import Rejected
from tuimail.mail.letter.submission import OWN_HEADER

DRAFTS, OUTBOX, SENT, DELETED = "drafts", "outbox", "sentitems", "deleteditems"
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
        if error.is_gone:
            return None
        raise
    return Place(found.get("isDraft") is True, await _known(graph, str(found.get("parentFolderId", ""))))


async def in_sent(graph: Graph, message_id: str, token: str = "", ordinary: bool = False) -> str:
    """The id of the copy in Sent Items, by Message-ID, else by our own header; empty when there is none.

    The header can't be searched for everywhere: a no to that finds nothing. `ordinary` asks for the id that
    changes on a move. Raises MailboxError.
    """
    found = await _first_sent(graph, f"internetMessageId eq {text(message_id)}", ordinary)
    if found or not token:
        return found
    named = f"ep/id eq 'String {_HEADERS} Name {OWN_HEADER}' and ep/value eq {text(token)}"
    try:
        return await _first_sent(graph, f"singleValueExtendedProperties/any(ep:{named})", ordinary)
    except Rejected:
        return ""


async def _first_sent(graph: Graph, wanted: str, ordinary: bool) -> str:
    path = query(f"{ME}/mailFolders/{SENT}/messages", filter=wanted, select="id,isDraft")
    found = rows.rows(await graph.json("GET", path, headers={"Prefer": ""} if ordinary else None))
    return rows.key(found[0]) if found else ""


async def _known(graph: Graph, folder: str) -> str:
    for known in (DRAFTS, SENT, OUTBOX, DELETED):
        if folder and folder == await graph.folder(known):
            return known
    return ""
