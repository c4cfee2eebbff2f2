"""A sender that was taken for dead while it waited for the answer: the answer still counts."""

import pytest
from builders import a_draft

from tuimail.mail.hold.item import State
from tuimail.mail.hold.move import recover, resolve
from tuimail.mail.hold.outcome import Accepted, Refused, Vanished


def letter(name="d1"):
    return a_draft(name, cc="", attachments=(), answers=None)


async def taken_for_dead(world, engine, outcome, *then, names=("d1",)):
    """While the engine waits for the answer, another process recovers the item, and `then` moves it."""
    gate = world.submitter.gate("answer")
    world.submitter.outcomes = [outcome]
    items = []
    for name in names:
        items.append(await engine.outbox.send(letter(name)))
        world.clock.advance(0.1)
    world.clock.advance(10)
    await gate.reached.wait()
    disk, now = world.disks["screen"], engine.now()
    for decide in (recover, *then):
        assert await disk.move(decide(await disk.item(items[0].id), now))
    del world.submitter.gates["answer"]
    gate.open()
    return items


async def ended(world, engine, item, *states):
    await world.until(lambda: [i for i in engine.outbox.known() if i.id == item.id and i.state in states])
    await world.a_while()
    return await engine.outbox.item(item.id)


def again(item, now):
    return resolve(item, now, False, "again")


def was_sent(item, now):
    return resolve(item, now, True, "sent")


@pytest.mark.parametrize("names", [("d1",), ("d1", "d2")])
async def test_accepted_ends_the_doubt(world, names):
    """Written by itself, and written together with the claim of the next one."""
    engine = await world.sending()
    item, *_ = await taken_for_dead(world, engine, Accepted("250 kept"), names=names)
    sent = await ended(world, engine, item, State.SENT)
    assert (sent.state, sent.due, sent.why) == (State.SENT, None, "accepted")
    assert [e.before for e in await engine.outbox.trail(item.id) if e.after == "sent"] == ["unsure"]
    await world.until(lambda: len(world.submitter.wires) == len(names))


async def test_a_definite_no_ends_the_doubt_as_well(world):
    engine = await world.sending()
    item, *_ = await taken_for_dead(world, engine, Refused(554, "spam"))
    assert (await ended(world, engine, item, State.FAILED)).state is State.FAILED


async def test_a_lost_answer_leaves_the_doubt_and_its_time(world):
    engine = await world.sending()
    item, *_ = await taken_for_dead(world, engine, Vanished("broke"))
    unsure = await ended(world, engine, item, State.UNSURE)
    assert "tuimail stopped" in unsure.why
    assert unsure.due.left(engine.now()) > 500


async def test_what_a_person_asked_to_send_again_does_not_go_when_the_first_was_accepted(world):
    engine = await world.sending()
    item, *_ = await taken_for_dead(world, engine, Accepted("250 kept"), again)
    assert (await ended(world, engine, item, State.SENT)).state is State.SENT
    assert len(world.submitter.wires) == 1


async def test_what_a_person_asked_to_send_again_goes_when_the_first_was_refused(world):
    engine = await world.sending()
    item, *_ = await taken_for_dead(world, engine, Refused(554, "spam"), again)
    await ended(world, engine, item, State.SENT)
    assert len(world.submitter.attempts) == 2


async def test_what_a_person_said_was_sent_stays_as_it_is(world):
    engine = await world.sending()
    item, *_ = await taken_for_dead(world, engine, Refused(554, "spam"), was_sent)
    assert (await ended(world, engine, item, State.SENT)).why == "sent"
