"""The copy in Sent: tried until it stands there, once, and never a reason to send again."""

import pytest
from builders import a_draft

from tuimail.engine.news import FolderChanged
from tuimail.engine.sending.filing import EVERY
from tuimail.mail.folder.view import View
from tuimail.mail.hold.item import Filing, State
from tuimail.mail.letter.draft import Kind
from tuimail.mail.letter.envelope import Flag, Ref


def letter(name="d1", **changes):
    fields = {"cc": "", "attachments": (), "answers": None} | changes
    return a_draft(name, **fields)


async def sent(world, engine, **changes):
    item = await engine.outbox.send(letter(**changes))
    await engine.outbox.now(item.id)
    return await world.state(engine, item, State.SENT)


async def filing(world, engine, item, wanted, seconds=EVERY):
    """Let time pass in steps until the filing of the item stands so."""

    def there():
        world.clock.advance(seconds)
        return [i for i in engine.outbox.known() if i.id == item.id and i.filing == wanted]

    return (await world.until(there))[0]


def asked(world, name):
    return sum(call == name for call, _ in world.source.asked)


async def test_the_copy_in_sent_is_what_was_on_the_wire_and_is_seen_in_the_list(world):
    engine = world.engine()
    await engine.start()
    await world.until(lambda: engine.outbox.sending_here)
    item = await sent(world, engine)
    assert item.filing is Filing.DUE
    await filing(world, engine, item, Filing.DONE)
    ((wire, flags),) = world.source.boxes["Gesendet"].values()
    assert [wire] == world.submitter.wires
    assert flags == {Flag.SEEN}
    await world.until(lambda: FolderChanged("work", "Gesendet") in world.news)
    assert await engine.mailbox.count(View("work", "Gesendet")) == (1, 0)


async def test_a_copy_that_fails_is_tried_again_and_the_mail_is_not(world):
    engine = await world.sending()
    world.source.failures["append"] = 3
    item = await sent(world, engine)
    done = await filing(world, engine, item, Filing.DONE, seconds=10)
    assert done.filing_tries == 4
    assert len(world.source.boxes["Gesendet"]) == 1
    assert len(world.submitter.wires) == 1
    words = [entry.why for entry in await engine.outbox.trail(item.id)]
    assert "sent; the copy for Sent is kept here and tried again" in words


async def test_a_second_try_looks_for_the_copy_of_the_first(world):
    """The append went through and its answer was lost."""
    engine = await world.sending()
    world.source.failures["after append"] = 1
    item = await sent(world, engine)
    await filing(world, engine, item, Filing.DONE, seconds=10)
    assert len(world.source.boxes["Gesendet"]) == 1
    assert asked(world, "append") == 1
    assert ("find", item.message_id) in world.source.asked


async def test_an_account_without_a_sent_folder_gets_one_also_on_a_second_try(world):
    engine = await world.sending()
    world.source.sent_folder = ""
    world.source.failures["append"] = 1
    item = await sent(world, engine)
    await filing(world, engine, item, Filing.DONE, seconds=10)
    assert [wire for wire, _ in world.source.boxes["Sent"].values()] == world.submitter.wires


async def test_a_server_that_nobody_knew_to_file_its_own_copies_gets_no_second_one(world):
    engine = await world.sending()
    item = await engine.outbox.send(letter())
    world.source.boxes["Gesendet"]["u0"] = await engine.outbox.wire(item.id), frozenset()
    await engine.outbox.now(item.id)
    await filing(world, engine, item, Filing.DONE)
    assert list(world.source.boxes["Gesendet"]) == ["u0"]
    assert asked(world, "append") == 0


async def test_a_copy_is_filed_by_the_next_sender_when_this_one_is_gone(world):
    engine = await world.sending("one")
    world.source.failures["append"] = 1
    item = await sent(world, engine)
    await filing(world, engine, item, Filing.DUE)
    await world.close(engine)
    other = await world.sending("other")
    await filing(world, other, item, Filing.DONE, seconds=10)
    assert len(world.source.boxes["Gesendet"]) == 1


async def test_a_disk_that_fails_after_the_append_makes_no_second_copy(world):
    engine = await world.sending()
    item = await sent(world, engine)
    world.source.failures["folders"] = 1
    await filing(world, engine, item, Filing.DUE)
    append = world.source.append

    async def then_full(*arguments):
        world.disks["screen"].failures["move"] = 1
        return await append(*arguments)

    world.source.append = then_full
    await filing(world, engine, item, Filing.DONE, seconds=10)
    assert asked(world, "append") == 1


@pytest.mark.parametrize(("kind", "flag"), [(Kind.REPLY, Flag.ANSWERED), (Kind.FORWARD, Flag.FORWARDED)])
async def test_what_was_answered_says_so_in_its_list(world, kind, flag):
    engine = await world.sending()
    world.source.boxes["INBOX"]["u1"] = b"", frozenset()
    item = await sent(world, engine, kind=kind, answers=Ref("work", "INBOX", "u1"))
    await filing(world, engine, item, Filing.DONE)
    await world.until(lambda: world.source.boxes["INBOX"]["u1"][1] == {flag})


async def test_an_original_that_is_gone_is_no_trouble(world):
    engine = await world.sending()
    world.source.failures["flag"] = 1
    item = await sent(world, engine, answers=Ref("work", "INBOX", "u1"))
    await filing(world, engine, item, Filing.DONE)


async def test_where_the_server_files_its_own_copy_the_message_answered_is_flagged_all_the_same(world):
    world.files_sent = False
    engine = await world.sending()
    answered = await world.source.append("INBOX", b"Subject: hello\r\n\r\n", frozenset())
    item = await sent(world, engine, answers=Ref("work", "INBOX", answered), kind=Kind.REPLY)
    await filing(world, engine, item, Filing.DONE)
    assert not world.source.boxes["Gesendet"]
    assert world.source.boxes["INBOX"][answered][1] == {Flag.ANSWERED}
