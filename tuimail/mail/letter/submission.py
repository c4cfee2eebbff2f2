"""A message frozen for the wire (RFC 6409)."""

from dataclasses import dataclass

OWN_HEADER = "X-Tuimail-Token"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is given to a message once, at Send, and never again: its id, its date, its token.

    `message_id` comes with its angle brackets, `date` is an RFC 5322 date-time, `token` is random letters
    and digits that say nothing about the sender.
    """

    message_id: str
    date: str
    token: str


@dataclass(frozen=True, slots=True)
class Submission:
    """Envelope and bytes. `wire` is the whole message in CRLF lines, without Bcc and before dot-stuffing."""

    sender: str
    recipients: tuple[str, ...]
    wire: bytes
    message_id: str
    token: str
