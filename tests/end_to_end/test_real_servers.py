"""From the composer to Sent, with a real Postfix taking the mail and a real Dovecot keeping it."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from on_disk import disk_in
from servers.faultproxy import Faults

from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource
from tuimail.backends.smtp.server import Server
from tuimail.backends.smtp.submitter import SmtpSubmitter
from tuimail.backends.system import SystemClock, SystemIds
from tuimail.engine.account import Account, Accounts
from tuimail.engine.engine import Engine
from tuimail.engine.sending.sending import Sending
from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.view import View
from tuimail.mail.hold.item import Filing, Item, State
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Draft
from tuimail.store.outbox import OutboxFile

pytestmark = pytest.mark.servers

WINDOW = 0.5


class World:
    """An engine for one user of the test's Dovecot, who sends through the test's Postfix."""

    def __init__(self, engine: Engine, address: str, other: str) -> None:
        self.engine, self.address, self.other = engine, address, other

    def draft(self, to: str, subject: str = "見積書送付") -> Draft:
        body = "佐藤様\n\nお世話になっております。\n.\nFrom here on\n"
        return Draft(
            id=f"draft-{subject}", account="work", to=to, bcc="", subject=subject, body=body, cursor=(2, 3)
        )

    async def until(self, item: Item, reached: Callable[[Item], bool], within: float = 15) -> Item:
        async with asyncio.timeout(within):
            while not reached(now := await self.engine.outbox.item(item.id) or item):
                await asyncio.sleep(0.02)
        return now


@pytest.fixture
def new_world(dovecot, postfix, certificates, tmp_path: Path):
    """Opens worlds: `async with new_world(port=...) as world`."""

    @contextlib.asynccontextmanager
    async def open_world(port: int = postfix.smtp, security: str = "starttls") -> AsyncIterator[World]:
        address, other = dovecot.user(), dovecot.user()

        async def password() -> str:
            return "pw"

        trust = certificates.client()
        source = ImapSource("work", ImapServer("localhost", dovecot.imaps, address), password, trust)
        submitter = SmtpSubmitter(Server("localhost", port, security, auth="none"), password, trust)
        engine = Engine(
            Accounts({"work": Account("work", Address(address, "山田花子"), source, submitter)}),
            disk_in(tmp_path, "test"),
            SystemClock(),
            SystemIds(),
            Sending("test", WINDOW),
        )
        await engine.start()
        try:
            yield World(engine, address, other)
        finally:
            await engine.close()

    return open_world


def on_the_wire(stored: bytes) -> bytes:
    """What the sender's bytes must be among what a server stored: its own lines stand above them."""
    crlf = stored.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return crlf[crlf.index(b"From: ") :]


async def test_a_mail_is_taken_back_changed_sent_and_filed_as_it_was_on_the_wire(
    new_world, dovecot, postfix, tmp_path: Path
) -> None:
    """Compose, hold, undo (the server hears nothing), edit, send, accepted, delivered, filed."""
    attachment = tmp_path / "見積書.pdf"
    attachment.write_bytes(b"%PDF-1.4 " + bytes(range(256)) * 300)
    async with new_world() as world:
        outbox, drafts = world.engine.outbox, world.engine.drafts
        draft = await drafts.attach(world.draft(world.other), str(attachment))
        callers = postfix.log().count(": connect from")

        item = await outbox.send(draft)
        assert item.state is State.WAITING
        taken_back = await outbox.undo()
        await asyncio.sleep(WINDOW * 2)
        assert taken_back is not None
        assert (taken_back.to, taken_back.body, taken_back.cursor) == (draft.to, draft.body, draft.cursor)
        assert taken_back.attachments[0].data == attachment.read_bytes()
        assert postfix.log().count(": connect from") == callers
        assert item.message_id not in postfix.log()
        assert [kept.id for kept, _ in await drafts.all()] == [draft.id]

        item = await outbox.send(taken_back)
        sent = await world.until(item, lambda now: now.filing is Filing.DONE)
        assert sent.state is State.SENT
        assert not await drafts.all()

        wire = await outbox.wire(item.id)
        delivered = await asyncio.to_thread(dovecot.delivered, world.other)
        assert [hashlib.sha256(on_the_wire(raw)).hexdigest() for raw in delivered] == [
            hashlib.sha256(wire).hexdigest()
        ]
        source = world.engine.accounts[0].source
        folder = next(f for f in await source.folders() if f.role is Role.SENT)
        [copy] = (await anext(source.stretches(folder.name))).flags
        assert await source.body(folder.name, copy) == wire

        said = [(entry.after, entry.why) for entry in await outbox.trail(item.id)]
        assert [state for state, _ in said] == ["waiting", "sending", "sending", "sent", "sent", "sent"]
        assert said[-1][1] == "filed in Sent"


async def test_the_recipients_inbox_shows_the_mail_as_it_was_written(new_world) -> None:
    async with new_world() as world:
        item = await world.engine.outbox.send(world.draft(world.address))
        await world.until(item, lambda now: now.filing is Filing.DONE)
        view = View("work", "INBOX")
        async with asyncio.timeout(10):
            while not (rows := await world.engine.mailbox.page(view, 0, 10)):
                await asyncio.sleep(0.05)
        letter = await world.engine.mailbox.letter(rows[0].ref)
        assert letter.subject == "見積書送付"
        assert letter.sender == Address(world.address, "山田花子")
        assert letter.text.rstrip() == world.draft("").body.rstrip()


@pytest.mark.parametrize(
    ("to", "subject", "state", "text"),
    [
        ("later@example.test", "soon", State.WAITING, "451"),
        ("refuse@example.test", "no", State.FAILED, "550"),
        ("alice@example.test", "FAIL550", State.FAILED, "550"),
    ],
)
async def test_451_waits_and_550_comes_back_each_with_the_servers_words(
    new_world, to: str, subject: str, state: State, text: str
) -> None:
    async with new_world() as world:
        draft = world.draft(to, subject)
        item = await world.engine.outbox.send(draft)
        ended = await world.until(item, lambda now: now.tries == 1 and now.state is not State.SENDING)
        assert ended.state is state
        assert text in (await world.engine.outbox.trail(item.id))[-1].answer
        taken_back = await world.engine.outbox.undo(item.id)
        assert taken_back is not None
        assert (taken_back.to, taken_back.body) == (to, draft.body)


async def test_a_connection_cut_after_the_dot_is_unsure_and_never_sent_again(
    new_world, new_proxy, postfix, dovecot
) -> None:
    proxy = new_proxy(postfix.smtp, Faults(swallow_after=b"\r\n.\r\n"))
    async with new_world(port=proxy.port, security="none") as world:
        item = await world.engine.outbox.send(world.draft(world.other, "cut"))
        ended = await world.until(item, lambda now: now.state not in (State.WAITING, State.SENDING))
        assert ended.state is State.UNSURE
        assert await world.engine.outbox.undo(item.id) is None
        assert len(await asyncio.to_thread(dovecot.delivered, world.other)) == 1
        await asyncio.sleep(WINDOW * 2)
        assert (await world.engine.outbox.item(item.id)).state is State.UNSURE
        assert proxy.connections == 1

        assert await world.engine.outbox.settle(item.id, sent=True)
        settled = await world.until(item, lambda now: now.filing is Filing.DONE)
        assert settled.state is State.SENT


async def test_a_second_client_queues_and_takes_back_while_the_first_one_sends(
    new_world, tmp_path: Path
) -> None:
    async with new_world() as world, asyncio.timeout(10):
        while not world.engine.outbox.sending_here:
            await asyncio.sleep(0.02)
        store = OutboxFile(tmp_path / "outbox.db")
        second = Engine(
            Accounts({"work": world.engine.accounts[0]}),
            disk_in(tmp_path, "second", store),
            SystemClock(),
            SystemIds(),
            Sending("second", WINDOW),
        )
        await second.start(mail=False)
        await asyncio.sleep(0.1)
        assert not second.outbox.sending_here
        taken = await second.outbox.send(world.draft(world.other, "taken back"))
        assert await second.outbox.undo(taken.id) is not None
        item = await second.outbox.send(world.draft(world.other, "goes out"))
        assert (await world.until(item, lambda now: now.state is State.SENT)).owner == ""
        assert (await second.outbox.item(taken.id)).state is State.UNDONE
        await store.close()


async def test_a_saved_draft_stands_once_in_the_servers_drafts_until_it_is_sent(new_world) -> None:
    async with new_world() as world:
        drafts, source = world.engine.drafts, world.engine.accounts[0].source
        draft = replace(world.draft(world.other), id="0draft00")
        await drafts.save(draft)
        await drafts.file(draft)
        filed = (await drafts.file(draft)).draft
        assert filed.replaces is not None
        assert list((await anext(source.stretches("Drafts"))).flags) == [filed.replaces.uid]
        assert (await drafts.take_up(filed.replaces)).body == filed.body
        item = await world.engine.outbox.send(filed)
        await world.until(item, lambda now: now.filing is Filing.DONE)
        assert not (await anext(source.stretches("Drafts"))).flags


async def test_a_copy_left_behind_is_found_by_its_draft_on_a_real_server(new_world) -> None:
    async with new_world() as world:
        drafts, account = world.engine.drafts, world.engine.accounts[0]
        draft = replace(world.draft(world.other), id="0draft01")
        await drafts.save(draft)
        filed = (await drafts.file(draft)).draft
        raw = await account.source.body("Drafts", filed.replaces.uid)
        left = await account.source.append("Drafts", raw, frozenset())
        await drafts.copies.tidy(account)
        assert list((await anext(account.source.stretches("Drafts"))).flags) == [left]
        assert (await drafts.open(draft.id)).replaces.uid == left
        await account.source.erase("Drafts", (left,))
        assert (await drafts.file(await drafts.open(draft.id))).elsewhere
