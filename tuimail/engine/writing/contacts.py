"""The people one writes to: met in mail, and kept in address books."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from tuimail.mail.errors import TuimailError
from tuimail.ports import AddressBook, MailCache

if TYPE_CHECKING:
    from tuimail.mail.letter.contact import Choice

AT_ONCE = 0.03
"""Seconds in which an address book is part of the first answer."""

LOOKED_AT = 40


class Offered(Struct, frozen=True):
    """Whom to offer so far, likeliest first, and what is wrong with an address book, in a line."""

    choices: "tuple[Choice, ...]"
    trouble: str = ""


class Contacts:
    """Completion of addresses. A slow or broken address book never holds up the others."""

    def __init__(self, cache: MailCache, books: Sequence[AddressBook] = ()) -> None:
        self._cache = cache
        self._books = tuple(books)

    async def complete(
        self, typed: str, entered: Collection[str] = (), limit: int = 8
    ) -> AsyncGenerator[Offered, None]:
        """Who has a word in name or address that begins so, but for those `entered` (lower case).

        What is known at once comes first; each later answer begins with the choices of the one before.
        """
        if not typed.strip():
            return
        books = [asyncio.ensure_future(self._kept(book, typed)) for book in self._books]
        try:
            near = asyncio.ensure_future(self._met(typed))
            await asyncio.wait([near])
            if books:
                await asyncio.wait(books, timeout=AT_ONCE)
            offered = _so_far((near, *books), Offered(()), entered, limit)
            yield offered
            late = {book for book in books if not book.done()}
            while late:
                _, late = await asyncio.wait(late, return_when=asyncio.FIRST_COMPLETED)
                offered = _so_far((near, *books), offered, entered, limit)
                yield offered
        finally:
            for book in books:
                book.cancel()

    async def phones(self, spec: str) -> tuple[str, ...]:
        """The telephone numbers that address books have for an address; none where one can't be read."""
        found = [await self._numbers(book, spec.lower()) for book in self._books]
        return tuple(dict.fromkeys(number for numbers in found for number in numbers))

    async def _numbers(self, book: AddressBook, spec: str) -> Sequence[str]:
        try:
            people = await book.find(spec, LOOKED_AT)
        except TuimailError:
            return ()
        mine = [one for one in people if not one.group and spec in {a.spec.lower() for a in one.addresses}]
        return [number for one in mine for number in one.phones]

    async def _met(self, typed: str) -> Offered:
        """Mail's own people; where the cache can't be read there are none."""
        from tuimail.mail.letter.contact import MAIL, choice

        try:
            people = await self._cache.seen(typed.strip(), LOOKED_AT)
        except TuimailError:
            return Offered(())
        return Offered(tuple(choice(person, MAIL) for person in people))

    async def _kept(self, book: AddressBook, typed: str) -> Offered:
        from tuimail.mail.letter.contact import choices

        try:
            people = await book.find(typed, LOOKED_AT)
        except TuimailError as error:
            return Offered((), str(error))
        return Offered(tuple(one for person in people for one in choices(person)))


def _so_far(
    answers: Sequence["asyncio.Future[Offered]"], before: Offered, entered: Collection[str], limit: int
) -> Offered:
    """What the finished ones say, behind what was offered already."""
    from tuimail.mail.letter.contact import ranked

    done = [answer.result() for answer in answers if answer.done()]
    fresh = ranked([answer.choices for answer in done], entered, limit)
    known = {one.text for one in before.choices}
    kept = (*before.choices, *(one for one in fresh if one.text not in known))
    return Offered(kept[:limit], next((answer.trouble for answer in done if answer.trouble), ""))
