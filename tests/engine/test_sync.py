"""Which rounds run, and who shares them."""

import asyncio

import pytest
from engine.fakes import Gate

from tuimail.engine.folders.turns import Urgency
from tuimail.engine.news import FoldersChanged, NewMail, Progress, Synced
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Flag

INBOX = View("work", "INBOX")


def fill(world, *numbers, folder="INBOX", flags=frozenset()):
    for number in numbers:
        world.source.boxes[folder][f"1.{number}"] = b"raw %d" % number, flags


def asked(world, name):
    return [argument for call, argument in world.source.asked if call == name]


async def test_who_asks_while_a_round_runs_shares_the_next_one(world):
    engine = world.engine()
    gate = world.source.gates["newest"] = Gate()
    first = asyncio.create_task(engine.sync.folder("work", "INBOX"))
    await gate.reached.wait()
    others = [asyncio.create_task(engine.sync.folder("work", "INBOX")) for _ in range(5)]
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(first, *others)
    assert len(asked(world, "look")) == 2


async def test_a_round_that_failed_is_not_taken_for_one_that_was_done(world):
    engine = world.engine()
    gate = world.source.gates["newest"] = Gate()
    world.source.failures["look"] = 2
    rounds = [asyncio.create_task(engine.sync.folder("work", "INBOX")) for _ in range(3)]
    await gate.reached.wait()
    gate.open()
    ends = await asyncio.gather(*rounds, return_exceptions=True)
    assert [isinstance(end, MailboxError) for end in ends] == [True, True, False]


async def test_the_folder_a_person_opens_goes_before_what_is_under_way(world):
    engine = world.engine()
    fill(world, *range(1, 2501), folder="Big")
    fill(world, *range(1, 501), folder="Opened")
    gate = world.source.gates["envelopes"] = Gate()
    quiet = asyncio.create_task(engine.sync.folder("work", "Big", Urgency.QUIET))
    await gate.reached.wait()
    person = asyncio.create_task(engine.sync.folder("work", "Opened"))
    await asyncio.sleep(0.01)
    gate.open()
    await person
    assert (await engine.mailbox.count(View("work", "Opened")))[0] == 500
    assert (await engine.mailbox.count(View("work", "Big")))[0] < 2500
    await quiet
    assert await engine.mailbox.count(View("work", "Big")) == (2500, 2500)


async def test_a_person_who_opens_the_folder_that_is_quietly_read_makes_it_urgent(world):
    engine = world.engine()
    fill(world, *range(1, 1001), folder="Big")
    gate = world.source.gates["look"] = Gate()
    quiet = asyncio.create_task(engine.sync.folder("work", "Big", Urgency.QUIET))
    await gate.reached.wait()
    waiting = asyncio.create_task(engine.sync.calm("work"))
    await waiting
    person = asyncio.create_task(engine.sync.folder("work", "Big"))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(engine.sync.calm("work"))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    gate.open()
    await asyncio.gather(quiet, person)
    await waiting


async def test_a_round_that_is_stopped_says_so_to_nobody_and_goes_on_next_time(world):
    engine = world.engine()
    fill(world, *range(1, 2001))
    stop = lambda news: isinstance(news, Progress) and engine.sync.stop("work", "INBOX")  # noqa: E731
    unlisten = engine.listen(stop)
    await engine.sync.folder("work", "INBOX")
    assert 100 < (await engine.mailbox.count(INBOX))[0] < 2000
    unlisten()
    await engine.sync.folder("work", "INBOX")
    assert await engine.mailbox.count(INBOX) == (2000, 2000)
    assert world.heard(NewMail) == []


async def test_a_round_that_ended_is_told_and_one_that_failed_or_was_stopped_is_not(world):
    engine = world.engine()
    fill(world, *range(1, 1501))
    heard = []
    engine.listen(lambda news: heard.append(news) if isinstance(news, Synced) else None)
    world.source.failures["look"] = 1
    with pytest.raises(MailboxError):
        await engine.sync.folder("work", "INBOX")
    assert heard == []
    await engine.sync.folder("work", "INBOX")
    await engine.sync.folder("work", "INBOX")
    assert heard == [Synced("work", "INBOX")] * 2


async def test_new_mail_is_what_came_unread_into_the_inbox_after_the_first_round(world):
    world.bell = True
    engine = world.engine()
    fill(world, 1, 2)
    await engine.sync.folder("work", "INBOX")
    fill(world, 3, 4)
    fill(world, 5, flags=frozenset({Flag.SEEN}))
    await engine.sync.folder("work", "INBOX")
    [news] = world.heard(NewMail)
    assert (news.account, news.count, news.bell) == ("work", 2, True)
    assert [envelope.ref.uid for envelope in news.newest] == ["1.4", "1.3"]


async def test_there_is_an_inbox_before_the_folders_were_asked_for(world):
    engine = world.engine()
    assert await engine.sync.home("work") == "INBOX"
    assert [folder.title for folder in await engine.mailbox.folders("work")] == ["Inbox"]
    assert FoldersChanged("work") in world.news


@pytest.mark.parametrize("remembers", [True, False])
async def test_the_cache_file_ends_as_the_source_is(world, remembers):
    engine = world.engine()
    world.source.remembers, world.source.span = remembers, 100
    fill(world, *range(1, 501))
    await engine.sync.folder("work", "INBOX")
    for number in range(1, 501, 7):
        del world.source.boxes["INBOX"][f"1.{number}"]
    fill(world, 3, 303, 501, flags=frozenset({Flag.SEEN}))
    await engine.sync.folder("work", "INBOX")
    page = await engine.mailbox.page(INBOX, 0, 1000)
    assert {e.ref.uid: e.flags for e in page} == {
        uid: flags for uid, (_, flags) in world.source.boxes["INBOX"].items()
    }
