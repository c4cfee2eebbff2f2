"""Mail that a server keeps: handed over, followed to its end, asked back; never lost, early, or twice."""

import asyncio

import pytest
from builders import NOW, a_draft
from engine.fakes import FakeKeeper, Gate

from tuimail.engine.news import AccountStopped, Notice
from tuimail.mail.errors import MailboxError, OutboxError
from tuimail.mail.hold.item import Filing, State, Wait
from tuimail.mail.hold.keeping import Whereabouts
from tuimail.mail.hold.kept import is_for_server
from tuimail.mail.hold.outcome import Denied, Kept, Refused, Unreachable, Vanished
from tuimail.mail.when.schedule import Schedule

HOUR = 3_600.0
UNTIL = NOW.wall + 2 * HOUR
SCHEDULE = Schedule(UNTIL, "Asia/Tokyo", "in 2 hours", by_server=True)


def letter(**changes):
    return a_draft("d1", cc="", attachments=(), answers=None, **({"schedule": SCHEDULE} | changes))


@pytest.fixture
def keeper(world):
    world.keepers["work"] = FakeKeeper()
    return world.keepers["work"]


async def known(world, engine, item, fits):
    """Wait until the engine knows the item so; the item then."""
    return await world.until(
        lambda: next((i for i in engine.outbox.known() if i.id == item.id and fits(i)), None)
    )


async def handed_over(world, engine):
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    return await known(world, engine, item, lambda i: i.handle)


async def pass_time(world, seconds, steps=20):
    """In steps, so that every loop has its turns."""
    for _ in range(steps):
        world.clock.advance(seconds / steps)
        await world.a_while()


async def test_after_the_undo_window_the_server_keeps_it_and_nothing_is_sent(world, keeper):
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    world.clock.advance(9)
    await world.a_while()
    assert keeper.kept == {}
    world.clock.advance(1)
    item = await known(world, engine, item, lambda i: i.handle)
    assert (item.state, item.wait, item.left(world.clock.now())) == (
        State.WAITING,
        Wait.SCHEDULE,
        2 * HOUR - 10,
    )
    assert keeper.until == [UNTIL]
    assert keeper.wires["s1"] == await engine.outbox.wire(item.id)
    assert world.submitter.attempts == []


async def test_it_is_not_mail_held_here_any_more(world, keeper):
    engine = await world.sending()
    await handed_over(world, engine)
    assert await engine.outbox.held() == ()
    assert await engine.outbox.undo() is None
    assert keeper.kept == {"s1": Whereabouts.KEPT}


async def test_taken_back_within_the_window_the_server_never_hears_of_it(world, keeper):
    engine = await world.sending()
    await engine.outbox.send(letter())
    assert await engine.outbox.undo() is not None
    world.clock.advance(20)
    await world.a_while()
    assert keeper.kept == {}


async def test_when_it_went_out_it_is_sent_and_the_servers_copy_is_not_filed_twice(world, keeper):
    engine = await world.sending()
    item = await handed_over(world, engine)
    world.source.boxes["Gesendet"]["u1"] = keeper.wires["s1"], frozenset()
    keeper.kept["s1"] = Whereabouts.GONE
    world.clock.advance(2 * HOUR + 5)
    sent = await world.state(engine, item, State.SENT)
    assert sent.handle == ""
    world.clock.advance(1)
    await known(world, engine, item, lambda i: i.filing is Filing.DONE)
    assert len(world.source.boxes["Gesendet"]) == 1
    assert world.submitter.attempts == []


async def test_without_a_copy_in_sent_one_is_filed(world, keeper):
    engine = await world.sending()
    item = await handed_over(world, engine)
    keeper.kept["s1"] = Whereabouts.GONE
    world.clock.advance(2 * HOUR + 5)
    await world.state(engine, item, State.SENT)
    world.clock.advance(1)
    await known(world, engine, item, lambda i: i.filing is Filing.DONE)
    assert [wire for wire, _ in world.source.boxes["Gesendet"].values()] == [keeper.wires["s1"]]


async def test_canceled_by_another_client_it_is_a_question(world, keeper):
    engine = await world.sending()
    item = await handed_over(world, engine)
    keeper.kept["s1"] = Whereabouts.CANCELED
    await pass_time(world, HOUR + 60, steps=3)
    paused = await world.state(engine, item, State.PAUSED)
    assert "another program" in paused.why
    await pass_time(world, 3 * HOUR, steps=3)
    assert world.submitter.attempts == []
    assert (await engine.outbox.undo(item.id)).subject == "見積書 👋"


async def test_a_server_that_can_not_be_asked_is_asked_again_and_it_is_said_once(world, keeper):
    engine = await world.sending()
    item = await handed_over(world, engine)
    await pass_time(world, 2, steps=2)
    keeper.trouble = MailboxError("example.jp: no answer in time")
    await pass_time(world, 2 * HOUR)
    await pass_time(world, 600)
    asked = len(keeper.asked)
    assert 3 < asked < 15
    assert len(world.heard(Notice)) == 1
    assert "can't be told; asking again" in world.heard(Notice)[0].text
    keeper.trouble, keeper.kept["s1"] = None, Whereabouts.GONE
    await pass_time(world, 900)
    await world.state(engine, item, State.SENT)


async def test_still_there_long_after_its_time_is_said(world, keeper):
    engine = await world.sending()
    item = await handed_over(world, engine)
    await pass_time(world, 4 * HOUR)
    late = await known(world, engine, item, lambda i: "long after its time" in i.why)
    assert late.handle == "s1"


NOES = {
    "a no": Refused(554, "keeps no mail"),
    "a login refused": Denied(535, "wrong password"),
    "put off": Refused(451, "later"),
}


@pytest.mark.parametrize("no", NOES)
async def test_what_the_server_does_not_keep_is_held_here_and_sent_in_time(world, keeper, no):
    keeper.outcomes.append(NOES[no])
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    here = await known(world, engine, item, lambda i: not is_for_server(i))
    assert here.state is State.WAITING
    assert here.left(world.clock.now()) == 2 * HOUR - 10
    assert "this computer sends it" in here.why
    world.clock.advance(2 * HOUR - 11)
    await world.a_while()
    assert world.submitter.attempts == []
    world.clock.advance(1)
    await world.state(engine, item, State.SENT)
    assert len(world.submitter.wires) == 1
    assert world.heard(AccountStopped) == []


async def test_an_account_without_such_a_server_holds_it_here(world):
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    here = await known(world, engine, item, lambda i: not is_for_server(i))
    assert here.left(world.clock.now()) == 2 * HOUR - 10
    assert world.submitter.attempts == []
    assert (await engine.outbox.trail(item.id))[-1].answer == "no server of this account keeps mail for later"


async def test_a_time_too_near_is_waited_for_here(world, keeper):
    engine = await world.sending()
    item = await engine.outbox.send(letter(schedule=Schedule(NOW.wall + 40, "Asia/Tokyo", "soon", True)))
    world.clock.advance(10)
    await known(world, engine, item, lambda i: not is_for_server(i))
    assert keeper.kept == {}
    world.clock.advance(30)
    await world.state(engine, item, State.SENT)


async def test_out_of_reach_it_is_tried_until_it_can_be_handed_over(world, keeper):
    keeper.outcomes += [Unreachable("offline")] * 3
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    await pass_time(world, 300)
    assert (await engine.outbox.item(item.id)).handle == "s1"
    assert world.submitter.attempts == []


async def test_out_of_reach_until_its_time_it_is_sent_from_here(world, keeper):
    keeper.outcomes += [Unreachable("offline")] * 99
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    await pass_time(world, 2 * HOUR - 5)
    assert world.submitter.attempts == []
    world.clock.advance(5)
    await world.state(engine, item, State.SENT)
    assert len(world.submitter.wires) == 1


async def test_sent_off_by_hand_it_is_not_kept(world, keeper):
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    assert await engine.outbox.now(item.id)
    await world.state(engine, item, State.SENT)
    assert keeper.kept == {}


async def test_a_server_without_a_way_back_has_it_for_good(world, keeper):
    keeper.outcomes.append(Kept("", "250 held"))
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    sent = await world.state(engine, item, State.SENT)
    assert "out of reach" in sent.why
    assert await engine.outbox.undo(item.id) is None


async def test_an_answer_that_was_lost_is_found_on_the_server(world, keeper):
    keeper.outcomes.append(Vanished("broke"))
    keeper.vanish_kept = True
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await world.state(engine, item, State.UNSURE)
    await pass_time(world, 60, steps=3)
    found = await known(world, engine, item, lambda i: i.handle)
    assert (found.state, found.handle) == (State.WAITING, "s1")
    assert (await engine.outbox.undo(item.id)) is not None


async def test_an_answer_that_was_lost_stays_unsure_when_nothing_is_found(world, keeper):
    keeper.outcomes.append(Vanished("broke"))
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    await pass_time(world, HOUR)
    assert (await engine.outbox.item(item.id)).state is State.UNSURE
    assert 2 < keeper.asked.count("find") < 15
    assert world.submitter.attempts == []


async def test_given_back_it_is_a_draft_again_and_was_sent_to_nobody(world, keeper):
    engine = await world.sending()
    sent_off = letter()
    item = await handed_over(world, engine)
    draft = await engine.outbox.undo(item.id)
    assert (draft.subject, draft.body, draft.bcc) == (sent_off.subject, sent_off.body, sent_off.bcc)
    assert keeper.kept == {"s1": Whereabouts.CANCELED}
    undone = await engine.outbox.item(item.id)
    assert (undone.state, undone.handle) == (State.UNDONE, "")
    whys = [entry.why for entry in await engine.outbox.trail(item.id)]
    assert whys[-2:] == [
        "asking the server for it; it stays there until the server agrees",
        "taken back from the server; it went to nobody",
    ]


async def test_too_late_it_is_sent_and_said_so(world, keeper):
    engine = await world.sending()
    item = await handed_over(world, engine)
    keeper.kept["s1"] = Whereabouts.GONE
    assert await engine.outbox.undo(item.id) is None
    assert (await engine.outbox.item(item.id)).state is State.SENT


async def test_not_given_back_nothing_changed(world, keeper):
    engine = await world.sending()
    item = await handed_over(world, engine)
    keeper.gives_back = False
    with pytest.raises(MailboxError, match="does not give it back"):
        await engine.outbox.undo(item.id)
    after = await engine.outbox.item(item.id)
    assert (after.state, after.handle, after.due) == (State.WAITING, "s1", item.due)
    assert not after.wanted_back


async def test_a_server_that_can_not_be_asked_changes_nothing(world, keeper):
    engine = await world.sending()
    item = await handed_over(world, engine)
    keeper.trouble = MailboxError("example.jp: no answer in time")
    with pytest.raises(MailboxError, match="nothing changed: it is on the server"):
        await engine.outbox.undo(item.id)
    after = await engine.outbox.item(item.id)
    assert (after.state, after.handle, after.due) == (State.WAITING, "s1", item.due)


async def test_a_lost_answer_to_the_wish_brings_it_back_later(world, keeper):
    """The server canceled, and nobody heard it: the wish on disk tells what that means."""
    engine = await world.sending()
    item = await handed_over(world, engine)
    keeper.lost = MailboxError("example.jp: the connection broke")
    with pytest.raises(MailboxError):
        await engine.outbox.undo(item.id)
    await pass_time(world, HOUR + 60, steps=3)
    await world.state(engine, item, State.UNDONE)
    assert [draft.subject for draft, _ in await world.disks["screen"].drafts()] == ["見積書 👋"]


async def test_a_crash_between_the_servers_yes_and_our_row_loses_nothing(world, keeper):
    engine = await world.sending("first")
    item = await handed_over(world, engine)
    world.disks["first"].failures["take_back"] = 1
    with pytest.raises(OutboxError):
        await engine.outbox.undo(item.id)
    await world.close(engine)
    second = await world.sending("second")
    world.clock.advance(1)
    await world.state(second, item, State.UNDONE)
    assert len(await world.disks["second"].drafts()) == 1


async def test_another_process_may_ask_while_the_sender_looks(world, keeper):
    sender = await world.sending("sender")
    item = await handed_over(world, sender)
    screen = await world.started("screen")
    keeper.gates["unsend"] = gate = Gate()
    undoing = asyncio.create_task(screen.outbox.undo(item.id))
    await gate.reached.wait()
    await pass_time(world, HOUR + 60, steps=3)
    assert (await sender.outbox.item(item.id)).state is State.WAITING
    gate.open()
    assert await undoing is not None
    await world.state(sender, item, State.UNDONE)


async def test_only_the_process_that_sends_follows_what_is_kept(world, keeper):
    sender = await world.sending("sender")
    await handed_over(world, sender)
    await world.started("screen")
    await pass_time(world, 30, steps=3)
    assert keeper.asked == ["whereabouts"]


async def test_a_full_disk_keeps_what_the_server_said(world, keeper):
    engine = await world.sending()
    item = await handed_over(world, engine)
    keeper.kept["s1"] = Whereabouts.GONE
    world.disks["screen"].failures["move"] = 2
    await pass_time(world, 2 * HOUR + 600)
    await world.state(engine, item, State.SENT)
