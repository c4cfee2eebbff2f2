"""A conversation: as one row of a list, and as a tree."""

from msgspec import Struct

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope


class Thread(Struct, frozen=True):
    """A conversation as one row: its newest message in the view, how many there are, how many unread.

    `people` are its authors, oldest first, each once, a handful at most; `flagged` and `attached` say
    whether any message of it is.
    """

    newest: Envelope
    total: int
    unread: int
    people: tuple[Address, ...]
    flagged: bool = False
    attached: bool = False

    @property
    def key(self) -> int:
        """The cache's number for the conversation."""
        return self.newest.thread
