"""The one sender: who sends, what it does after a crash, and that one trouble never holds up another."""

import sqlite3

import pytest
from builders import a_draft

from tuimail.engine.news import AccountStopped, Notice, SenderChanged
from tuimail.engine.sending.sender import Sender
from tuimail.mail.hold.item import State
from tuimail.mail.hold.move import begin_body, claim
from tuimail.mail.hold.outcome import Accepted, Denied, Refusal, Refused, Unreachable
from tuimail.store.lock import SenderLockFile


def letter(name="d1", account="work"):
    return a_draft(name, cc="", attachments=(), answers=None, account=account)


async def left_behind(world, engine, with_body):
    """An item as a sender leaves it that was killed in the middle."""
    item = await engine.outbox.send(letter())
    disk = world.disks[next(iter(world.disks))]
    claimed = claim(item, engine.now().later(10), "dead")
    assert await disk.move(claimed)
    if with_body:
        assert await disk.move(begin_body(claimed.new, engine.now(), ""))
    return item


async def test_without_the_lock_one_can_queue_and_undo_and_nothing_is_sent(world):
    agent = SenderLockFile(world.folder / "sender.lock", "agent")
    agent.take()
    screen = await world.started("screen")
    await screen.outbox.send(letter())
    assert await screen.outbox.undo() is not None
    item = await screen.outbox.send(letter())
    world.clock.advance(10)
    await world.a_while()
    assert not screen.outbox.sending_here
    assert world.submitter.attempts == []
    agent.release()
    await world.state(screen, item, State.SENT)


async def test_it_takes_over_when_the_holder_leaves_and_no_countdown_is_lost(world):
    agent = await world.sending("agent")
    screen = await world.started("screen")
    item = await screen.outbox.send(letter())
    world.clock.advance(4)
    await world.close(agent)
    await world.until(lambda: screen.outbox.sending_here)
    assert world.heard(SenderChanged)[-1].here
    assert "screen" in world.heard(SenderChanged)[-1].holder
    world.clock.advance(5.9)
    await world.a_while()
    assert world.submitter.attempts == []
    world.clock.advance(0.1)
    await world.state(screen, item, State.SENT)


async def test_who_sends_instead_is_said_once(world):
    agent = SenderLockFile(world.folder / "sender.lock", "agent")
    assert agent.take()
    await world.started()
    await world.until(lambda: world.heard(SenderChanged))
    await world.a_while()
    (news,) = world.heard(SenderChanged)
    assert not news.here
    assert "agent" in news.holder
    agent.release()


async def test_what_a_dead_sender_left_before_the_body_goes_out(world):
    engine = world.engine()
    item = await left_behind(world, engine, with_body=False)
    await engine.start(mail=False)
    await world.state(engine, item, State.SENT)
    assert len(world.submitter.wires) == 1


async def test_what_a_dead_sender_left_in_the_body_is_never_sent_again_by_itself(world):
    engine = world.engine()
    item = await left_behind(world, engine, with_body=True)
    await engine.start(mail=False)
    unsure = await world.state(engine, item, State.UNSURE)
    assert "probably sent" in unsure.why
    world.clock.advance(100_000)
    await world.a_while()
    assert world.submitter.attempts == []


async def test_the_server_s_answer_is_kept_trying_until_the_disk_takes_it(world):
    engine = await world.sending()
    gate = world.submitter.gate("answer")
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await gate.reached.wait()
    world.disks["screen"].failures["move"] = 3
    gate.open()
    for number in range(1, 4):
        await world.until(lambda: len(world.heard(Notice)) >= number)  # noqa: B023
        world.clock.advance(1)
    await world.state(engine, item, State.SENT)
    assert len(world.submitter.wires) == 1


async def test_a_disk_that_fails_before_the_body_puts_the_mail_off(world):
    """It must not rest in `sending` with nobody at work on it."""
    engine = await world.sending()
    gate = world.submitter.gate("connect")
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await gate.reached.wait()
    world.disks["screen"].failures["move"] = 1
    gate.open()
    await world.until(lambda: world.heard(Notice))
    waiting = await world.state(engine, item, State.WAITING)
    assert waiting.left(engine.now()) > 0
    assert world.submitter.wires == []
    world.clock.advance(60)
    await world.state(engine, item, State.SENT)


async def test_a_disk_that_fails_at_the_claim_leaves_the_mail_waiting(world):
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    world.disks["screen"].failures["claim"] = 1
    world.clock.advance(10)
    await world.until(lambda: world.heard(Notice))
    assert world.submitter.attempts == []
    world.clock.advance(60)
    await world.state(engine, item, State.SENT)


async def test_a_message_that_cannot_be_read_any_more_rests_and_holds_up_no_other(world):
    engine = await world.sending()
    broken, whole = await engine.outbox.send(letter("d1")), await engine.outbox.send(letter("d2"))
    with sqlite3.connect(world.folder / "outbox.db") as connection:
        connection.execute("DELETE FROM wires WHERE item = ?", (broken.id,))
    world.clock.advance(10)
    await world.state(engine, whole, State.SENT)
    rests = await world.state(engine, broken, State.PAUSED)
    assert "not in the outbox" in rests.why
    assert await engine.outbox.undo(broken.id) is not None


async def test_the_mail_of_a_server_that_cannot_be_reached_is_tried_two_at_a_time(world):
    engine = await world.sending()
    world.submitter.outcomes = [Unreachable("no route")] * 4
    items = [await engine.outbox.send(letter(f"d{number}")) for number in range(6)]
    world.clock.advance(10)
    await world.until(lambda: len(world.submitter.attempts) == 2)
    await world.a_while()
    assert len(world.submitter.attempts) == 2
    world.clock.advance(16)
    await world.until(lambda: len(world.submitter.attempts) == 4)
    await engine.outbox.now(items[-1].id)
    await world.state(engine, items[-1], State.SENT)
    world.clock.advance(60)
    for item in items:
        await world.state(engine, item, State.SENT)


async def test_a_dead_account_does_not_hold_up_another(world):
    engine = await world.sending()
    gate = world.submitter.gate("connect")
    stuck = await engine.outbox.send(letter("d1"))
    behind = await engine.outbox.send(letter("d2"))
    other = await engine.outbox.send(letter("d3", account="home"))
    world.clock.advance(10)
    await world.state(engine, other, State.SENT)
    known = {item.id: item.state for item in engine.outbox.known()}
    assert known[stuck.id] is State.SENDING
    assert known[behind.id] is State.WAITING
    gate.open()


async def test_a_refused_mail_does_not_hold_up_the_next(world):
    engine = await world.sending()
    world.submitter.outcomes = [Refused(554, "spam")]
    bad = await engine.outbox.send(letter("d1"))
    world.clock.advance(1)
    good = await engine.outbox.send(letter("d2"))
    world.clock.advance(10)
    await world.state(engine, good, State.SENT)
    assert (await world.state(engine, bad, State.FAILED)).why == "refused by the server"


async def test_a_temporary_no_is_tried_again_with_the_same_bytes(world):
    engine = await world.sending()
    world.submitter.outcomes = [Unreachable("no route"), Refused(451, "later")]
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await world.until(lambda: engine.outbox.known()[0].tries == 1)
    await world.state(engine, item, State.WAITING)
    world.clock.advance(15)
    await world.until(lambda: engine.outbox.known()[0].tries == 2)
    await world.state(engine, item, State.WAITING)
    world.clock.advance(14_400)
    await world.state(engine, item, State.SENT)
    assert len(world.submitter.wires) == 2
    assert len(set(world.submitter.wires)) == 1


async def test_only_the_recipients_that_were_put_off_are_tried_again(world):
    engine = await world.sending()
    put_off = (Refusal("boss@example.jp", 450, "busy"),)
    world.submitter.outcomes = [Accepted("250 ok", put_off)]
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await world.until(lambda: world.submitter.attempts)
    await world.state(engine, item, State.WAITING)
    assert await engine.outbox.undo(item.id) is None
    world.clock.advance(14_400)
    await world.state(engine, item, State.SENT)
    assert world.submitter.attempts[1:] == [("boss@example.jp",)]


async def test_a_refused_login_stops_the_account_and_asks_once(world):
    engine = await world.sending()
    world.submitter.outcomes = [Denied(535, "authentication failed")]
    item = await engine.outbox.send(letter())
    other = await engine.outbox.send(letter("d2"))
    world.clock.advance(10)
    await world.until(engine.outbox.stops)
    world.clock.advance(10_000)
    await world.a_while()
    assert len(world.submitter.attempts) == 1
    assert len(world.heard(AccountStopped)) == 1
    await world.state(engine, item, State.WAITING)
    await engine.outbox.now(item.id)
    await world.state(engine, item, State.SENT)
    await world.state(engine, other, State.SENT)


async def test_closing_waits_for_the_message_in_flight_and_claims_no_more(world):
    engine = await world.sending()
    gate = world.submitter.gate("answer")
    item = await engine.outbox.send(letter("d1"))
    await engine.outbox.send(letter("d2"))
    world.clock.advance(10)
    await gate.reached.wait()
    gate.open()
    await world.close(engine)
    after = world.engine("after")
    states = {i.id: i.state for i in await after.outbox.items()}
    assert states.pop(item.id) is State.SENT
    assert list(states.values()) == [State.WAITING]


async def test_closing_cuts_an_attempt_that_takes_too_long_and_it_is_probably_sent(world, monkeypatch):
    engine = await world.sending()
    gate = world.submitter.gate("answer")
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await gate.reached.wait()
    monkeypatch.setattr(Sender.close, "__defaults__", (0.01,))
    await world.close(engine)
    after = await world.started("after")
    await world.state(after, item, State.UNSURE)


async def test_what_nobody_expected_comes_out_and_is_not_swallowed(world):
    engine = await world.sending()
    world.submitter.outcomes = [RuntimeError]
    world.submitter.gates["connect"] = None
    await engine.outbox.send(letter())
    world.clock.advance(10)
    with pytest.raises(AttributeError):
        await engine.failure()
