"""What a list shows."""

from enum import StrEnum

from msgspec import Struct

from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.query import EVERYTHING, Query


class Order(StrEnum):
    """How a list is sorted. Names and subjects ascend; what is equal stands newest first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SENDER = "sender"
    SUBJECT = "subject"
    LARGEST = "largest"


class View(Struct, frozen=True):
    """The messages of one folder that answer `query`.

    Without a folder: those of all folders of the account with this `role`, or of every folder when there is
    no role; junk and trash are left out where there is a query that does not name them. Without an account:
    those of all accounts, so that `View("", "", role=Role.INBOX)` is the inbox of all of them.
    """

    account: str
    folder: str
    query: Query = EVERYTHING
    role: Role = Role.NONE
    threaded: bool = False
    order: Order = Order.NEWEST

    @property
    def is_one_folder(self) -> bool:
        return bool(self.account and self.folder)
