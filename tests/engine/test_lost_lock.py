"""A sender whose lock file was taken away: others may hold "the lock" by now."""

from builders import a_draft

from tuimail.engine.news import SenderChanged
from tuimail.mail.hold.item import State
from tuimail.store.lock import SenderLockFile


def letter(name="d1"):
    return a_draft(name, cc="", attachments=(), answers=None)


async def test_it_claims_no_more_while_another_holds_the_lock_at_the_path(world):
    engine = await world.sending()
    path = world.folder / "sender.lock"
    path.unlink()
    other = SenderLockFile(path, "agent")
    assert other.take()
    await world.until(lambda: not engine.outbox.sending_here)
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await world.a_while()
    assert world.submitter.attempts == []
    other.release()
    await world.state(engine, item, State.SENT)


async def test_it_takes_over_anew_when_nobody_else_did(world):
    engine = await world.sending()
    (world.folder / "sender.lock").unlink()
    await world.until(lambda: len(world.heard(SenderChanged)) > 1)
    assert world.heard(SenderChanged)[-1].here
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await world.state(engine, item, State.SENT)


async def test_what_it_had_under_way_ends_before_it_tries_anew(world):
    engine = await world.sending()
    gate = world.submitter.gate("answer")
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await gate.reached.wait()
    (world.folder / "sender.lock").unlink()
    await world.until(lambda: not engine.outbox.sending_here)
    for _ in range(10):
        await world.a_while()
    gate.open()
    await world.state(engine, item, State.SENT)
    assert State.UNSURE not in {entry.after for entry in await engine.outbox.trail(item.id)}
    await world.until(lambda: engine.outbox.sending_here)
    assert len(world.submitter.wires) == 1
