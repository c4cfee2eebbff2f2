"""An engine that lets another process send, and goes on when nobody does."""

import asyncio

from builders import a_draft

from tuimail.engine.news import Notice
from tuimail.engine.sending.silence import PATIENCE
from tuimail.mail.hold.item import State
from tuimail.store.lock import SenderLockFile


def letter(name="d1"):
    return a_draft(name, cc="", attachments=(), answers=None)


async def test_one_that_stopped_lets_another_send_and_still_takes_back(world):
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    await engine.stop()
    other = await world.sending("agent")
    assert not engine.outbox.sending_here
    assert (await engine.outbox.undo(item.id)).id == "d1"
    world.clock.advance(10)
    await world.a_while()
    assert world.submitter.wires == []
    await world.close(other)


async def test_one_that_stopped_sends_again_when_it_is_started_again(world):
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    await engine.stop()
    world.clock.advance(10)
    await world.a_while()
    assert (await engine.outbox.item(item.id)).state is State.WAITING
    await engine.start(mail=False)
    await world.state(engine, item, State.SENT)
    assert len(world.submitter.wires) == 1


async def test_stopping_waits_for_the_copy_that_is_being_filed(world):
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await world.state(engine, item, State.SENT)
    filing = engine._filing.under_way["work"]
    await filing.acquire()
    stopping = asyncio.create_task(engine.stop())
    await world.a_while()
    assert not stopping.done()
    filing.release()
    await stopping


async def test_one_that_watches_says_who_holds_the_outbox_and_sends_nothing(world):
    hung = SenderLockFile(world.folder / "sender.lock", "tuimail agent")
    assert hung.take()
    engine = await world.started()
    await engine.outbox.send(letter())
    world.clock.advance(10)
    await world.a_while()
    assert world.heard(Notice) == []
    world.clock.advance(PATIENCE)
    await world.a_while()
    (notice,) = world.heard(Notice)
    assert "tuimail agent (process" in notice.text
    assert "sends nothing" in notice.text
    hung.release()


async def test_one_that_is_slow_at_a_message_is_not_taken_for_one_that_hangs(world):
    engine = await world.sending("agent")
    gate = world.submitter.gate("answer")
    await engine.outbox.send(letter("d1"))
    await engine.outbox.send(letter("d2"))
    await world.started("screen")
    world.clock.advance(10)
    await gate.reached.wait()
    world.clock.advance(10 * PATIENCE)
    await world.a_while()
    assert world.heard(Notice) == []
    gate.open()
