"""Folders are kept up to date through all troubles, and a person hears of them once."""

import pytest

from tuimail.engine.folders import follow
from tuimail.engine.folders.link import LONGEST_PAUSE
from tuimail.engine.news import (
    AccountGoes,
    AccountOffline,
    AccountOnline,
    FolderChanged,
    NewMail,
    Notice,
    Synced,
)
from tuimail.mail.folder.view import View

INBOX = View("work", "INBOX")


def fill(world, *numbers, folder="INBOX"):
    for number in numbers:
        world.source.boxes[folder][f"1.{number}"] = b"raw %d" % number, frozenset()


def calls(world):
    return [(call, argument) for call, argument in world.source.asked if not isinstance(argument, tuple)]


async def settled(world, name="look", times=1, folder=None):
    def enough():
        return len([1 for call, of in calls(world) if call == name and folder in (None, of)]) >= times

    await world.until(enough)


async def test_the_inbox_shows_before_the_folders_are_asked_for_then_come_sent_and_the_others(world):
    fill(world, 1)
    fill(world, 1, folder="Archive")
    await world.engine().start()
    await settled(world, "look", 3)
    order = [(call, of) for call, of in calls(world) if call in ("newest", "folders", "look")]
    assert order[0] == ("newest", "INBOX")
    assert order.index(("folders", None)) < order.index(("newest", "Gesendet"))
    looks = [of for call, of in order if call == "look"]
    assert looks == ["INBOX", "Gesendet", "Archive"]


async def test_what_happens_in_the_inbox_is_seen_at_once(world):
    engine = world.engine()
    fill(world, 1)
    await engine.start()
    await engine.follow.met("work")
    fill(world, 2)
    world.source.changed.put_nowait(None)
    [new] = await world.until(lambda: world.heard(NewMail))
    assert (new.account, new.count) == ("work", 1)


async def test_other_folders_are_looked_at_when_their_numbers_changed(world):
    engine = world.engine()
    fill(world, 1, folder="Archive")
    fill(world, 1, folder="Old")
    await engine.start()
    await settled(world, "look", 1, "Old")
    await world.a_while()
    world.source.asked.clear()
    fill(world, 2, folder="Archive")
    world.clock.advance(follow.POLL_EVERY)
    await settled(world, "look")
    await world.a_while()
    assert [of for call, of in calls(world) if call == "look"] == ["Archive"]


async def test_a_server_that_does_not_answer_is_told_of_once_and_when_it_is_back(world):
    world.source.failures.update({"newest": 3, "folders": 3})
    engine = world.engine()
    await engine.start()
    for _ in range(12):
        await world.a_while()
        world.clock.advance(LONGEST_PAUSE)
    await world.until(lambda: world.heard(AccountOnline))
    [offline] = world.heard(AccountOffline)
    assert (offline.account, offline.why in ("newest failed", "folders failed")) == ("work", True)
    said = [str(notice.text) for notice in world.heard(Notice)]
    assert said == [f"work: {offline.why}; trying again, and what you do is kept", "work is back"]
    assert [notice.trouble for notice in world.heard(Notice)] == [True, False]
    assert engine.follow.offline == ()


@pytest.mark.parametrize("news", [AccountGoes("work"), Synced("work", "Archive")])
async def test_a_sign_that_it_answers_again_is_followed_without_a_pause(world, news):
    world.source.failures.update({"newest": 1, "folders": 1})
    engine = world.engine()
    await engine.start()
    await world.until(lambda: engine.follow.offline)
    await world.a_while()
    assert not world.heard(AccountOnline)
    engine.follow._hear(news)
    await world.until(lambda: world.heard(AccountOnline))


async def test_while_a_server_does_not_answer_what_is_here_can_be_read(world):
    engine = world.engine()
    fill(world, 1)
    await engine.sync.folder("work", "INBOX")
    world.source.failures.update({"look": 99, "folders": 99})
    await engine.start()
    await world.until(lambda: engine.follow.offline)
    assert await engine.mailbox.count(INBOX) == (1, 1)


async def test_a_folder_that_can_not_be_read_does_not_stop_the_others(world):
    fill(world, 1, folder="Archive")
    world.sources["home"].failures.update({"newest": 99})
    engine = world.engine()
    await engine.start()
    await settled(world, "look", 1, "Archive")
    assert [offline.account for offline in engine.follow.offline] == ["home"]


async def test_what_fails_while_the_server_answers_is_tried_again_after_a_pause_only(world):
    engine = world.engine()
    fill(world, 1, folder="Archive")
    await engine.start()
    await settled(world, "look", 1, "Archive")
    world.source.failures["look"] = 99
    engine.follow.show("work", "Archive")
    for _ in range(3):
        world.source.changed.put_nowait(None)
    await world.until(lambda: world.heard(Notice))
    await world.a_while()
    before = len(world.source.asked)
    await world.a_while()
    assert len(world.source.asked) == before


async def test_the_folder_on_screen_is_watched_too(world):
    engine = world.engine()
    fill(world, 1, folder="Archive")
    await engine.start()
    await settled(world, "look", 1, "Archive")
    engine.follow.show("work", "Archive")
    await world.a_while()
    world.news.clear()
    fill(world, 2, folder="Archive")
    for _ in range(4):
        world.source.changed.put_nowait(None)
    await world.until(lambda: FolderChanged("work", "Archive") in world.news)
    engine.follow.show("work", "INBOX")
    await world.a_while()
    engine.follow.show("", "")
    await world.a_while()
    assert world.heard(Notice) == []
