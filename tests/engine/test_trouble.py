"""One bad message, one refused login, one dead server: none of them holds up anybody else."""

import sqlite3

import pytest
from builders import a_draft

from tuimail.engine.news import AccountStopped
from tuimail.mail.hold.item import Standing, State
from tuimail.mail.hold.move import MOST_CRASHES
from tuimail.mail.hold.outcome import Accepted, Denied, Refusal, Refused, Unreachable

DAY = 86_400


def letter(name="d1", account="work"):
    return a_draft(name, cc="", attachments=(), answers=None, account=account)


async def queued(world, engine, count, account="work"):
    items = []
    for number in range(count):
        items.append(await engine.outbox.send(letter(f"{account}{number}", account)))
        world.clock.advance(0.01)
    return items


def states(engine, items):
    known = {item.id: item.state for item in engine.outbox.known()}
    return [known[item.id] for item in items]


async def test_a_refused_login_is_tried_once_in_a_day_for_twenty_mails_and_no_other_account_waits(world):
    engine = await world.sending()
    world.submitter.outcomes = [Denied(535, "authentication failed")] * 100
    mine = await queued(world, engine, 20)
    others = await queued(world, engine, 20, "home")
    for _ in range(24 * 6):
        world.clock.advance(DAY / 24 / 6)
        await world.until(lambda: world.submitter.attempts)
    await world.until(lambda: set(states(engine, others)) == {State.SENT})
    await world.a_while()
    assert len(world.submitter.attempts) == 1
    assert len(world.heard(AccountStopped)) == 1
    assert set(states(engine, mine)) <= {State.WAITING, State.PAUSED}
    assert world.submitter.wires == []


async def test_once_the_account_goes_again_all_of_its_mail_leaves(world):
    engine = await world.sending()
    world.submitter.outcomes = [Denied(535, "authentication failed")]
    items = await queued(world, engine, 20)
    world.clock.advance(10)
    await world.until(engine.outbox.stops)
    await engine.outbox.go("work")
    await world.until(lambda: set(states(engine, items)) == {State.SENT})
    assert len(world.submitter.wires) == 20


async def test_a_second_refusal_stops_it_again_and_asks_again(world):
    engine = await world.sending()
    world.submitter.outcomes = [Denied(535, "no")] * 2
    items = await queued(world, engine, 20)
    world.clock.advance(10)
    await world.until(engine.outbox.stops)
    await engine.outbox.now(items[3].id)
    await world.until(lambda: len(world.heard(AccountStopped)) == 2)
    await world.a_while()
    assert len(world.submitter.attempts) == 2


async def test_a_stopped_account_stays_stopped_in_the_next_process(world):
    engine = await world.sending("one")
    world.submitter.outcomes = [Denied(535, "no")] * 5
    await queued(world, engine, 3)
    world.clock.advance(10)
    await world.until(engine.outbox.stops)
    await world.close(engine)
    await world.sending("two")
    world.clock.advance(1_000)
    await world.a_while()
    assert len(world.submitter.attempts) == 1


class PoisonError(RuntimeError):
    """What a submitter was never meant to raise."""


class PoisonedSubmitter:
    """Dies of one message, as a program with a bug does; hands the others on."""

    def __init__(self, real, poison):
        self.real, self.poison, self.deaths = real, poison, 0

    async def submit(self, submission, body_next):
        if submission.message_id == self.poison:
            self.deaths += 1
            raise PoisonError(submission.message_id)
        return await self.real.submit(submission, body_next)

    async def close(self):
        pass


async def test_a_message_that_ends_the_program_each_time_is_put_aside_and_the_others_leave(world):
    """The poison is first in the queue. Each time the program ends and is started again."""
    engine = await world.sending("p0")
    poison, *others = await queued(world, engine, 3)
    elsewhere = await queued(world, engine, 2, "home")
    poisoned = PoisonedSubmitter(world.submitters["work"], poison.message_id)
    await world.close(engine)
    world.submitters["work"] = poisoned
    world.clock.advance(10)
    for number in range(1, MOST_CRASHES + 1):
        engine = await world.started(f"p{number}")
        with pytest.raises(PoisonError):
            await engine.failure()
        await world.close(engine)
    engine = await world.sending("last")
    await world.until(lambda: set(states(engine, [*others, *elsewhere])) == {State.SENT})
    resting = await world.state(engine, poison, State.PAUSED)
    assert "send now, or take back" in resting.why
    assert poisoned.deaths == MOST_CRASHES
    assert await engine.outbox.undo(poison.id) is not None


async def test_missing_bytes_put_one_message_aside_and_no_other(world):
    engine = await world.sending("one")
    bad, *others = await queued(world, engine, 4)
    connection = sqlite3.connect(world.folder / "outbox.db")
    with connection:
        connection.execute("DELETE FROM wires WHERE item = ?", (bad.id,))
    connection.close()
    world.clock.advance(10)
    await world.until(lambda: set(states(engine, others)) == {State.SENT})
    await world.until(lambda: states(engine, [bad])[0] in (State.PAUSED, State.FAILED))


async def test_an_account_whose_server_is_dead_delays_only_its_own_mail(world):
    engine = await world.sending()
    world.submitter.outcomes = [Unreachable("no route")] * 1_000
    mine = await queued(world, engine, 10)
    others = await queued(world, engine, 10, "home")
    world.clock.advance(10)
    await world.until(lambda: set(states(engine, others)) == {State.SENT})
    assert set(states(engine, mine)) <= {State.WAITING, State.SENDING}


@pytest.mark.parametrize("outcome", [Refused(450, "later"), Unreachable("no route"), Denied(535, "no")])
async def test_now_tries_at_once_whatever_was_counted_before(world, outcome):
    engine = await world.sending()
    world.submitter.outcomes = [outcome] * 30
    (item,) = await queued(world, engine, 1)
    for number in range(1, 31):
        await world.until(lambda: states(engine, [item])[0] is State.WAITING)
        await engine.outbox.now(item.id)
        await world.until(lambda n=number: len(world.submitter.attempts) == n)
    await world.until(lambda: states(engine, [item])[0] is State.WAITING)
    await engine.outbox.now(item.id)
    await world.state(engine, item, State.SENT)


async def test_now_tries_at_once_also_while_the_account_s_server_is_out_of_reach(world):
    engine = await world.sending()
    world.submitter.outcomes = [Unreachable("no route")] * 1_000
    items = await queued(world, engine, 10)
    world.clock.advance(10)
    await world.until(lambda: world.submitter.attempts)
    await world.a_while()
    world.submitter.outcomes = []
    await engine.outbox.now(items[7].id)
    await world.state(engine, items[7], State.SENT)


async def test_a_recipient_refused_for_good_beside_one_put_off_is_not_asked_about_again(world):
    engine = await world.sending()
    both = Refusal("aiko@example.jp", 550, "gone"), Refusal("boss@example.jp", 450, "busy")
    world.submitter.outcomes = [Refused(450, "busy", both), Accepted("250 ok")]
    (item,) = await queued(world, engine, 1)
    world.clock.advance(10)
    await world.until(lambda: world.submitter.attempts)
    await world.until(lambda: states(engine, [item])[0] is State.WAITING)
    world.clock.advance(14_400)
    sent = await world.state(engine, item, State.SENT)
    assert world.submitter.attempts[1:] == [("boss@example.jp",)]
    assert [r.standing for r in sent.recipients] == [Standing.REFUSED, Standing.ACCEPTED]
