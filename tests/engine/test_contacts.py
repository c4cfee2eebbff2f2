"""Completion: what is known at once, and what comes later."""

import asyncio

from tuimail.engine.writing.contacts import Contacts
from tuimail.mail.errors import ContactsError, OutboxError
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.contact import Contact

ANN, BEN, CAT = (Address(f"{name}@x.example", name) for name in ("ann", "ben", "cat"))


class Cache:
    def __init__(self, *people):
        self.people = people

    async def seen(self, prefix, limit):
        if not self.people:
            raise OutboxError("cache.db can't be read.")
        return self.people[:limit]


class Book:
    def __init__(self, *people, waits=False, error=""):
        self.people, self.error, self.ended = people, error, False
        self.gate = asyncio.Event()
        if not waits:
            self.gate.set()

    async def find(self, typed, limit):
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.ended = True
            raise
        if self.error:
            raise ContactsError(self.error)
        return tuple(Contact(one.name, (one,), "book") for one in self.people)


async def every(contacts, typed="x", entered=()):
    return [answer async for answer in contacts.complete(typed, entered)]


def specs(answer):
    return [one.people[0].spec[:3] for one in answer.choices]


async def test_mail_and_books_are_one_list():
    (answer,) = await every(Contacts(Cache(ANN, BEN), [Book(BEN, CAT)]))
    assert specs(answer) == ["ben", "ann", "cat"]


async def test_what_comes_late_stands_behind_what_was_offered():
    book = Book(CAT, ANN, waits=True)
    answers = Contacts(Cache(ANN, BEN), [book]).complete("x")
    assert specs(await anext(answers)) == ["ann", "ben"]
    book.gate.set()
    assert specs(await anext(answers)) == ["ann", "ben", "cat"]
    assert [answer async for answer in answers] == []


async def test_who_is_entered_is_left_out_and_nothing_typed_offers_nobody():
    contacts = Contacts(Cache(ANN, BEN))
    assert specs((await every(contacts, entered={"ann@x.example"}))[0]) == ["ben"]
    assert await every(contacts, " ") == []


async def test_a_broken_book_or_cache_leaves_the_others():
    answer = (await every(Contacts(Cache(), [Book(error="cards are gone"), Book(CAT)])))[-1]
    assert specs(answer) == ["cat"]
    assert answer.trouble == "cards are gone"


async def test_nobody_waiting_ends_what_is_under_way():
    book = Book(CAT, waits=True)
    answers = Contacts(Cache(ANN), [book]).complete("x")
    await anext(answers)
    await answers.aclose()
    await asyncio.sleep(0)
    assert book.ended
