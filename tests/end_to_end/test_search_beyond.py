"""What is not on this computer is found by a real Dovecot."""

import pytest
from engine.fakes import NothingPending

from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource
from tuimail.backends.system import SystemClock
from tuimail.engine.account import Account, Accounts
from tuimail.engine.folders.search import Search
from tuimail.engine.folders.sync import Sync
from tuimail.engine.news import Newsroom, Stage
from tuimail.mail.folder.query import parse
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.store.cache import CacheFile

pytestmark = pytest.mark.servers

LETTERS = (
    ("one", "the needle is here"),
    ("two", "nothing"),
    ("three", "来週の会議は会議室の都合により変更となりました。"),
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("needle ", ["one"]), ("会議室 ", ["three"]), ("subject:two ", ["two"])],
)
async def test_a_server_finds_what_only_the_text_can_tell(dovecot, certificates, tmp_path, typed, found):
    async def password() -> str:
        return "pw"

    address = dovecot.user()
    source = ImapSource(
        "work", ImapServer("localhost", dovecot.imaps, address), password, certificates.client()
    )
    for subject, text in LETTERS:
        wire = f"Subject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()
        await source.append("INBOX", wire, frozenset())
    cache, newsroom = CacheFile(tmp_path / "cache.db"), Newsroom()
    accounts = Accounts({"work": Account("work", Address(address, "Me"), source, None)})
    sync = Sync(accounts, cache, newsroom, SystemClock(), NothingPending())
    await sync.folders("work")
    await sync.folder("work", "INBOX")
    view = View("work", "INBOX", parse(typed))
    searched = await Search(accounts, cache, newsroom, sync).ask(view)
    assert {e.subject for e in await cache.page(view, 0, 10)} == set(found)
    assert searched.stage is (Stage.ASKED if view.query.asks_text else Stage.HERE)
    await source.close()
    await cache.close()
