"""A server that can say what became of a message is asked before anything is guessed."""

import pytest
from builders import a_draft
from engine.fakes import FakeTracer

from tuimail.mail.errors import MailboxError
from tuimail.mail.hold.item import Filing, State
from tuimail.mail.hold.look import MOST_HAND_INS
from tuimail.mail.hold.move import SETTLE_SECONDS
from tuimail.mail.hold.outcome import Accepted, Refused, Unreachable, Vanished
from tuimail.mail.hold.trace import Trace

TURN = 0.01


@pytest.fixture(autouse=True)
def _short_turns(monkeypatch):
    monkeypatch.setattr("tuimail.engine.sending.filing.EVERY", TURN)


@pytest.fixture
def tracer(world):
    world.files_sent = False
    world.submitter.remote = "draft-1"
    world.tracers["work"] = FakeTracer(Trace.UNKNOWN)
    return world.tracers["work"]


async def sent_off(world, engine, *outcomes):
    world.submitter.outcomes = list(outcomes)
    item = await engine.outbox.send(a_draft("d1", cc="", attachments=(), answers=None))
    await engine.outbox.now(item.id)
    return item


async def turned(world, engine, item, is_so):
    def there():
        world.clock.advance(TURN)
        return [known for known in engine.outbox.known() if known.id == item.id and is_so(known)]

    return (await world.until(there))[0]


async def test_what_it_says_was_sent_was_sent(world, tracer):
    tracer.trace_is = Trace.SENT
    engine = await world.sending()
    item = await sent_off(world, engine, Vanished("cut"))
    await world.state(engine, item, State.UNSURE)
    world.clock.advance(SETTLE_SECONDS)
    sent = await turned(world, engine, item, lambda known: known.state is State.SENT)
    assert sent.filing is Filing.DONE
    assert len(world.submitter.attempts) == 1


async def test_what_it_has_as_a_draft_is_handed_in_again_under_its_name(world, tracer):
    tracer.trace_is = Trace.UNSENT
    engine = await world.sending()
    item = await sent_off(world, engine, Vanished("cut"), Accepted("202"))
    await world.state(engine, item, State.UNSURE)
    assert len(world.submitter.attempts) == 1
    world.clock.advance(SETTLE_SECONDS)
    sent = await turned(world, engine, item, lambda known: known.state is State.SENT)
    assert world.submitter.handles == ["", "draft-1"]
    trail = [entry.why for entry in await engine.outbox.trail(item.id)]
    assert "not sent: the server still has it as a draft; handing in that draft again" in trail
    assert sent.hand_ins == 1


async def test_after_some_times_a_person_is_asked(world, tracer):
    tracer.trace_is = Trace.UNSENT
    engine = await world.sending()
    item = await sent_off(world, engine, *[Vanished("cut")] * 9)
    for _ in range(MOST_HAND_INS + 1):
        await turned(world, engine, item, lambda known: known.state is State.UNSURE and known.due is not None)
        world.clock.advance(SETTLE_SECONDS)
        await turned(world, engine, item, lambda known: known.state is State.WAITING or known.due is None)
    asked = await turned(world, engine, item, lambda known: known.due is None)
    assert asked.state is State.UNSURE
    assert "unsent among its drafts" in asked.why
    assert len(world.submitter.attempts) == MOST_HAND_INS + 1


async def test_out_of_reach_it_is_asked_later(world, tracer):
    tracer.trouble = MailboxError("no answer")
    engine = await world.sending()
    item = await sent_off(world, engine, Vanished("cut"))
    await world.state(engine, item, State.UNSURE)
    world.clock.advance(SETTLE_SECONDS)
    waiting = await turned(world, engine, item, lambda known: "can't be reached" in known.why)
    assert waiting.due is not None


async def test_a_pause_that_the_server_asks_for_is_kept(world, tracer):
    engine = await world.sending()
    item = await sent_off(world, engine, Unreachable("wants fewer requests", 120.0))
    tried = await turned(world, engine, item, lambda known: known.tries and known.state is State.WAITING)
    assert tried.hold == 120.0


async def test_the_draft_of_what_failed_stays_till_it_is_deleted(world, tracer):
    engine = await world.sending()
    item = await sent_off(world, engine, Refused(554, "no"))
    failed = await world.state(engine, item, State.FAILED)
    assert tracer.forgotten == []
    await engine.outbox.delete(failed.id)
    await world.until(lambda: world.clock.advance(TURN) or tracer.forgotten)
    assert tracer.forgotten == ["draft-1"]


async def test_the_draft_of_what_was_taken_back_is_removed_there(world, tracer):
    tracer.trace_is = Trace.UNSENT
    engine = await world.sending()
    item = await sent_off(world, engine, Vanished("cut"), Unreachable("gone for a while", 500.0))
    await world.state(engine, item, State.UNSURE)
    world.clock.advance(SETTLE_SECONDS)
    await turned(world, engine, item, lambda known: known.tries == 2 and known.state is State.WAITING)
    assert await engine.outbox.undo(item.id)
    world.clock.advance(TURN)
    await turned(world, engine, item, lambda known: bool(tracer.forgotten))
    assert tracer.forgotten == ["draft-1"]
