"""What the rules look at: one mail, seen from the account it leaves by."""

import unicodedata
from collections.abc import Iterable

from msgspec import Struct

from tuimail.mail.letter.address import typed, unique
from tuimail.mail.letter.draft import Draft, Kind

_FORWARDS = ("fwd:", "fw:")


class Text(Struct, frozen=True):
    """A text for searching: `plain` has one width for each letter (NFKC), `folded` also one case."""

    plain: str
    folded: str


class Facts(Struct, frozen=True):
    """A mail about to leave. Addresses and domains are in lower case, each recipient once.

    `outside` are the recipients at none of the account's own domains, `new` those never written to before,
    `strangers` those never met in any mail; your own addresses are neither. `files` are the names of its
    attachments, folded like a `Text`; without their names only `attached` tells that there are some.
    """

    account: str
    kind: Kind
    recipients: tuple[str, ...]
    outside: tuple[str, ...]
    new: tuple[str, ...]
    strangers: tuple[str, ...]
    attached: bool
    files: tuple[str, ...]
    subject: Text
    body: Text


class Known(Struct, frozen=True):
    """The people one knows, in lower case: one's own addresses, those written to, those met in any mail."""

    own: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    met: frozenset[str] = frozenset()


def facts(draft: Draft, recipients: Iterable[str], domains: Iterable[str], known: Known) -> Facts:
    """What the rules may look at. `recipients` are all of the envelope, `domains` the account's own ones."""
    people = tuple(spec.lower() for spec in unique(recipients))
    inside = {domain.lower() for domain in domains}
    others = [spec for spec in people if spec not in known.own]
    return Facts(
        account=draft.account,
        kind=_kind(draft, people),
        recipients=people,
        outside=tuple(spec for spec in people if domain_of(spec) not in inside),
        new=tuple(spec for spec in others if spec not in known.written),
        strangers=tuple(spec for spec in others if spec not in known.met | known.written),
        attached=bool(draft.attachments),
        files=tuple(folded(file.name) for file in draft.attachments if file.name),
        subject=text(draft.subject),
        body=text(draft.body),
    )


def addressed(draft: Draft) -> tuple[str, ...]:
    """Everybody in To, Cc and Bcc. Raises AddressError for the first who is no address."""
    fields = (draft.to, draft.cc, draft.bcc)
    return unique(address.spec for field in fields for address in typed(field))


def text(given: str) -> Text:
    """A text made ready for searching."""
    plain = unicodedata.normalize("NFKC", given.encode("utf-8", "replace").decode("utf-8"))
    return Text(plain, plain.casefold())


def folded(given: str) -> str:
    """The text in one width and one case."""
    return text(given).folded


def domain_of(spec: str) -> str:
    return spec.rpartition("@")[2]


def _kind(draft: Draft, people: tuple[str, ...]) -> Kind:
    """What it answers to; of a message that another program wrote, as far as its header tells."""
    if draft.kind is not Kind.NEW:
        return draft.kind
    if draft.subject.lower().startswith(_FORWARDS):
        return Kind.FORWARD
    if draft.in_reply_to:
        return Kind.REPLY_ALL if len(people) > 1 else Kind.REPLY
    return Kind.NEW
