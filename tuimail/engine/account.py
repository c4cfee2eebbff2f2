"""An account as the engine uses it: who one is there, and the ways in and out."""

from msgspec import Struct

from tuimail.mail.letter.address import Address
from tuimail.ports import Keeper, MailSource, Submitter


class Account(Struct, frozen=True):
    """`address` is what From says. `files_sent` is False where the server files its own copy in Sent;
    `keeps_bodies` is False where the source is as near as the cache (a Maildir). `keeper` is a server that
    takes scheduled mail in keeping. `domains` are those of one's own people; all others are outside.
    """

    name: str
    address: Address
    source: MailSource
    submitter: Submitter
    signature: str = ""
    files_sent: bool = True
    keeps_bodies: bool = True
    keeper: Keeper | None = None
    domains: tuple[str, ...] = ()


class Accounts(dict[str, Account]):
    """The accounts by name, in the order of the configuration."""

    @property
    def default(self) -> Account:
        return next(iter(self.values()))
