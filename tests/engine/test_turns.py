"""Who may ask next, and making things ahead."""

import asyncio

import pytest

from tuimail.engine.folders.ahead import ahead
from tuimail.engine.folders.turns import Turns, Urgency


async def test_the_most_urgent_is_next_and_of_equals_the_first():
    turns, order = Turns(), []

    async def ask(name, urgency):
        async with turns.turn(urgency):
            order.append(name)

    async with turns.turn(Urgency.LATER):
        asks = [
            ("late", Urgency.LATER),
            ("one", Urgency.INBOX),
            ("two", Urgency.INBOX),
            ("me", Urgency.PERSON),
        ]
        waiting = [asyncio.create_task(ask(*each)) for each in asks]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert order == ["me", "one", "two", "late"]


async def test_a_turn_that_is_not_wanted_any_more_goes_to_the_next():
    turns, order = Turns(), []

    async def ask(name):
        async with turns.turn(Urgency.QUIET):
            order.append(name)

    async with turns.turn(Urgency.QUIET):
        left, chosen, stays = (asyncio.create_task(ask(name)) for name in ("left", "chosen", "stays"))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.sleep(0)
    chosen.cancel()
    await asyncio.gather(left, chosen, stays, return_exceptions=True)
    assert order == ["stays"]
    async with asyncio.timeout(1), turns.turn(Urgency.LATER):
        pass


async def counted(limit, made, end=None):
    try:
        for number in range(limit):
            made.append(number)
            yield number
        if end:
            raise end
    finally:
        made.append("closed")


async def test_each_thing_is_made_while_the_one_before_is_used():
    made, seen = [], []
    async for number in ahead(counted(3, made)):
        await asyncio.sleep(0)
        seen.append((number, len(made)))
    assert seen == [(0, 2), (1, 3), (2, 4)]


async def test_what_goes_wrong_while_making_is_raised_after_what_was_made():
    seen = []
    with pytest.raises(ValueError, match="no more"):
        async for number in ahead(counted(2, [], ValueError("no more"))):
            seen += [number]
    assert seen == [0, 1]


async def test_who_leaves_early_closes_what_is_made():
    made = []
    things = ahead(counted(9, made))
    await anext(things)
    await things.aclose()
    assert made[-1] == "closed"
