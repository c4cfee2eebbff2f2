"""What the server tells of recipients as a mail leaves is kept with its record."""

import pytest
from builders import a_draft
from engine.exchange_double import FakeExchange

from tuimail.mail.after.kind import Kind
from tuimail.mail.after.tip import Scope
from tuimail.mail.hold.item import State


@pytest.fixture
def exchange(world):
    world.exchanges["work"], world.kinds["work"] = FakeExchange(), Kind.WORK
    return world.exchanges["work"]


async def sent_off(world, engine):
    draft = a_draft(
        "d1", to="ken@work.example.jp", cc="bo@other.example", bcc="", attachments=(), answers=None
    )
    item = await engine.outbox.send(draft)
    await engine.outbox.now(item.id)
    return await world.state(engine, item, State.SENT)


async def kept(world, engine, item, seconds=3.0):
    mail = None
    for _ in range(int(seconds / 0.01)):
        mail = await engine.sent.of_item(item.id)
        if mail is not None and mail.tips:
            return mail.tips
        world.clock.advance(0.5)
        await world.a_while()
    return mail.tips


async def test_they_are_asked_for_without_anybody_asking(world, exchange):
    engine = await world.sending()
    item = await sent_off(world, engine)
    tips = await kept(world, engine, item)
    assert [(tip.spec, tip.scope) for tip in tips] == [
        ("ken@work.example.jp", Scope.INTERNAL),
        ("bo@other.example", Scope.EXTERNAL),
    ]


async def test_a_server_that_tells_nothing_is_not_asked_again_and_holds_up_nothing(world, exchange):
    exchange.failures["tips"] = 1
    engine = await world.sending()
    item = await sent_off(world, engine)
    assert await kept(world, engine, item, 0.3) == ()
    assert exchange.failures["tips"] == 0
