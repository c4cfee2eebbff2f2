"""A message frozen for the wire (RFC 6409)."""

from msgspec import Struct

OWN_HEADER = "X-Tuimail-Token"
DRAFT_HEADER = "X-Tuimail-Draft"
"""Names the draft that a message in a Drafts folder is a copy of."""


class Stamp(Struct, frozen=True):
    """What is given to a message once, at Send, and never again: its id, its date, its token.

    `message_id` comes with its angle brackets, `date` is an RFC 5322 date-time, `token` is random letters
    and digits that say nothing about the sender.
    """

    message_id: str
    date: str
    token: str


class Submission(Struct, frozen=True):
    """Envelope and bytes. `wire` is the whole message in CRLF lines, without Bcc and before dot-stuffing.

    `handle` names it on a server that has it from an earlier attempt, `again` says that there was one.
    `receipts` asks the servers on the way to report (RFC 3461).
    """

    sender: str
    recipients: tuple[str, ...]
    wire: bytes
    message_id: str
    token: str
    handle: str = ""
    again: bool = False
    receipts: bool = False
