"""An account as the engine uses it: who one is there, and the ways in and out."""

from msgspec import Struct

from tuimail.mail.after.kind import Kind
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.identity import Identity
from tuimail.ports import Exchange, Keeper, MailSource, Submitter, Tracer


class Account(Struct, frozen=True):
    """`address` is what From says. `files_sent` is False where the server files its own copy in Sent;
    `keeps_bodies` is False where the source is as near as the cache (a Maildir). `keeper` is a server that
    takes scheduled mail in keeping, `tracer` one that says what became of mail whose answer was lost,
    `exchange` what a Microsoft 365 account can do besides; `kind` says of the others why they can't.
    `domains` are those of one's own people; all others are outside.
    `aliases` are further identities whose mail leaves this way.
    """

    name: str
    address: Address
    source: MailSource
    submitter: Submitter
    signature: str = ""
    files_sent: bool = True
    keeps_bodies: bool = True
    keeper: Keeper | None = None
    tracer: Tracer | None = None
    exchange: Exchange | None = None
    kind: Kind = Kind.OTHER
    domains: tuple[str, ...] = ()
    aliases: tuple[Identity, ...] = ()

    @property
    def identities(self) -> tuple[Identity, ...]:
        """Who one is here, the account's own address first."""
        return (Identity(self.name, self.address, self.signature), *self.aliases)

    def sender(self, draft: Draft) -> Address:
        """What From says in a draft of this account."""
        return draft.sender or self.address


class Accounts(dict[str, Account]):
    """The accounts by name, in the order of the configuration."""

    @property
    def default(self) -> Account:
        return next(iter(self.values()))

    def identities(self, first: str = "") -> tuple[Identity, ...]:
        """All identities of all accounts, those of the account `first` before the others."""
        ordered = sorted(self.values(), key=lambda account: account.name != first)
        return tuple(identity for account in ordered for identity in account.identities)

    def own(self) -> frozenset[str]:
        """One's own addresses, in lower case."""
        return frozenset(identity.address.spec.lower() for identity in self.identities())
