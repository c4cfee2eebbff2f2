"""A receipt: what a recipient's program or server says became of a mail (RFC 8098, RFC 3464)."""

from enum import StrEnum

from msgspec import Struct

from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe


class Fate(StrEnum):
    """What it says."""

    DELIVERED = "delivered"
    DELAYED = "delayed"
    FAILED = "failed"
    READ = "read"
    DELETED = "deleted"


class Receipt(Struct, frozen=True):
    """About the copy of one recipient (`spec`) of the mail named by `message_id`. `at` is UTC seconds.

    `text` is the diagnostic word for word, `ref` the mail that said so. Anybody can write one: it is shown as
    what was said, not as what is known.
    """

    message_id: str
    spec: str
    fate: Fate
    at: float
    text: Safe = Safe("")
    ref: Ref | None = None
