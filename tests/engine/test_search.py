"""Servers are asked about the mail whose text is not here."""

import pytest
from msgspec.structs import replace

from tuimail.engine.news import FolderChanged, Searched, Stage
from tuimail.mail.folder.query import parse
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Ref

NEEDLE = b"Subject: x\r\n\r\nthe needle is here\r\n"
HAY = b"Subject: x\r\n\r\nhay\r\n"


def looking(text: str, account: str = "work", folder: str = "INBOX") -> View:
    return View(account, folder, parse(text))


@pytest.fixture
async def engine(world):
    """Ten messages in the inbox, every other one with the needle; only their headers are here."""
    world.source.boxes["INBOX"] = {f"1.{n}": (NEEDLE if n % 2 else HAY, frozenset()) for n in range(1, 11)}
    engine = await world.started()
    await engine.mailbox.refresh_folders("work")
    await engine.mailbox.sync("work", "INBOX")
    world.news.clear()
    return engine


async def uids(engine, view: View) -> list[str]:
    return [e.ref.uid for e in await engine.mailbox.page(view, 0, 100)]


async def test_what_the_server_finds_is_in_the_view_from_then_on(engine, world):
    view = looking("needle ")
    assert await uids(engine, view) == []
    searched = await engine.search.ask(view)
    assert await uids(engine, view) == ["1.9", "1.7", "1.5", "1.3", "1.1"]
    assert searched == Searched(view, 10, 10, Stage.ASKED, "")
    assert [news.stage for news in world.heard(Searched)] == [Stage.ASKING, Stage.ASKED]
    assert FolderChanged("work", "INBOX") in world.news
    assert await engine.mailbox.count(view) == (5, 5)


async def test_mail_that_was_never_seen_here_is_found_with_its_header(engine, world):
    world.source.boxes["INBOX"]["1.12"] = NEEDLE, frozenset()
    view = looking("needle ")
    await engine.search.ask(view)
    assert (await uids(engine, view))[0] == "1.12"
    assert await engine.mailbox.envelope(Ref("work", "INBOX", "1.12")) is not None


async def test_nobody_is_asked_when_all_text_is_here(engine, world):
    for uid in list(world.source.boxes["INBOX"]):
        await engine.mailbox.raw(Ref("work", "INBOX", uid))
    view = looking("needle ")
    assert len(await uids(engine, view)) == 5
    searched = await engine.search.ask(view)
    assert searched == Searched(view, 10, 0, Stage.HERE, "")
    assert "search" not in [name for name, _ in world.source.asked]


@pytest.mark.parametrize("typed", ["from:aiko ", "is:unread", "after:7d", ""])
async def test_nobody_is_asked_what_headers_can_answer(engine, world, typed):
    assert (await engine.search.ask(looking(typed))).stage is Stage.HERE
    assert "search" not in [name for name, _ in world.source.asked]


async def test_a_server_that_can_not_be_asked_leaves_what_is_here(engine, world):
    world.source.failures["search"] = 1
    view = looking("x ")
    before = await uids(engine, looking("subject:1 "))
    searched = await engine.search.ask(view)
    assert (searched.stage, searched.trouble) == (Stage.REFUSED, "search failed")
    assert await uids(engine, looking("subject:1 ")) == before


async def test_a_disk_is_not_read_for_every_query(engine, world):
    engine._accounts["work"] = replace(engine._accounts["work"], keeps_bodies=False)
    searched = await engine.search.ask(looking("needle "), near=False)
    assert (searched.stage, searched.textless) == (Stage.HERE, 10)
    assert (await engine.search.ask(looking("needle "))).stage is Stage.ASKED


async def test_only_folders_the_query_names_are_asked(engine, world):
    world.source.boxes["Lists"]["1.1"] = NEEDLE, frozenset()
    await engine.mailbox.refresh_folders("work")
    await engine.search.ask(looking("needle in:lists ", "", ""))
    assert [what for name, what in world.source.asked if name == "search"] == ["needle in:lists"]
    assert await uids(engine, looking("needle in:lists ", "", "")) == []


async def test_how_much_is_here_is_told_without_a_server(engine, world):
    searched = await engine.search.here(looking("needle "))
    assert (searched.total, searched.textless, searched.stage) == (10, 10, Stage.HERE)
    assert "search" not in [name for name, _ in world.source.asked]
