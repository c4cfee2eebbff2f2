"""An organisation: its people, its lists and the switches its administrators have."""

from msgspec import Struct

from tuimail.demo.exchange.errors import Trouble

LARGEST = 36 * 1024 * 1024


class Colleague(Struct, frozen=True):
    """Somebody with a mailbox inside. `away` is the automatic reply, `note` a custom mail tip.

    `trouble` is what mail tips answer instead of tips, `aliases` are further addresses of theirs.
    """

    name: str
    spec: str
    away: str = ""
    full: bool = False
    restricted: bool = False
    moderated: bool = False
    note: str = ""
    largest: int = LARGEST
    trouble: Trouble | None = None
    aliases: tuple[str, ...] = ()


class Group(Struct, frozen=True):
    """A distribution list. Its members are addresses, inside or outside, or those of further lists."""

    name: str
    spec: str
    members: tuple[str, ...]


class Policy(Struct, frozen=True):
    """The switches. Times are seconds, sizes bytes.

    `tokens`: the bearer tokens that are taken; () any, None without looking whether there is one.
    `concurrent`: so many requests at once, then 429; 0 for no limit.
    `transport_seconds`, `report_seconds`: from /send to Sent Items and delivery; from recall to its report.
    """

    tokens: tuple[str, ...] | None = ()
    concurrent: int = 4
    personal: bool = False
    on_premises: bool = False
    blank_scopes: bool = False
    replaces_ids: bool = False
    sends_again: bool = False
    keeps_deferred: bool = False
    deferred_folder: str = "drafts"
    sparse_delta: bool = False
    transport_seconds: float = 0
    recall: bool = True
    recall_read: bool = True
    recall_age: float | None = None
    recall_immutable: bool = True
    report_seconds: float = 0
    largest_mime: int = 4 * 1024 * 1024
    largest_attachment: int = 3 * 1024 * 1024


class Tenant(Struct, frozen=True):
    """The organisation as it is at first. Addresses at other domains are outside."""

    people: tuple[Colleague, ...]
    groups: tuple[Group, ...] = ()
    name: str = "Contoso"
    domains: tuple[str, ...] = ("contoso.example",)
    policy: Policy = Policy()
