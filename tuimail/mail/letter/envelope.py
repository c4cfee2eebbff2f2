"""What a list shows of a message without having its body."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe


class Flag(StrEnum):
    """The system flags of IMAP (RFC 9051 §2.3.2), and the keyword that clients agree on."""

    SEEN = "\\Seen"
    ANSWERED = "\\Answered"
    FLAGGED = "\\Flagged"
    DELETED = "\\Deleted"
    DRAFT = "\\Draft"
    FORWARDED = "$Forwarded"


class Ref(Struct, frozen=True):
    """Where a message is: account, folder, and the backend's key for it in that folder.

    `uid` is opaque: `uidvalidity.uid` for IMAP, the unique name for a Maildir, an immutable id for Graph.
    """

    account: str
    folder: str
    uid: str


class Envelope(Struct, frozen=True):
    """One row of a list. Times are seconds since the epoch, UTC; `size` is in bytes.

    `thread` is the cache's number for the conversation it belongs to, 0 when it comes from elsewhere;
    `labels` are those of Gmail, decoded.
    """

    ref: Ref
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: Safe
    received: float
    size: int
    flags: frozenset[str]
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attached: bool = False
    thread: int = 0
    labels: frozenset[str] = frozenset()

    @property
    def seen(self) -> bool:
        return Flag.SEEN in self.flags

    def flagged(self, flags: frozenset[str]) -> "Envelope":
        """The same message with these flags instead."""
        return replace(self, flags=flags)
