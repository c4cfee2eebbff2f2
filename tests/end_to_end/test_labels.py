"""An account whose folders are labels, as Gmail's are."""

import asyncio

import pytest
from engine.fakes import FakeClock, FakeIds
from servers.gmail import ALL, TRASH, Gmail

from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource
from tuimail.engine.account import Account, Accounts
from tuimail.engine.deeds.ledger import Ledger
from tuimail.engine.deeds.pending import Pending
from tuimail.engine.deeds.replay import Replay
from tuimail.engine.deeds.triage import Triage
from tuimail.engine.folders.sync import Sync
from tuimail.engine.folders.turns import Urgency
from tuimail.engine.news import Newsroom
from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.store.cache import CacheFile
from tuimail.store.changes import ChangeFile
from tuimail.store.lock import SenderLockFile

ACCOUNT = "home"
WORK, JAPANESE = "Work", "&ZeVnLIqe-"


class Reader:
    """What somebody has of the account: the cache, and the keys for messages."""

    def __init__(self, server, folder) -> None:
        self.server = server
        where = ImapServer("127.0.0.1", server.port, "me", "none", "password")
        self.source = ImapSource(ACCOUNT, where, self._password)
        self.cache, self.store = CacheFile(folder / "cache.db"), ChangeFile(folder / "changes.db")
        self.account = Account(ACCOUNT, Address("me@example.jp"), self.source, None)
        clock, ids, news, pending = FakeClock(), FakeIds(), Newsroom(), Pending(self.store)
        self.sync = Sync(Accounts({ACCOUNT: self.account}), self.cache, news, clock, pending)
        turn = lambda name: self.sync.turns(name).turn(Urgency.PERSON)  # noqa: E731
        lock = SenderLockFile(folder / "lock", "me")
        self.replay = Replay(pending, self.store, self.cache, lock, clock, ids, news, turn, self.sync.folder)
        ledger = Ledger(pending, self.store, self.cache, clock, ids, news, self.replay.wake)
        self.triage = Triage(ledger, pending, self.cache, ids, self.replay)

    async def bring(self):
        """The server hears what waits, and all folders are looked at."""
        await self.replay.round(self.account)
        for folder in await self.sync.folders(ACCOUNT):
            await self.sync.folder(ACCOUNT, folder.name)
        assert not self.replay.troubles
        assert not self.triage.waiting().deeds

    async def rows(self, folder="INBOX"):
        page = await self.cache.page(View(ACCOUNT, folder), 0, 100)
        return {str(row.subject): row for row in page}

    async def ref(self, subject, folder="INBOX"):
        return [(await self.rows(folder))[subject].ref]

    async def close(self):
        await self.source.close()
        await self.cache.close()
        await self.store.close()

    async def _password(self):
        return "secret"


@pytest.fixture
async def here(tmp_path):
    """Three messages in the inbox, two of one conversation; one is under a label as well."""
    with Gmail(WORK, JAPANESE) as server:
        server.deliver("plan", 11, "\\Inbox", WORK, JAPANESE)
        server.deliver("Re: plan", 11, "\\Inbox")
        server.deliver("plan", 22, "\\Sent")
        server.deliver("other", 33, "\\Inbox")
        reader = Reader(server, tmp_path)
        await reader.bring()
        async with asyncio.timeout(10):
            yield reader
        await reader.close()


def names(server, folder):
    return [each.raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode() for each in server.inside(folder)]


async def test_labels_and_conversations_come_with_the_envelopes(here):
    inbox = await here.rows()
    assert inbox["plan"].labels == {"\\Inbox", "Work", "日本語"}
    assert (await here.rows(ALL))["Re: plan"].labels == {"\\Inbox"}
    assert inbox["plan"].thread == inbox["Re: plan"].thread == 11
    threads = await here.cache.threads(View(ACCOUNT, "INBOX"), 0, 10)
    assert sorted(thread.total for thread in threads) == [1, 2]


async def test_folders_have_their_roles_and_are_called_as_people_write_them(here):
    folders = await here.cache.folders(ACCOUNT)
    assert {folder.role: folder.name for folder in folders}[Role.ARCHIVE] == ALL
    assert {folder.name: folder.title for folder in folders}[JAPANESE] == "日本語"


@pytest.mark.parametrize(("label", "folder"), [("Work", WORK), ("日本語", JAPANESE)])
async def test_a_label_is_put_on_and_taken_off_on_the_server(here, label, folder):
    await here.triage.label(await here.ref("other"), {label})
    await here.bring()
    assert names(here.server, folder) == ["plan", "other"]
    assert label in (await here.rows())["other"].labels
    assert "other" in await here.rows(folder)
    await here.triage.label(await here.ref("other"), (), {label})
    await here.bring()
    assert names(here.server, folder) == ["plan"]
    assert label not in (await here.rows())["other"].labels
    assert "other" not in await here.rows(folder)


async def test_a_label_is_taken_off_in_its_own_folder_as_well(here):
    await here.triage.label(await here.ref("plan", WORK), (), {"Work"})
    assert await here.rows(WORK) == {}
    await here.bring()
    assert names(here.server, WORK) == []
    assert "plan" in names(here.server, "INBOX")
    await here.triage.undo()
    await here.bring()
    assert names(here.server, WORK) == ["plan"]


@pytest.mark.parametrize("folder", ["INBOX", WORK, ALL])
async def test_what_is_archived_leaves_the_inbox_alone_and_undo_puts_it_back(here, folder):
    [mail] = [each for each in here.server.kept if WORK in each.labels]
    [ref] = [row.ref for row in (await here.rows(folder)).values() if "Work" in row.labels] or [None]
    await here.triage.archive([ref])
    await here.bring()
    assert mail.labels == {WORK, JAPANESE}
    assert mail.place == ALL
    assert "plan" not in await here.rows()
    assert len(await here.cache.page(View(ACCOUNT, ALL), 0, 9)) == 4
    await here.triage.undo()
    await here.bring()
    assert mail.labels == {"\\Inbox", WORK, JAPANESE}
    assert "plan" in await here.rows()
    assert len(await here.cache.page(View(ACCOUNT, ALL), 0, 9)) == 4


async def test_what_is_deleted_is_in_the_trash_alone_until_it_is_taken_back(here):
    await here.triage.delete(await here.ref("other"))
    await here.bring()
    assert names(here.server, TRASH) == ["other"]
    assert "other" not in {**await here.rows(), **await here.rows(ALL)}
    await here.triage.undo()
    await here.bring()
    assert names(here.server, TRASH) == []
    assert "other" in await here.rows()
    assert "other" in await here.rows(ALL)
