"""The aliases of the configuration as an address book."""

from collections.abc import Mapping

from tuimail.mail.letter.address import typed
from tuimail.mail.letter.contact import Contact, Index

SOURCE = "alias"


class Aliases:
    """`ports.AddressBook` on names for one address or for several."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        self._index = Index(_contact(name, people) for name, people in aliases.items())

    async def find(self, typed: str, limit: int) -> tuple[Contact, ...]:
        return self._index.find(typed, limit)


def _contact(name: str, people: str) -> Contact:
    addresses = typed(people)
    return Contact(name, addresses, SOURCE, group=len(addresses) > 1)
