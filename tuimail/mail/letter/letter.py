"""A message as a person reads it."""

from datetime import datetime

from msgspec import Struct

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.invitation import Invitation
from tuimail.mail.letter.mailing import NO_LIST, Mailing
from tuimail.mail.letter.safe import Safe


class Link(Struct, frozen=True):
    """A link in the body: what it says, where it goes, and the host it really goes to.

    `claim` is the host that its text names when that is another one; empty for honest links.
    """

    number: int
    text: Safe
    target: Safe
    host: Safe
    claim: Safe = Safe("")


class Part(Struct, frozen=True):
    """An attachment as listed. `index` is its place in the walk of the message's leaves.

    `name` is for showing; `letter.filename.clean` makes the name it is saved under. `size` is the decoded
    size in bytes.
    """

    index: int
    name: Safe
    type: str
    size: int


class Letter(Struct, frozen=True):
    """A parsed message. Nothing in it can hurt a screen; nothing in it raised.

    `text` is the body as shown (plain, or HTML rendered as text, or both parts of a multipart/mixed in
    order). `faults` says in words what was cut, missing or could not be decoded. `followup` is
    Mail-Followup-To, `mailing` the list it came by, `invitation` the first calendar part that can be read.
    """

    headers: tuple[tuple[Safe, Safe], ...]
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: Safe
    date: datetime | None
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    text: Safe
    links: tuple[Link, ...]
    parts: tuple[Part, ...]
    faults: tuple[Safe, ...]
    followup: tuple[Address, ...] = ()
    mailing: Mailing = NO_LIST
    invitation: Invitation | None = None
