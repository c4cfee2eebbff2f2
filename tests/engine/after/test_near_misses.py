"""The ledger: what is taken back counts, drills and what leaving puts back do not."""

import pytest
from builders import a_draft

from tuimail.mail.after.near_miss import Catch
from tuimail.mail.errors import OutboxError
from tuimail.mail.hold.outcome import Refused


def letter(**changes):
    return a_draft(**({"cc": "", "attachments": (), "answers": None} | changes))


async def test_an_undo_counts_once_with_the_seconds_that_were_left(world):
    engine = await world.sending()
    await engine.outbox.send(letter())
    world.clock.advance(4)
    await engine.outbox.undo()
    (miss,) = await engine.near_misses.all()
    assert (miss.catch, miss.account, miss.left, miss.at) == (Catch.UNDO, "work", 6.0, world.clock.now().wall)
    assert "見積" not in repr(miss)
    assert await engine.outbox.undo() is None
    assert len(await engine.near_misses.all()) == 1


async def test_several_taken_back_at_once_count_each(world):
    engine = await world.sending()
    for name in ("d1", "d2"):
        await engine.outbox.send(letter(id=name))
    await engine.outbox.undo()
    await engine.outbox.undo()
    (tally,) = await engine.near_misses.tallies()
    assert tally.count == 2


async def test_a_mail_to_oneself_and_what_leaving_puts_back_do_not_count(world):
    engine = await world.sending()
    await engine.outbox.send(letter(to="me@work.example.jp", bcc=""))
    await engine.outbox.undo()
    item = await engine.outbox.send(letter(id="d2"))
    await engine.outbox.undo(item.id, caught=False)
    assert await engine.near_misses.all() == ()


async def test_a_mail_that_had_failed_does_not_count(world):
    engine = await world.sending()
    world.submitter.outcomes = [Refused(550, "no such user")]
    item = await engine.outbox.send(letter())
    await engine.outbox.now(item.id)
    await world.until(lambda: engine.outbox.known()[0].state == "failed")
    assert await engine.outbox.undo(item.id) is not None
    assert await engine.near_misses.all() == ()


async def test_what_can_not_be_counted_is_taken_back_all_the_same(world, monkeypatch):
    engine = await world.sending()
    draft = letter()
    await engine.outbox.send(draft)

    async def full(_):
        raise OutboxError("The disk is full.")

    monkeypatch.setattr(engine._disk.after, "count", full)
    assert await engine.outbox.undo() == draft


@pytest.mark.parametrize(("since", "count"), [(0.0, 1), (4e9, 0)])
async def test_the_ledger_can_begin_anywhere(world, since, count):
    engine = await world.sending()
    await engine.outbox.send(letter())
    await engine.outbox.undo()
    assert len(await engine.near_misses.all(since)) == count
