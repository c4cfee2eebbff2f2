"""Folders and lists: the cache follows the source, newest first, and says so."""

import pytest

from tuimail.engine.news import FolderChanged, FoldersChanged, NewMail
from tuimail.mail.errors import MailboxError, MessageGone
from tuimail.mail.folder.view import View
from tuimail.mail.hold.item import State
from tuimail.mail.letter.envelope import Flag, Ref

INBOX = View("work", "INBOX")
SEEN, FLAGGED = frozenset({Flag.SEEN}), frozenset({Flag.FLAGGED})


def fill(world, *numbers, folder="INBOX", flags=frozenset()):
    for number in numbers:
        world.source.boxes[folder][f"u{number}"] = b"raw %d" % number, flags


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
    [new] = world.heard(NewMail)
    assert (new.account, new.count, [e.ref.uid for e in new.newest]) == ("work", 2, ["u4", "u3"])


async def test_a_body_is_fetched_once(world):
    engine = world.engine()
    fill(world, 1)
    await engine.mailbox.sync("work", "INBOX")
    ref = Ref("work", "INBOX", "u1")
    assert [await engine.mailbox.raw(ref) for _ in range(3)] == [b"raw 1"] * 3
    assert [call for call, _ in world.source.asked if call == "body"] == ["body"]
    with pytest.raises(MessageGone):
        await engine.mailbox.raw(Ref("work", "INBOX", "u9"))


async def test_a_message_that_is_not_kept_can_not_be_read_offline_and_one_line_says_so(world):
    engine = world.engine()
    fill(world, 1)
    await engine.mailbox.sync("work", "INBOX")
    world.source.failures["body"] = 1
    with pytest.raises(MailboxError, match=r"^body failed; of this message only the header is kept here$"):
        await engine.mailbox.raw(Ref("work", "INBOX", "u1"))


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


async def test_a_message_that_was_lent_is_read_and_answered_like_others_and_marks_nothing(world):
    engine = await world.sending()
    ref = engine.mailbox.lend("kept.eml", b"From: a@b.example\r\nSubject: kept\r\n\r\ntext\r\n")
    assert (await engine.mailbox.letter(ref)).subject == "kept"
    draft = await engine.drafts.reply(ref, everyone=False)
    assert (draft.to, draft.subject) == ("a@b.example", "Re: kept")
    item = await engine.outbox.send(draft)
    await engine.outbox.now(item.id)
    await world.state(engine, item, State.SENT)
    assert not [call for call, _ in world.source.asked if call == "flag"]
