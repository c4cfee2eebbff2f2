"""Folders of a real Dovecot, with all its extensions and with none, beside a second client."""

import asyncio
import imaplib
import random
from contextlib import asynccontextmanager

import pytest
from engine.fakes import FakeClock, NothingPending
from servers.dovecot import PASSWORD
from servers.faultproxy import FaultProxy

from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource
from tuimail.backends.system import SystemClock, SystemIds
from tuimail.engine.account import Account, Accounts
from tuimail.engine.folders.follow import Follow
from tuimail.engine.folders.prefetch import BodyLimits, Prefetch
from tuimail.engine.folders.sync import Sync
from tuimail.engine.news import AccountOffline, AccountOnline, NewMail, Newsroom, Notice
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe
from tuimail.store.cache import CacheFile

pytestmark = pytest.mark.servers

LETTER = b"From: Aiko <aiko@example.jp>\r\nSubject: number %d\r\nMessage-ID: <%d@x>\r\n\r\nbody %d\r\n"
OLD = "old@example.test"


class Reader:
    """One account between Dovecot and a cache; `news` is what was announced."""

    def __init__(self, dovecot, user, path, inbox="INBOX", port=0) -> None:
        server = ImapServer("127.0.0.1", port or dovecot.imap, user, "none", "password")
        self.source, self.cache = ImapSource("work", server, self._password), CacheFile(path)
        self.account = Account("work", Address(user), self.source, None)
        self.inbox, self.news, newsroom = inbox, [], Newsroom()
        accounts, clock = Accounts({"work": self.account}), FakeClock()
        self.sync = Sync(accounts, self.cache, newsroom, clock, NothingPending())
        self.follow = Follow(accounts, self.sync, newsroom, SystemClock(), SystemIds())
        self.prefetch = Prefetch(self.cache, self.sync, self.follow, newsroom, clock, BodyLimits(10_000))
        newsroom.listen(self.news.append)

    async def bring(self):
        await self.sync.folder("work", self.inbox)

    async def agrees(self):
        """Whether the cache has what the server has, message by message and flag by flag."""
        stretches = [stretch async for stretch in self.source.stretches(self.inbox)]
        there = {uid: flags for stretch in stretches for uid, flags in stretch.flags.items()}
        rows = await self.cache.page(View("work", self.inbox), 0, 10_000)
        return {row.ref.uid: row.flags for row in rows} == there and len(rows) == len(there)

    async def close(self):
        await self.source.close()
        await self.cache.close()

    async def _password(self):
        return PASSWORD


@asynccontextmanager
async def reading(dovecot, user, folder, inbox="INBOX", port=0):
    reader = Reader(dovecot, user, folder / "cache.db", inbox, port)
    await reader.cache.put_folders("work", [Folder("work", inbox, Safe(inbox), Role.INBOX)])
    try:
        yield reader
    finally:
        await reader.close()


class Other:
    """A second client."""

    def __init__(self, dovecot, user, inbox="INBOX") -> None:
        self.wire, self._inbox = imaplib.IMAP4("127.0.0.1", dovecot.imap), inbox
        self.wire.login(user, PASSWORD)
        self.wire.create(inbox)
        self.wire.select(inbox)
        self.chance = random.Random(4)

    def file(self, *numbers):
        for number in numbers:
            letter = LETTER % (number, number, number)
            assert self.wire.append(self._inbox, "", None, letter)[0] == "OK"
        self.wire.noop()

    def stir(self, flags, gone):
        """Turn the \\Seen of some, and delete others."""
        uids = self.wire.uid("SEARCH", "ALL")[1][0].decode().split()
        for sign, some in (("+", flags), ("-", flags // 2)):
            self.wire.uid(
                "STORE", ",".join(self.chance.sample(uids, some)), f"{sign}FLAGS", r"(\Seen \Flagged)"
            )
        self.wire.uid("STORE", ",".join(self.chance.sample(uids, gone)), "+FLAGS", r"(\Deleted)")
        self.wire.expunge()


@pytest.fixture(params=["all extensions", "IMAP4rev1"])
async def pair(request, dovecot, tmp_path):
    """A reader and another client of one folder."""
    old = request.param == "IMAP4rev1"
    user, inbox = (OLD, f"sync{tmp_path.name}") if old else (dovecot.user(), "INBOX")
    other = Other(dovecot, user, inbox)
    async with reading(dovecot, user, tmp_path, inbox) as reader:
        yield reader, other
    other.wire.logout()


async def test_the_cache_follows_what_another_client_does(pair):
    reader, other = pair
    other.file(*range(300))
    await reader.bring()
    assert await reader.agrees()
    for step in range(4):
        other.stir(flags=30, gone=7)
        other.file(*range(1000 + 10 * step, 1005 + 10 * step))
        await reader.bring()
        assert await reader.agrees()
    assert [news.count for news in reader.news if isinstance(news, NewMail)] == [5, 5, 5, 5]


async def test_bodies_are_fetched_and_kept(pair):
    reader, other = pair
    other.file(*range(150))
    await reader.bring()
    await reader.prefetch.round(reader.account)
    [row] = await reader.cache.page(View("work", reader.inbox), 20, 1)
    raw = await reader.cache.body("work", reader.inbox, row.ref.uid)
    assert raw is not None
    assert f"{row.subject}".encode() in raw
    assert await reader.cache.bodiless("work", reader.inbox, 0.0, 9) == ()


async def test_a_folder_numbered_anew_keeps_its_bodies(dovecot, tmp_path):
    user = dovecot.user()
    other = Other(dovecot, user)
    other.file(*range(60))
    async with reading(dovecot, user, tmp_path) as reader:
        await reader.bring()
        await reader.prefetch.round(reader.account)
        other.wire.logout()
        await reader.source.close()
        dovecot.doveadm("mailbox", "update", "-u", user, "--uid-validity", "1234567890", "INBOX")
        again = Reader(dovecot, user, tmp_path / "cache.db")
        try:
            await again.bring()
            assert await again.agrees()
            rows = await again.cache.page(View("work", "INBOX"), 0, 100)
            assert {row.ref.uid.partition(".")[0] for row in rows} == {"1234567890"}
            for row in rows:
                raw = await again.cache.body("work", "INBOX", row.ref.uid)
                assert raw is not None
                assert f"{row.subject}\r\n".encode() in raw
            assert sum("anew" in str(n.text) for n in again.news if isinstance(n, Notice)) == 1
        finally:
            await again.close()


@asynccontextmanager
async def followed(reader):
    following = asyncio.create_task(reader.follow.inbox(reader.account))
    await reader.follow.met("work")
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def heard(reader, kind, seconds=10):
    async with asyncio.timeout(seconds):
        while not (found := [news for news in reader.news if isinstance(news, kind)]):
            await asyncio.sleep(0.01)
    return found


async def test_new_mail_is_heard_of_at_once(dovecot, tmp_path):
    user = dovecot.user()
    other = Other(dovecot, user)
    other.file(1)
    async with reading(dovecot, user, tmp_path) as reader, followed(reader):
        await asyncio.sleep(0.3)
        other.file(2)
        await heard(reader, NewMail, 5)
    other.wire.logout()


async def test_a_server_that_goes_away_and_comes_back_is_told_of_once_each(dovecot, tmp_path):
    user = dovecot.user()
    other = Other(dovecot, user)
    other.file(1)
    proxy = FaultProxy(dovecot.imap).start()
    async with reading(dovecot, user, tmp_path, port=proxy.port) as reader, followed(reader):
        await asyncio.sleep(0.3)
        await asyncio.to_thread(proxy.stop)
        assert len(await heard(reader, AccountOffline)) == 1
        other.file(2)
        again = FaultProxy(dovecot.imap)
        again.at = proxy.port
        await asyncio.to_thread(again.start)
        assert len(await heard(reader, AccountOnline)) == 1
        await heard(reader, NewMail)
        assert await reader.agrees()
        said = [str(news.text) for news in reader.news if isinstance(news, Notice)]
        assert len(said) == 2
        assert said[0].endswith("; trying again, and what you do is kept")
        assert said[1] == "work is back"
        await asyncio.to_thread(again.stop)
    other.wire.logout()
