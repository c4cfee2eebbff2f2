"""Addresses as a person reads and types them."""

from collections.abc import Collection, Sequence

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe, line


def who(address: Address) -> Safe:
    """The short form: the name, or the address of one who has none."""
    return line(address.name or address.spec)


def everyone(addresses: Sequence[Address]) -> str:
    """All of them by their short form."""
    return ", ".join(who(address) for address in addresses)


def authors(people: Sequence[Address], own: Collection[str]) -> str:
    """Who wrote in a conversation: one by the whole name, several by the first; oneself (`own`, lower case)
    is you.
    """
    short = who if len(people) == 1 else _called
    return ", ".join("you" if one.spec.lower() in own else short(one) for one in people)


def _called(address: Address) -> str:
    """One word for somebody: what stands first in the name, or after its comma."""
    words = address.name.rpartition(",")[2].split() or [address.spec.partition("@")[0]]
    return line(words[0])


def to_whom(specs: Sequence[str]) -> str:
    """Recipients in a few words: the only one, or how many."""
    return line(specs[0]) if len(specs) == 1 else f"{len(specs)} people"
