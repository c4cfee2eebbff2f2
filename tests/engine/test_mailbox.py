"""Folders and lists: the cache follows the source, newest first, and says so."""

import pytest

from tuimail.engine.engine import RECONNECT_AFTER
from tuimail.engine.news import FolderChanged, FoldersChanged, NewMail, Notice, Progress
from tuimail.mail.errors import MailboxError, MessageGone
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Flag, Ref

INBOX = View("work", "INBOX")
SEEN, FLAGGED = frozenset({Flag.SEEN}), frozenset({Flag.FLAGGED})


def fill(world, *numbers, folder="INBOX", flags=frozenset()):
    for number in numbers:
        world.source.boxes[folder][f"u{number}"] = b"raw %d" % number, flags


async def test_the_newest_come_first_in_batches_that_can_be_read_at_once(world):
    engine = world.engine()
    fill(world, *range(1, 701))
    await engine.mailbox.sync("work", "INBOX")
    batches = [argument for call, argument in world.source.asked if call == "envelopes"]
    assert [len(batch) for batch in batches] == [100, 500, 100]
    assert batches[0][0] == "u700"
    assert batches[-1][-1] == "u1"
    assert [(news.done, news.total) for news in world.heard(Progress)] == [(100, 700), (600, 700), (700, 700)]
    assert [e.ref.uid for e in await engine.mailbox.page(INBOX, 0, 3)] == ["u700", "u699", "u698"]
    assert await engine.mailbox.count(INBOX) == (700, 700)


async def test_a_sync_that_breaks_keeps_what_it_has_and_goes_on_next_time(world):
    engine = world.engine()
    fill(world, *range(1, 151))
    engine.listen(lambda news: world.source.failures.update({"envelopes": isinstance(news, Progress)}))
    with pytest.raises(MailboxError):
        await engine.mailbox.sync("work", "INBOX")
    assert await engine.mailbox.count(INBOX) == (100, 100)
    world.source.failures.clear()
    await engine.mailbox.sync("work", "INBOX")
    assert await engine.mailbox.count(INBOX) == (150, 150)
    assert world.heard(NewMail) == []


async def test_what_went_and_what_changed_is_taken_over(world):
    engine = world.engine()
    fill(world, 1, 2, 3)
    await engine.mailbox.sync("work", "INBOX")
    del world.source.boxes["INBOX"]["u2"]
    fill(world, 3, flags=SEEN)
    world.news.clear()
    await engine.mailbox.sync("work", "INBOX")
    assert [(e.ref.uid, e.flags) for e in await engine.mailbox.page(INBOX, 0, 9)] == [
        ("u3", SEEN),
        ("u1", frozenset()),
    ]
    assert FolderChanged("work", "INBOX") in world.news
    world.news.clear()
    await engine.mailbox.sync("work", "INBOX")
    assert FolderChanged("work", "INBOX") not in world.news


async def test_new_mail_is_announced_for_the_inbox_after_the_first_look_only(world):
    engine = world.engine()
    await engine.mailbox.refresh_folders("work")
    for folder in ("INBOX", "Junk"):
        fill(world, 1, 2, folder=folder)
        await engine.mailbox.sync("work", folder)
    assert world.heard(NewMail) == []
    for folder in ("INBOX", "Junk"):
        fill(world, 3, 4, folder=folder)
        fill(world, 5, folder=folder, flags=SEEN)
        await engine.mailbox.sync("work", folder)
    assert world.heard(NewMail) == [NewMail("work", 2)]


async def test_flags_show_at_once_and_reach_the_server(world):
    engine = world.engine()
    fill(world, 1, 2)
    await engine.mailbox.sync("work", "INBOX")
    await engine.mailbox.flag([Ref("work", "INBOX", "u1")], SEEN, frozenset())
    assert world.source.boxes["INBOX"]["u1"][1] == SEEN
    assert await engine.mailbox.count(INBOX) == (2, 1)


async def test_flags_go_back_to_what_each_message_had_when_the_server_says_no(world):
    engine = world.engine()
    fill(world, 1, flags=SEEN)
    fill(world, 2, flags=FLAGGED)
    await engine.mailbox.sync("work", "INBOX")
    before = await engine.mailbox.page(INBOX, 0, 9)
    world.source.failures["flag"] = 1
    refs = [Ref("work", "INBOX", "u1"), Ref("work", "INBOX", "u2")]
    with pytest.raises(MailboxError):
        await engine.mailbox.flag(refs, SEEN, FLAGGED)
    assert await engine.mailbox.page(INBOX, 0, 9) == before


async def test_a_body_is_fetched_once(world):
    engine = world.engine()
    fill(world, 1)
    ref = Ref("work", "INBOX", "u1")
    assert [await engine.mailbox.raw(ref) for _ in range(3)] == [b"raw 1"] * 3
    assert [call for call, _ in world.source.asked] == ["body"]
    with pytest.raises(MessageGone):
        await engine.mailbox.raw(Ref("work", "INBOX", "u9"))


async def test_folders_are_known_at_once_and_counted_once_they_were_looked_at(world):
    engine = world.engine()
    assert await engine.mailbox.folders("work") == ()
    await engine.mailbox.refresh_folders("work")
    fill(world, 1, 2)
    fill(world, 3, flags=SEEN)
    await engine.mailbox.sync("work", "INBOX")
    assert [(f.name, f.total, f.unread) for f in await engine.mailbox.folders("work")] == [
        ("INBOX", 3, 2),
        ("Gesendet", 0, 0),
    ]
    assert FoldersChanged("work") in world.news


async def test_an_account_is_followed_through_its_troubles(world):
    world.sources["home"].failures["folders"] = 1
    engine = world.engine()
    fill(world, 1)
    await engine.start()
    await world.until(lambda: world.heard(Notice))
    assert str(world.heard(Notice)[0].text) == "home: folders failed"
    await world.until(lambda: world.heard(Progress))
    fill(world, 2)
    world.source.changed.put_nowait(None)
    assert await world.until(lambda: world.heard(NewMail)) == [NewMail("work", 1)]
    world.news.clear()
    world.clock.advance(RECONNECT_AFTER)
    await world.until(lambda: FoldersChanged("home") in world.news)


async def test_people_one_has_met_are_completed(world):
    engine = world.engine()
    fill(world, 1)
    await engine.mailbox.sync("work", "INBOX")
    assert [a.spec for a in await engine.contacts.complete("ai")] == ["aiko@example.jp"]
    assert await engine.contacts.complete(" ") == ()
