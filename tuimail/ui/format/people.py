"""Addresses as a person reads and types them."""

from collections.abc import Sequence

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe, line


def who(address: Address) -> Safe:
    """The short form: the name, or the address of one who has none."""
    return line(address.name or address.spec)


def everyone(addresses: Sequence[Address]) -> str:
    """All of them by their short form."""
    return ", ".join(who(address) for address in addresses)


def to_whom(specs: Sequence[str]) -> str:
    """Recipients in a few words: the only one, or how many."""
    return line(specs[0]) if len(specs) == 1 else f"{len(specs)} people"
