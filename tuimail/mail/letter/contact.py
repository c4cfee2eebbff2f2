"""People one may write to: how they are found by what is typed, and in which order they are offered."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from tuimail.mail.letter.address import Address, write
from tuimail.mail.letter.safe import Safe, line

_WORD = re.compile(r"[^\W_]+")
_JAPANESE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uff66-\uff9d]")
_HIRAGANA = str.maketrans({code: code + 96 for code in range(0x3041, 0x3097)})


class Contact(Struct, frozen=True):
    """One person, or a group: `addresses` are those to choose from, or with `group` all of them together.

    `reading` is how the name is spoken, in kana; `source` is where it is from, in a word or two. `phones` are
    telephone numbers as somebody wrote them.
    """

    name: str
    addresses: tuple[Address, ...]
    source: str
    reading: str = ""
    group: bool = False
    phones: tuple[Safe, ...] = ()


class Choice(Struct, frozen=True):
    """One line on offer: the people it puts in, how it reads, where it is from."""

    people: tuple[Address, ...]
    shown: Safe
    source: str

    @property
    def text(self) -> str:
        """As it would be typed."""
        return ", ".join(map(write, self.people))


def key(text: str) -> str:
    """The text for comparing: one width, one case, one kind of kana."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_HIRAGANA)


def choices(contact: Contact) -> tuple[Choice, ...]:
    """What a contact offers: each address, or the whole group."""
    if contact.group:
        count = f"{len(contact.addresses)} people"
        return (Choice(contact.addresses, line(f"{contact.name} ({count})"), contact.source),)
    return tuple(choice(each, contact.source) for each in contact.addresses)


def choice(address: Address, source: str) -> Choice:
    """One address on offer."""
    shown = f"{address.name} <{address.spec}>" if address.name else address.spec
    return Choice((address,), line(shown), source)


class Index:
    """Contacts made ready for searching. One look through the whole text, whatever is asked for."""

    def __init__(self, contacts: Iterable[Contact]) -> None:
        self._contacts = tuple(contacts)
        self._keys = tuple(map(_haystack, self._contacts))
        self._text = "\n".join(self._keys)
        self._ends: list[int] = []
        end = 0
        for one in self._keys:
            end += len(one) + 1
            self._ends.append(end)

    def find(self, typed: str, limit: int) -> tuple[Contact, ...]:
        """Contacts with a word that begins so, or in Japanese a part of one; in the order given."""
        from bisect import bisect_right

        wanted = key(typed).strip()
        if not wanted:
            return ()
        found: list[Contact] = []
        at = self._next(wanted, 0)
        while at >= 0 and len(found) < limit:
            number = bisect_right(self._ends, at)
            found.append(self._contacts[number])
            at = self._next(wanted, self._ends[number])
        return tuple(found)

    def _next(self, wanted: str, start: int) -> int:
        if _JAPANESE.search(wanted):
            return self._text.find(wanted, start)
        return self._text.find(f" {wanted}", start)


def _haystack(contact: Contact) -> str:
    """Every word of the names and addresses, each behind a blank, and the whole of them."""
    specs = [key(address.spec) for address in contact.addresses if not contact.group]
    names = [key(contact.name), key(contact.reading)]
    parts = [word for spec in specs for word in _WORD.findall(spec)[1:]]
    dashed = [word for name in names if "-" in name for word in _WORD.findall(name)[1:]]
    return " " + " ".join([*names, *specs, *parts, *dashed]).replace("\n", " ")


def ranked(near: Sequence[Sequence[Choice]], entered: Collection[str], limit: int) -> tuple[Choice, ...]:
    """The choices of several places as one list: first who is in more than one, then each place in turn.

    A choice stands once, by its people; those all of whom are `entered` (addresses, lower case) are left out.
    """
    places: dict[tuple[str, ...], list[Choice]] = {}
    for rank in range(max(map(len, near), default=0)):
        for place in near:
            if rank < len(place):
                specs = tuple(person.spec.lower() for person in place[rank].people)
                places.setdefault(specs, []).append(place[rank])
    wanted = [found for specs, found in places.items() if not all(spec in entered for spec in specs)]
    wanted.sort(key=lambda found: len({one.source for one in found}) < 2)
    return tuple(_best(found) for found in wanted[:limit])


def _best(found: Sequence[Choice]) -> Choice:
    """Of the same person in several places, the one with a name, the later place before mail met."""
    return max(found, key=lambda one: (bool(one.people[0].name), one.source != MAIL))


MAIL = "mail"
"""The source of people met in mail."""
