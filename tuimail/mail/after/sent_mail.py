"""A mail that left, as one remembers it: what a recall, a correction or an incident is about."""

from msgspec import Struct

from tuimail.mail.after.tip import Tip
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe


class SentMail(Struct, frozen=True):
    """Named by its `message_id`, with angle brackets. `sent` is UTC seconds.

    `bcc` is known only of mail that was sent from here. `handle` is the server's own name for it (Graph's
    immutable id), `item` the outbox item it was, `ref` its copy in a Sent folder, each as far as known.
    `receipts` says that receipts were asked for; `tips` are what the server told of the recipients when it
    was sent. `corrects` is the Message-ID of the mail that it puts right.
    """

    account: str
    message_id: str
    subject: Safe
    sent: float
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    token: str = ""
    handle: str = ""
    item: str = ""
    ref: Ref | None = None
    receipts: bool = False
    tips: tuple[Tip, ...] = ()
    corrects: str = ""

    @property
    def people(self) -> tuple[Address, ...]:
        """Everybody it went to, each once, in the order To, Cc, Bcc."""
        return tuple({one.spec.lower(): one for one in reversed((*self.to, *self.cc, *self.bcc))}.values())[
            ::-1
        ]
