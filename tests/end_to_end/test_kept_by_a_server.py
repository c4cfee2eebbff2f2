"""A configured account on a real Cyrus: a scheduled mail is kept there, given back, or sent from there."""

import asyncio
import time

import pytest
from builders import a_draft

from tuimail import wiring
from tuimail.config import Account, Config, Jmap, Outbox, Server
from tuimail.mail.hold.item import Filing, State
from tuimail.mail.when.schedule import Schedule
from tuimail.paths import Paths

pytestmark = pytest.mark.servers


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("tuimail.mail.hold.kept.SHORTEST", 0.0)
    monkeypatch.setattr("tuimail.mail.hold.kept.RELEASES_WITHIN", 0.5)
    monkeypatch.setattr("tuimail.engine.sending.keeping.EVERY", 0.05)


@pytest.fixture
async def engine(cyrus, tmp_path, quick):
    user = cyrus.user()
    account = Account(
        name="work",
        address=user,
        smtp=Server("127.0.0.1", 1, "none"),
        imap=Server("127.0.0.1", cyrus.imap, "none"),
        jmap=Jmap(f"http://127.0.0.1:{cyrus.http}"),
        password_command="echo pw",
    )
    made = wiring.build(Config((account,), Outbox(undo_seconds=0)), Paths.under(tmp_path))
    await made.start(mail=False)
    yield made
    await made.close()


def a_mail(seconds):
    schedule = Schedule(time.time() + seconds, "Asia/Tokyo", "later", by_server=True)
    return a_draft("d1", to="bob@example.test", cc="", attachments=(), answers=None, schedule=schedule)


async def until(engine, item, fits, patience=20):
    async with asyncio.timeout(patience):
        while not fits(known := await engine.outbox.item(item.id)):
            await asyncio.sleep(0.02)
    return known


async def test_kept_there_and_given_back(cyrus, outside, engine):
    user = engine.accounts[0].address.spec
    item = await engine.outbox.send(a_mail(3_600))
    await until(engine, item, lambda i: i.handle)
    assert cyrus.wires(user, "Sent") == [await engine.outbox.wire(item.id)]
    draft = await engine.outbox.undo(item.id)
    assert (draft.to, draft.bcc, draft.subject) == ("bob@example.test", "boss@example.jp", "見積書 👋")
    await asyncio.to_thread(cyrus.release, time.time() + 7_200)
    assert [m for m in outside.received if m.sender == user] == []
    assert cyrus.wires(user, "Sent") == cyrus.wires(user, "Drafts") == []


async def test_sent_by_the_server_and_filed_once(cyrus, outside, engine):
    user = engine.accounts[0].address.spec
    item = await engine.outbox.send(a_mail(2))
    await until(engine, item, lambda i: i.handle)
    wire = await engine.outbox.wire(item.id)
    await asyncio.to_thread(cyrus.release, time.time() + 60)
    await until(engine, item, lambda i: i.state is State.SENT and i.filing is Filing.DONE)
    [arrived] = [m for m in outside.received if m.sender == user]
    assert (arrived.wire, arrived.recipients) == (wire, ("bob@example.test", "boss@example.jp"))
    assert b"boss@example.jp" not in arrived.wire
    assert cyrus.wires(user, "Sent") == [wire]


async def test_refused_by_the_server_it_is_held_here(cyrus, outside, engine):
    item = await engine.outbox.send(a_mail(600 * 86_400))
    here = await until(engine, item, lambda i: "this computer sends it" in i.why)
    assert here.state is State.WAITING
    assert (await engine.outbox.trail(item.id))[-1].answer == "554 127.0.0.1 keeps mail for 512 days at most"
    assert await engine.outbox.undo(item.id) is not None
