"""Send, undo, now, settle, delete: whatever the outbox answers is on disk by then."""

import pytest
from builders import a_draft
from msgspec.structs import replace

from tuimail.engine.news import ItemChanged, ItemGone
from tuimail.mail.errors import AttachmentError, DraftError, OutboxError
from tuimail.mail.hold.item import State
from tuimail.mail.hold.outcome import Refused, Unreachable, Vanished
from tuimail.mail.letter.draft import Attachment

FAR = "/home/a/far.pdf"


def letter(**changes):
    fields = {"cc": "", "attachments": (), "answers": None} | changes
    return a_draft(**fields)


async def shown(engine):
    return [draft.id for draft, _ in await engine.drafts.all()]


async def test_what_was_sent_waits_out_the_window_then_leaves_as_it_was_frozen(world):
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    assert item.state is State.WAITING
    assert item.due.left(engine.now()) == 10.0
    world.clock.advance(9.9)
    await world.a_while()
    assert world.submitter.attempts == []
    frozen = (await world.disks["screen"].submission(item.id)).wire
    world.clock.advance(0.1)
    sent = await world.state(engine, item, State.SENT)
    assert world.submitter.wires == [frozen]
    assert b"boss@example.jp" not in frozen
    assert world.submitter.attempts == [("aiko@example.jp", "boss@example.jp")]
    assert [entry.after for entry in await engine.outbox.trail(item.id)][:4] == [
        "waiting",
        "sending",
        "sending",
        "sent",
    ]
    assert sent.tries == 1


async def test_undo_brings_back_the_draft_as_it_was_sent_off(world):
    engine = await world.sending()
    world.files[FAR] = b"%PDF-1"
    draft = letter(attachments=(Attachment("far.pdf", "application/pdf", 6, FAR),))
    await engine.outbox.send(draft)
    assert await shown(engine) == []
    del world.files[FAR]
    back = await engine.outbox.undo()
    assert back == replace(draft, attachments=(replace(draft.attachments[0], data=b"%PDF-1"),))
    assert await engine.drafts.open(draft.id) == back
    assert await shown(engine) == [draft.id]
    world.clock.advance(60)
    await world.a_while()
    assert world.submitter.attempts == []
    again = await engine.outbox.send(back)
    world.clock.advance(10)
    await world.state(engine, again, State.SENT)


async def test_undo_takes_back_the_newest_and_then_the_next(world):
    engine = await world.started()
    for number in range(3):
        await engine.outbox.send(letter(name=f"d{number}"))
        world.clock.advance(1)
    assert [(await engine.outbox.undo()).id for _ in range(3)] == ["d2", "d1", "d0"]
    assert await engine.outbox.undo() is None


async def test_undo_wins_until_the_body_begins(world):
    engine = await world.sending()
    gate = world.submitter.gate("connect")
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await gate.reached.wait()
    assert (await engine.outbox.undo(item.id)).id == "d1"
    gate.open()
    await world.a_while()
    assert world.submitter.wires == []
    assert (await engine.outbox.items())[0].state is State.UNDONE
    assert await shown(engine) == ["d1"]


@pytest.mark.parametrize("step", ["body", "answer"])
async def test_undo_is_too_late_once_the_body_began(world, step):
    engine = await world.sending()
    gate = world.submitter.gate(step)
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await gate.reached.wait()
    assert await engine.outbox.undo(item.id) is None
    assert await engine.outbox.undo() is None
    gate.open()
    await world.state(engine, item, State.SENT)


async def test_undo_takes_back_a_failed_mail_but_never_a_sent_one(world):
    engine = await world.sending()
    world.submitter.outcomes = [Refused(550, "no such user")]
    failed = await engine.outbox.send(letter())
    world.clock.advance(10)
    await world.state(engine, failed, State.FAILED)
    assert (await engine.outbox.undo(failed.id)).id == "d1"
    sent = await engine.outbox.send(letter())
    world.clock.advance(10)
    await world.state(engine, sent, State.SENT)
    assert await engine.outbox.undo(sent.id) is None


async def test_an_attachment_that_vanished_queues_nothing(world):
    engine = await world.started()
    draft = letter(attachments=(Attachment("far.pdf", "application/pdf", 6, FAR),))
    await engine.drafts.save(draft)
    with pytest.raises(AttachmentError, match=r"far\.pdf"):
        await engine.outbox.send(draft)
    assert await engine.outbox.items() == ()
    assert await shown(engine) == [draft.id]


async def test_an_account_that_is_none_and_an_address_that_is_none_queue_nothing(world):
    engine = await world.started()
    with pytest.raises(DraftError, match="no account 'nowhere'"):
        await engine.outbox.send(letter(account="nowhere"))
    with pytest.raises(DraftError):
        await engine.outbox.send(letter(to="half typ"))
    assert await engine.outbox.items() == ()


async def test_a_full_disk_queues_nothing_and_leaves_the_draft(world):
    engine = await world.started()
    await engine.drafts.save(letter())
    world.disks["screen"].failures["add"] = 1
    with pytest.raises(OutboxError, match="disk is full"):
        await engine.outbox.send(letter())
    assert engine.outbox.known() == ()
    assert await shown(engine) == ["d1"]
    assert await engine.outbox.send(letter())


async def test_now_ends_the_wait_and_tries_a_failed_one_again(world):
    engine = await world.sending()
    world.submitter.outcomes = [Refused(550, "no"), Unreachable("no route")]
    item = await engine.outbox.send(letter())
    assert await engine.outbox.now(item.id)
    await world.state(engine, item, State.FAILED)
    assert await engine.outbox.now(item.id)
    await world.until(lambda: engine.outbox.known()[0].tries == 2)
    waiting = await world.state(engine, item, State.WAITING)
    assert waiting.due.left(engine.now()) > 0
    assert await engine.outbox.now(item.id)
    await world.state(engine, item, State.SENT)
    assert not await engine.outbox.now(item.id)
    assert not await engine.outbox.now("nobody")


@pytest.mark.parametrize("sent", [True, False])
async def test_only_the_person_settles_an_unsure_mail(world, sent):
    engine = await world.sending()
    world.submitter.outcomes = [Vanished("the connection broke")]
    item = await engine.outbox.send(letter())
    world.clock.advance(10)
    await world.state(engine, item, State.UNSURE)
    world.clock.advance(10_000)
    await world.a_while()
    assert len(world.submitter.wires) == 1
    assert await engine.outbox.undo(item.id) is None
    assert await engine.outbox.settle(item.id, sent)
    await world.state(engine, item, State.SENT)
    assert len(set(world.submitter.wires)) == 1
    assert len(world.submitter.wires) == (1 if sent else 2)
    assert not await engine.outbox.settle(item.id, sent)


async def test_only_what_is_finished_can_be_deleted(world):
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    assert not await engine.outbox.delete(item.id)
    await engine.outbox.now(item.id)
    await world.state(engine, item, State.SENT)
    assert await engine.outbox.delete(item.id)
    assert ItemGone(item.id) in world.news
    assert not await engine.outbox.delete(item.id)


async def test_held_mail_can_all_go_back_or_all_go_out(world):
    engine = await world.sending()
    for number in range(3):
        await engine.outbox.send(letter(name=f"d{number}"))
    assert len(await engine.outbox.held()) == 3
    for item in await engine.outbox.held():
        assert await engine.outbox.undo(item.id) is not None
    assert sorted(await shown(engine)) == ["d0", "d1", "d2"]
    for number in range(2):
        await engine.outbox.send(letter(name=f"d{number}"))
    for item in await engine.outbox.held():
        assert await engine.outbox.now(item.id)
    await world.until(lambda: len(world.submitter.wires) == 2)


async def test_an_autosave_that_comes_after_send_makes_no_second_copy(world):
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    await engine.drafts.save(letter(body="late"))
    assert await shown(engine) == []
    world.clock.advance(10)
    await world.state(engine, item, State.SENT)
    await engine.drafts.save(letter(body="late"))
    assert await shown(engine) == []


async def test_what_another_process_did_is_announced(world):
    here, there = await world.sending("here"), await world.started("there")
    item = await there.outbox.send(letter())
    await world.state(here, item, State.WAITING)
    await there.outbox.undo()
    await world.state(here, item, State.UNDONE)
    await there.outbox.delete(item.id)
    await world.until(lambda: world.heard(ItemGone).count(ItemGone(item.id)) == 2)
    assert here.outbox.known() == ()
    assert all(news.item.id == item.id for news in world.heard(ItemChanged))
