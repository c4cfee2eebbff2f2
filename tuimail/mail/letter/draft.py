"""A message being written, exactly as typed."""

from enum import StrEnum

from msgspec import Struct

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.when.schedule import Schedule


class Kind(StrEnum):
    """What the draft answers to."""

    NEW = "new"
    REPLY = "reply"
    REPLY_ALL = "reply_all"
    FORWARD = "forward"


class Attachment(Struct, frozen=True):
    """A file that goes along: still on disk (`path`), or carried (`data`), or both once it was read.

    `size` is in bytes as seen when it was attached; `type` is a MIME type such as `application/pdf`.
    """

    name: str
    type: str
    size: int
    path: str = ""
    data: bytes | None = None


class Draft(Struct, frozen=True):
    """What a composer holds. The address fields are text as typed, so that a half-typed one survives.

    `cursor` is (row, column) in the body, `schedule` the time it is to leave, if the user chose one.
    `answers` is the message this one replies to or forwards, `replaces` its own older copy in a Drafts
    folder, which goes once this one is sent or saved there anew. `sender` is what From says; without it,
    it is the account's own address. `receipts` asks for word of delivery and reading. `corrects` is the
    Message-ID of the mail that had left and that this one puts right.
    """

    id: str
    account: str
    kind: Kind = Kind.NEW
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    body: str = ""
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    answers: Ref | None = None
    replaces: Ref | None = None
    cursor: tuple[int, int] = (0, 0)
    schedule: Schedule | None = None
    sender: Address | None = None
    receipts: bool = False
    corrects: str = ""
