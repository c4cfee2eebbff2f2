"""Who one is in a mail: an address with a name, and the signature under it."""

from collections.abc import Sequence

from msgspec import Struct

from tuimail.mail.letter.address import Address, parse_addresses
from tuimail.mail.letter.letter import Letter

DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to")


class Identity(Struct, frozen=True):
    """One of the people one is; `account` is the name of the account its mail leaves by."""

    account: str
    address: Address
    signature: str = ""

    def is_at(self, spec: str) -> bool:
        """Whether this address is the identity's, whatever its case."""
        return self.address.spec.lower() == spec.lower()


def meant(letter: Letter, identities: Sequence[Identity]) -> Identity | None:
    """The identity that wrote the message, or that it was sent to: To, Cc, then what its delivery says.

    Of two that fit, the one named first in `identities`; None when none does.
    """
    for people in ((letter.sender,), letter.to, letter.cc, _delivered(letter)):
        specs = {person.spec.lower() for person in people}
        for identity in identities:
            if identity.address.spec.lower() in specs:
                return identity
    return None


def _delivered(letter: Letter) -> tuple[Address, ...]:
    values = (value for name, value in letter.headers if name.lower() in DELIVERED)
    return tuple(person for value in values for person in parse_addresses(value))
