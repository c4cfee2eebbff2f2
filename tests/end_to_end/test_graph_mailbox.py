"""The engine on a Microsoft 365 mailbox: synchronised by delta beside other clients, triaged, interrupted."""

import asyncio
import os
import random
from collections import Counter
from contextlib import suppress

import pytest
from engine.fakes import FakeClock, FakeIds, FakeSubmitter
from engine.model_world import AlwaysHere
from servers.graphing import ME, Tokens, stand_in

from tuimail.backends.graph import calls, watch
from tuimail.backends.graph.http import Graph
from tuimail.backends.graph.server import GraphServer
from tuimail.backends.graph.source import GraphSource
from tuimail.backends.system import SystemClock, SystemIds
from tuimail.demo.exchange import Fault, mime
from tuimail.engine.account import Account, Accounts
from tuimail.engine.deeds.ledger import Ledger
from tuimail.engine.deeds.pending import Pending
from tuimail.engine.deeds.replay import Replay
from tuimail.engine.deeds.triage import Triage
from tuimail.engine.folders.follow import Follow
from tuimail.engine.folders.sync import Sync
from tuimail.engine.folders.turns import Urgency
from tuimail.engine.news import AccountOffline, AccountOnline, NewMail, Newsroom, Notice
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Flag
from tuimail.store.cache import CacheFile
from tuimail.store.changes import ChangeFile

SEEN, FLAGGED, NONE = frozenset({Flag.SEEN}), frozenset({Flag.FLAGGED}), frozenset()
KEYS = {"INBOX": "inbox", "Archive": "archive", "Deleted Items": "deleteditems"}
TROUBLES = (
    *(("*", Fault.cut()), ("*", Fault.lost()), ("*", Fault.middle()), ("*", Fault.answer(503))),
    *(("POST */move", Fault.lost()), ("*", Fault.answer(429, retry_after=0.01))),
)
STEPS = int(os.environ.get("TUIMAIL_GRAPH_STEPS", "60"))
"""Of a random life, for each seed; more of them look further."""


class Desk:
    """One account between the stand-in and its files; `office` is what the server has."""

    def __init__(self, office, folder) -> None:
        self.office, self.box = office, office.org.mailbox(ME)
        self.source = GraphSource("work", Graph(GraphServer(office.url, ME), Tokens()))
        self.cache, self.disk = CacheFile(folder / "cache.db"), ChangeFile(folder / "changes.db")
        self.account = Account("work", Address(ME), self.source, FakeSubmitter())
        self.news, newsroom = [], Newsroom()
        newsroom.listen(self.news.append)
        self.clock, ids = FakeClock(), FakeIds()
        accounts, self.pending = Accounts({"work": self.account}), Pending(self.disk)
        self.sync = Sync(accounts, self.cache, newsroom, self.clock, self.pending)
        self.follow = Follow(accounts, self.sync, newsroom, SystemClock(), SystemIds())
        turn = lambda name: self.sync.turns(name).turn(Urgency.PERSON)  # noqa: E731
        mine = AlwaysHere(), self.clock, ids, newsroom, turn, self.sync.folder
        self.replay = Replay(self.pending, self.disk, self.cache, *mine)
        ledger = Ledger(self.pending, self.disk, self.cache, self.clock, ids, newsroom, self.replay.wake)
        self.triage = Triage(ledger, self.pending, self.cache, ids, self.replay)

    def deliver(self, *numbers):
        for number in numbers:
            head = f"From: Ken <ken@contoso.example>\r\nTo: {ME}\r\nSubject: {number}\r\n"
            raw = f"{head}Message-ID: <{number}@x>\r\n\r\nbody {number}\r\n".encode()
            with self.office.org.lock:
                self.box.add("inbox", raw, at=1_700_000_000 + number)

    async def bring(self, *folders):
        for folder in folders or ("INBOX",):
            await self.sync.folder("work", folder)

    async def refs(self, folder="INBOX"):
        return [row.ref for row in await self.cache.page(View("work", folder), 0, 10_000)]

    async def agrees(self, *folders):
        """Whether the cache has what the server has, message by message and flag by flag."""
        for folder in folders or ("INBOX",):
            rows = await self.cache.page(View("work", folder), 0, 10_000)
            with self.office.org.lock:
                there = {one.immutable: flags(one) for one in self.box.messages(KEYS[folder])}
            if {row.ref.uid: row.flags for row in rows} != there or len(rows) != len(there):
                return False
        return True

    async def settle(self):
        """All that waits is told to the server."""
        self.clock.advance(600.0)
        await self.replay.round(self.account)

    async def close(self):
        await self.source.close()
        await asyncio.gather(self.cache.close(), self.disk.close())

    def heard(self, kind):
        return [news for news in self.news if isinstance(news, kind)]

    async def until(self, happened):
        async with asyncio.timeout(10):
            while not happened():
                await asyncio.sleep(0.01)


def flags(one):
    known = {Flag.SEEN: one.read, Flag.FLAGGED: one.flag == "flagged", Flag.DRAFT: one.draft}
    return frozenset(flag for flag, is_so in known.items() if is_so)


@pytest.fixture(params=["whole news", "sparse news"])
async def desk(request, tmp_path, monkeypatch):
    monkeypatch.setattr(calls, "SHORTEST_PAUSE", 0.01)
    monkeypatch.setattr(watch, "POLL_SECONDS", 0.05)
    with stand_in(sparse_delta=request.param == "sparse news") as office:
        made = Desk(office, tmp_path)
        await made.sync.folders("work")
        yield made
        assert office.log.most_at_once <= 3
        await made.close()


async def test_the_cache_follows_what_other_clients_do(desk):
    desk.deliver(*range(1_200))
    await desk.bring()
    assert await desk.agrees()
    first = len(desk.office.log.requests)
    chance = random.Random(5)
    for step in range(4):
        there = desk.box.messages("inbox")
        for one in chance.sample(there, 12):
            desk.box.change(one, read=not one.read, flag=chance.choice(("flagged", "notFlagged")))
        for one in chance.sample(desk.box.messages("inbox"), 5):
            desk.box.move(one, "archive")
        for one in chance.sample(desk.box.messages("inbox"), 3):
            desk.box.erase(one)
        desk.deliver(*range(2_000 + 10 * step, 2_004 + 10 * step))
        await desk.bring()
        assert await desk.agrees()
    await desk.bring("Archive")
    assert await desk.agrees("INBOX", "Archive")
    assert [news.count for news in desk.heard(NewMail)] == [4, 4, 4, 4]
    assert len(desk.office.log.requests) - first < 120


async def test_after_a_forgotten_sync_state_nothing_is_fetched_twice_and_nothing_is_news(desk):
    desk.deliver(*range(1_100))
    await desk.bring()
    desk.box.forget_sync()
    desk.box.erase(desk.box.messages("inbox")[7])
    desk.deliver(5_000)
    desk.news.clear()
    await desk.bring()
    assert await desk.agrees()
    assert [news.count for news in desk.heard(NewMail)] == [1]
    assert not [one for one in desk.office.log.requests if "/messages/AA" in one.path]
    await desk.bring()
    assert await desk.agrees()


async def test_a_synchronisation_that_was_cut_in_its_middle_goes_on_with_the_next(desk):
    desk.deliver(*range(2_300))
    desk.office.faults.add("GET */delta", Fault.middle(), after=1)
    with pytest.raises(MailboxError):
        await desk.bring()
    assert len(await desk.refs()) >= 500
    desk.office.faults.add("GET */delta", Fault.answer(429, retry_after=0.05), after=1)
    await desk.bring()
    assert await desk.agrees()
    assert desk.heard(NewMail) == []


async def test_what_a_person_does_is_done_on_the_server_and_taken_back_there(desk):
    desk.deliver(*range(6))
    await desk.bring("INBOX", "Archive", "Deleted Items")
    refs = await desk.refs()
    await desk.triage.flag(refs[:2], FLAGGED)
    await desk.triage.archive(refs[1:3])
    await desk.triage.delete(refs[3:4])
    await desk.settle()
    assert {one.flag for one in desk.box.messages("inbox")} == {"flagged", "notFlagged"}
    assert [one.immutable for one in desk.box.messages("archive")] == [ref.uid for ref in refs[1:3]]
    assert [one.immutable for one in desk.box.messages("deleteditems")] == [refs[3].uid]
    await desk.bring("INBOX", "Archive", "Deleted Items")
    assert await desk.agrees(*KEYS)
    for _ in range(3):
        assert await desk.triage.undo()
    await desk.settle()
    assert len(desk.box.messages("inbox")) == 6
    assert {one.flag for one in desk.box.messages()} == {"notFlagged"}
    await desk.bring("INBOX", "Archive", "Deleted Items")
    assert await desk.agrees(*KEYS)
    assert desk.heard(Notice) == []


async def test_undone_at_once_is_as_if_it_had_never_been(desk):
    desk.deliver(*range(3))
    await desk.bring()
    await desk.triage.archive(await desk.refs())
    await desk.triage.undo()
    await desk.settle()
    await desk.bring()
    assert await desk.agrees()
    assert desk.office.log.count("POST", "/move") == 0


async def test_what_is_deleted_in_the_bin_is_erased(desk):
    desk.deliver(1, 2)
    await desk.bring()
    await desk.triage.delete(await desk.refs())
    await desk.settle()
    await desk.bring("INBOX", "Deleted Items")
    await desk.triage.delete(await desk.refs("Deleted Items"))
    await desk.settle()
    assert desk.box.messages() == ()
    await desk.bring("INBOX", "Deleted Items")
    assert await desk.agrees(*KEYS)


@pytest.mark.parametrize(
    "fault", [Fault.lost(), Fault.cut(), Fault.answer(503), Fault.answer(429, retry_after=0.05)]
)
async def test_a_deed_whose_answer_was_lost_is_done_once(desk, fault):
    desk.deliver(*range(4))
    await desk.bring("INBOX", "Archive")
    await desk.triage.archive(await desk.refs())
    desk.office.faults.add("POST */move", fault, after=1)
    await desk.settle()
    await desk.settle()
    assert len(desk.box.messages("archive")) == 4
    assert await desk.disk.all() == ()
    await desk.bring("INBOX", "Archive")
    assert await desk.agrees("INBOX", "Archive")


async def test_a_message_that_others_moved_meanwhile_stays_where_they_put_it(desk):
    desk.deliver(1)
    await desk.bring()
    [ref] = await desk.refs()
    desk.box.move(desk.box.get(ref.uid), "junkemail")
    await desk.triage.archive([ref])
    await desk.settle()
    assert [one.folder for one in desk.box.messages()] == ["junkemail"]
    assert "moved elsewhere by another program" in str(desk.heard(Notice)[0].text)
    await desk.bring("INBOX", "Archive")
    assert await desk.agrees("INBOX", "Archive")


async def test_a_mark_that_exchange_does_not_keep_holds_up_nothing_else(desk):
    desk.deliver(1)
    await desk.bring()
    await desk.triage.junk(await desk.refs())
    await desk.settle()
    assert [one.folder for one in desk.box.messages()] == ["junkemail"]
    assert await desk.disk.all() == ()


async def test_new_mail_is_heard_of_and_an_absence_is_told_once(desk):
    desk.deliver(1)
    following = asyncio.create_task(desk.follow.inbox(desk.account))
    await desk.follow.met("work")
    desk.deliver(2)
    await desk.until(lambda: desk.heard(NewMail))
    desk.office.faults.add("*", Fault.cut(), times=2)
    await desk.until(lambda: desk.heard(AccountOnline))
    assert len(desk.heard(AccountOffline)) == 1
    desk.deliver(3)
    await desk.until(lambda: len(desk.heard(NewMail)) == 2)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert await desk.agrees()


def subject(one):
    return mime.parsed(one.raw).subject


class Life:
    """A person, other clients and a network at work on one mailbox; `erased` are subjects of mail."""

    def __init__(self, desk, seed) -> None:
        self.desk, self.chance, self.erased = desk, random.Random(seed), set()

    async def step(self):
        kinds = {self.person: 6, self.other: 3, self.fault: 1, self.look: 2}
        await self.chance.choices(list(kinds), list(kinds.values()))[0]()

    async def person(self):
        folder, triage = self.chance.choice(list(KEYS)), self.desk.triage
        rows = await self.desk.cache.page(View("work", folder), 0, 100)
        rows = self.chance.sample(rows, min(len(rows), self.chance.choice((1, 1, 2, 5))))
        verb, refs = (
            self.chance.choice(("see", "flag", "archive", "delete", "move", "undo")),
            [r.ref for r in rows],
        )
        match verb:
            case "see" | "flag":
                await triage.flag(refs, SEEN if verb == "see" else FLAGGED, undoable=verb == "flag")
            case "move":
                await triage.move(refs, self.chance.choice(list(KEYS)))
            case "undo":
                await triage.undo()
            case _:
                if verb == "delete" and folder == "Deleted Items":
                    self.erased |= {str(row.subject) for row in rows}
                await getattr(triage, verb)(refs)

    async def other(self):
        box = self.desk.box
        with self.desk.office.org.lock:
            there = box.messages(KEYS[self.chance.choice(list(KEYS))])
            if not there:
                return
            one = self.chance.choice(there)
            match self.chance.choice(("erase", *["move"] * 4, *["see"] * 5)):
                case "erase":
                    self.erased.add(subject(one))
                    box.erase(one)
                case "move":
                    box.move(one, self.chance.choice(list(KEYS.values())))
                case _:
                    box.change(one, read=not one.read)

    async def fault(self):
        pattern, fault = self.chance.choice(TROUBLES)
        times, after = self.chance.choice((1, 3)), self.chance.randrange(5)
        self.desk.office.faults.add(pattern, fault, times=times, after=after)

    async def look(self):
        with suppress(MailboxError):
            await self.desk.bring(self.chance.choice(list(KEYS)))


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_happens_nothing_is_lost_and_the_screen_ends_as_the_server_is(desk, seed):
    life = Life(desk, seed)
    desk.deliver(*range(30))
    await desk.bring(*KEYS)
    for number in range(STEPS):
        await life.step()
        if number % 3 == 0:
            await desk.settle()
        if number % 20 == 7:
            desk.box.forget_sync()
    desk.office.faults.clear()
    for _ in range(12):
        await desk.settle()
    assert await desk.disk.all() == ()
    for _ in range(2):
        await desk.bring(*KEYS)
    left = Counter(subject(one) for one in desk.box.messages())
    assert {str(number) for number in range(30)} - left.keys() <= life.erased
    assert set(left.values()) <= {1}
    assert await desk.agrees(*KEYS)
