"""Taking back what one call of a program sent off, and nothing else."""

from tuimail.mail.hold.item import State

PATCH = b"From: me@example.jp\r\nTo: list@project.example\r\nSubject: [PATCH]\r\n\r\nfix\r\n"


async def series(engine, batch, count):
    return [(await engine.outbox.send_raw("work", PATCH, batch=batch)).id for _ in range(count)]


async def states(engine, ids):
    return [(await engine.outbox.item(item_id)).state for item_id in ids]


async def test_a_series_is_taken_back_and_the_one_before_stays(world):
    engine = world.engine()
    before, series_ids = await series(engine, "one", 3), await series(engine, "two", 12)
    assert [item.id for item in await engine.outbox.batch()] == series_ids
    assert len(await engine.outbox.undo_batch()) == 12
    assert set(await states(engine, series_ids)) == {State.UNDONE}
    assert set(await states(engine, before)) == {State.WAITING}


async def test_another_process_takes_back_what_this_one_queued(world):
    ids = await series(world.engine("program"), "one", 4)
    other = world.engine("by hand")
    drafts = await other.outbox.undo_batch()
    assert {draft.id for draft in drafts} == {draft.id for draft, _ in await other.drafts.all()}
    assert set(await states(other, ids)) == {State.UNDONE}


async def test_nothing_held_is_nothing_taken_back(world):
    assert await world.engine().outbox.undo_batch() == ()


async def test_what_has_left_is_named_and_not_taken_back(world):
    engine = await world.sending()
    first = await engine.outbox.send_raw("work", PATCH, batch="one")
    await engine.outbox.now(first.id)
    await world.state(engine, first, State.SENT)
    rest = await series(engine, "one", 2)
    assert [item.id for item in await engine.outbox.batch()] == [first.id, *rest]
    assert len(await engine.outbox.undo_batch()) == 2
    assert await states(engine, [first.id]) == [State.SENT]
