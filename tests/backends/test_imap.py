"""An account on a real Dovecot."""

import asyncio
import contextlib
import itertools
import smtplib
import threading
import time

import pytest
from servers.dovecot import PASSWORD

from tuimail.backends.imap import look as imap_look
from tuimail.backends.imap import watch as imap_watch
from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource
from tuimail.backends.imap.wire import Wire
from tuimail.mail.errors import LoginError, MailboxError, MessageGone, SecretError
from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.sync import LAST, Stretch
from tuimail.mail.letter.envelope import Flag

pytestmark = pytest.mark.servers

SEEN = frozenset({Flag.SEEN})
NONE: frozenset[str] = frozenset()


class Account:
    """A mailbox of its own: `source` reads it, `asked` counts how often the password was wanted."""

    def __init__(self, dovecot, certificates) -> None:
        self.dovecot, self.certificates = dovecot, certificates
        self.user = dovecot.user()
        self.asked = 0
        self.password = PASSWORD
        self.sources: list[ImapSource] = []
        self.source = self.another()

    def another(self, host="localhost", port=0, security="tls", user="", auth="password") -> ImapSource:
        server = ImapServer(host, port or self.dovecot.imaps, user or self.user, security, auth)
        self.sources.append(ImapSource("work", server, self._secret, self.certificates.client()))
        return self.sources[-1]

    async def _secret(self) -> str:
        self.asked += 1
        return self.password

    def deliver(self, subject="news", to="") -> None:
        with smtplib.LMTP("127.0.0.1", self.dovecot.lmtp) as lmtp:
            lmtp.sendmail("b@example.test", [to or self.user], f"Subject: {subject}\r\n\r\nhello\r\n")

    def kick(self) -> None:
        self.dovecot.doveadm("kick", self.user)


@pytest.fixture
async def account(dovecot, certificates):
    mine = Account(dovecot, certificates)
    yield mine
    for source in mine.sources:
        await source.close()


def message(subject: str, number: int = 1) -> bytes:
    head = f"From: =?utf-8?B?5bGx55Sw?= <y@example.jp>\r\nMessage-ID: <{number}@example.jp>\r\n"
    return f"{head}Subject: {subject}\r\nX-Token: tok{number}\r\n\r\nline\r\n\r\n.dot\r\n".encode()


async def listing(source, folder) -> dict[str, frozenset[str]]:
    """Uid to flags of all there is, oldest first."""
    found = [stretch async for stretch in source.stretches(folder)]
    return {uid: flags for stretch in reversed(found) for uid, flags in stretch.flags.items()}


async def test_folders_come_with_roles_and_counts(account):
    await account.source.append("INBOX", message("a"), SEEN)
    await account.source.append("INBOX", message("b"), NONE)
    folders = await account.source.folders()
    assert [(each.title, each.role) for each in folders] == [
        ("INBOX", Role.INBOX),
        ("Drafts", Role.DRAFTS),
        ("Sent", Role.SENT),
        ("Archive", Role.ARCHIVE),
        ("Junk", Role.JUNK),
        ("Trash", Role.TRASH),
    ]
    assert (folders[0].total, folders[0].unread) == (2, 1)


async def test_a_server_that_can_little_has_the_same_folders(account):
    old = account.another(user="old@example.test")
    await old.append("INBOX", message("a"), NONE)
    roles = {each.role: each for each in await old.folders()}
    assert set(roles) >= {Role.INBOX, Role.SENT, Role.DRAFTS}
    assert roles[Role.INBOX].total > 0
    await old.erase("INBOX", (await old.append("INBOX", message("b"), NONE),))


async def test_a_japanese_folder_is_filed_into_and_shown_decoded(account):
    await account.source.append("&MLAw6zD8MNc-", message("a"), NONE)
    shown = {each.name: each.title for each in await account.source.folders()}
    assert shown["&MLAw6zD8MNc-"] == "グループ"


async def test_a_listing_is_oldest_first_with_flags(account):
    uids = [await account.source.append("INBOX", message(str(n)), SEEN if n % 2 else NONE) for n in range(4)]
    listed = await listing(account.source, "INBOX")
    assert list(listed) == uids
    assert [Flag.SEEN in flags for flags in listed.values()] == [False, True, False, True]


async def test_an_empty_folder_has_an_empty_listing(account):
    assert (await listing(account.source, "Archive")) == {}


async def test_envelopes_come_in_the_order_asked_for(account):
    subjects = ["=?utf-8?B?5Lya6K2w44Gu5Lu2?=", "plain", "=?iso-2022-jp?B?GyRCOk5DSyEhGyhC?="]
    uids = [await account.source.append("INBOX", message(s, n), NONE) for n, s in enumerate(subjects)]
    found = await account.source.envelopes("INBOX", uids[::-1])
    assert [each.ref.uid for each in found] == uids[::-1]
    assert found[2].subject == "会議の件"
    assert found[2].sender.name == "山田"
    assert found[2].message_id == "<0@example.jp>"
    assert abs(found[2].received - time.time()) < 60
    assert found[2].size == len(message(subjects[0], 0))


async def test_envelopes_of_many_messages_lack_those_that_are_gone(account):
    uids = [await account.source.append("INBOX", message("x", n), NONE) for n in range(20)]
    await account.source.erase("INBOX", (uids[7],))
    assert len(await account.source.envelopes("INBOX", uids)) == 19


async def test_a_body_is_what_was_filed_byte_for_byte(account):
    raw = message("x") + bytes(range(1, 256)).replace(b"\r", b"").replace(b"\n", b"") + b"\r\n\r\n\r\n"
    uid = await account.source.append("Sent", raw, SEEN)
    assert await account.source.body("Sent", uid) == raw
    assert (await listing(account.source, "Sent")) == {uid: SEEN}


async def test_reading_does_not_mark_as_read(account):
    uid = await account.source.append("INBOX", message("x"), NONE)
    await account.source.body("INBOX", uid)
    assert (await listing(account.source, "INBOX"))[uid] == NONE


async def test_a_message_filed_into_the_folder_in_use_can_be_used_at_once(account):
    await listing(account.source, "Drafts")
    uid = await account.source.append("Drafts", message("x"), frozenset({Flag.DRAFT, Flag.SEEN}))
    await account.source.flag("Drafts", [uid], frozenset({Flag.FLAGGED}), frozenset({Flag.SEEN}))
    assert (await listing(account.source, "Drafts")) == {uid: frozenset({Flag.DRAFT, Flag.FLAGGED})}


async def test_a_message_that_is_gone_says_so(account):
    uid = await account.source.append("INBOX", message("x"), NONE)
    await account.source.erase("INBOX", (uid,))
    with pytest.raises(MessageGone):
        await account.source.body("INBOX", uid)


async def test_a_uid_of_another_time_is_never_taken_for_one_of_now(account):
    uid = await account.source.append("INBOX", message("x"), NONE)
    stale = f"1.{uid.partition('.')[2]}"
    await account.source.flag("INBOX", [stale], frozenset({Flag.DELETED}), NONE)
    await account.source.erase("INBOX", (stale,))
    assert await account.source.envelopes("INBOX", [stale, "", "1", "x.1", "1.x", "1.²"]) == ()
    with pytest.raises(MessageGone):
        await account.source.body("INBOX", stale)
    assert (await listing(account.source, "INBOX")) == {uid: NONE}


async def test_only_the_message_named_is_removed(account):
    first, second = [await account.source.append("Drafts", message("x", n), NONE) for n in range(2)]
    await account.source.flag("Drafts", [first], frozenset({Flag.DELETED}), NONE)
    await account.source.erase("Drafts", (second,))
    assert list(await listing(account.source, "Drafts")) == [first]


async def test_find_takes_the_exact_value_alone(account):
    uids = [await account.source.append("Sent", message("x", n), SEEN) for n in (1, 11, 111)]
    assert await account.source.find("Sent", "Message-ID", "<11@example.jp>") == (uids[1],)
    assert await account.source.find("Sent", "X-Token", "tok1") == (uids[0],)
    assert await account.source.find("Sent", "X-Token", "ok1") == ()


@pytest.mark.parametrize("value", ['x"y\\', "日本", "a b", "{3}", "%*", "NOT ALL"])
async def test_find_says_a_value_as_it_is(account, value):
    uid = await account.source.append("Sent", f"X-Token: {value}\r\nSubject: x\r\n\r\n".encode(), SEEN)
    assert await account.source.find("Sent", "X-Token", value) == (uid,)


async def test_find_sees_what_another_client_filed_a_moment_ago(account):
    await listing(account.source, "Sent")
    other = account.another()
    uid = await other.append("Sent", message("x", 5), SEEN)
    assert await account.source.find("Sent", "Message-ID", "<5@example.jp>") == (uid,)


async def test_a_message_over_quota_is_not_filed_and_the_server_is_quoted(account):
    full = account.another(user="full@example.test")
    with pytest.raises(MailboxError, match=r"(?i)quota"):
        await full.append("INBOX", message("x") + b"y" * 3000, NONE)


async def test_a_folder_that_is_not_there_is_an_error(account):
    with pytest.raises(MailboxError, match="said no"):
        await listing(account.source, "Nowhere")


async def test_the_password_is_asked_for_once_for_each_connection(account):
    await account.source.folders()
    await listing(account.source, "INBOX")
    await account.source.folders()
    await listing(account.source, "INBOX")
    assert account.asked == 2


async def test_a_lost_connection_is_made_again_once_for_each_job(account):
    uid = await account.source.append("INBOX", message("x"), NONE)
    account.kick()
    assert await account.source.body("INBOX", uid) == message("x")
    account.kick()
    assert await account.source.append("INBOX", message("y"), NONE)
    assert account.asked == 3
    assert len(await listing(account.source, "INBOX")) == 2


async def test_check_says_who_was_let_in(account):
    account.deliver()
    assert f"let {account.user} in: 1 messages" in await account.source.check()


async def test_a_wrong_password_is_a_login_error_and_not_tried_again_at_once(account):
    account.password = "wrong"
    for _ in range(3):
        with pytest.raises(LoginError, match="refused the login"):
            await account.source.check()
    assert account.asked == 1


async def test_a_wrong_token_is_a_login_error(account):
    with pytest.raises(LoginError):
        await account.another(auth="token").check()


async def test_no_password_to_be_had_is_a_login_error(account, monkeypatch):
    async def nothing() -> str:
        raise SecretError("the keyring is locked")

    account.source._opener._credential = nothing
    with pytest.raises(LoginError, match="keyring is locked"):
        await account.source.check()


async def test_starttls_works(account):
    assert await account.another(port=account.dovecot.imap, security="starttls").check()


async def test_a_name_that_is_not_in_the_certificate_is_refused(account):
    with pytest.raises(MailboxError, match="another name"):
        await account.another(host="127.1").check()
    assert account.asked == 0


async def test_a_stranger_s_certificate_is_refused(account):
    account.sources.append(
        ImapSource("work", ImapServer("localhost", account.dovecot.imaps, account.user), account._secret)
    )
    with pytest.raises(MailboxError, match="nobody this computer trusts"):
        await account.sources[-1].check()
    assert account.asked == 0


async def test_a_port_that_refuses_is_named(account):
    with pytest.raises(MailboxError, match="localhost:1: the connection was refused"):
        await account.another(port=1).check()


async def test_tls_to_a_port_in_clear_is_explained(account):
    with pytest.raises(MailboxError, match="starttls"):
        await account.another(port=account.dovecot.imap).check()


async def soon(watch, seconds: float = 5):
    async with asyncio.timeout(seconds):
        await anext(watch)


@pytest.fixture
async def watching(account, monkeypatch):
    """`account` with its inbox watched; `next()` waits for news."""
    monkeypatch.setattr(imap_watch, "SHORTEST_PAUSE", 0.05)
    async with contextlib.aclosing(account.source.watch("INBOX")) as watch:
        await soon(watch)
        account.news = lambda: soon(watch)
        yield account


async def test_new_mail_is_seen_while_waiting(watching):
    for number in range(3):
        watching.deliver(str(number))
        await watching.news()
    listed = await listing(watching.source, "INBOX")
    assert len(listed) == 3


async def test_mail_that_came_just_before_idle_is_seen(account, monkeypatch):
    listens = threading.Event()

    def idle(wire, seconds, original=Wire.idle):
        listens.wait(5)
        account.deliver()
        return original(wire, seconds)

    monkeypatch.setattr(Wire, "idle", idle)
    async with contextlib.aclosing(account.source.watch("INBOX")) as watch:
        await soon(watch)
        listens.set()
        await soon(watch)


async def test_a_watch_heals_when_the_server_throws_it_out(watching):
    watching.kick()
    await watching.news()
    watching.deliver()
    await watching.news()
    assert watching.asked == 2


async def test_without_idle_the_server_is_asked_now_and_then(account, monkeypatch):
    monkeypatch.setattr(imap_watch, "POLL_SECONDS", 0.05)
    old = account.another(user="old@example.test")
    async with contextlib.aclosing(old.watch("INBOX")) as watch:
        await soon(watch)
        account.deliver(to="old@example.test")
        await soon(watch)


async def test_a_watch_ends_when_the_password_is_refused(account):
    account.password = "wrong"
    async with contextlib.aclosing(account.source.watch("INBOX")) as watch:
        with pytest.raises(LoginError):
            await soon(watch)
    assert account.asked == 1


async def test_closing_ends_a_watch_at_once(account):
    watch = account.source.watch("INBOX")
    await soon(watch)
    begun = time.monotonic()
    waiting = asyncio.create_task(anext(watch, "ended"))
    await asyncio.sleep(0)
    await account.source.close()
    assert await waiting == "ended"
    assert time.monotonic() - begun < 1


async def test_a_watch_that_is_given_up_leaves_no_connection(account):
    async with contextlib.aclosing(account.source.watch("INBOX")) as watch:
        await soon(watch)
        assert account.user in account.dovecot.doveadm("who", "-1")
    until = time.monotonic() + 3
    while account.user in account.dovecot.doveadm("who", "-1") and time.monotonic() < until:
        await asyncio.sleep(0.02)
    assert account.user not in account.dovecot.doveadm("who", "-1")


async def everything(source, folder="INBOX"):
    return [stretch async for stretch in source.stretches(folder)]


async def test_stretches_cover_every_number_newest_first(account, monkeypatch):
    monkeypatch.setattr(imap_look, "WINDOW", 3)
    uids = [await account.source.append("INBOX", message(str(n)), SEEN if n % 2 else NONE) for n in range(8)]
    for number in (1, 2, 4):
        await account.source.erase("INBOX", (uids.pop(number),))
    found = await everything(account.source)
    assert [uid for stretch in reversed(found) for uid in stretch.flags] == uids
    assert (found[0].last, found[-1].first) == (LAST, 0)
    assert all(upper.first - 1 == lower.last for upper, lower in itertools.pairwise(found))


async def test_an_empty_folder_is_one_stretch(account):
    assert await everything(account.source, "Archive") == [Stretch(0, LAST, {})]


async def test_the_newest_messages_come_first_and_no_others(account):
    uids = [await account.source.append("INBOX", message(str(n), n), NONE) for n in range(5)]
    assert [each.ref.uid for each in await account.source.newest("INBOX", 3)] == uids[:1:-1]
    assert await account.source.newest("Archive", 3) == ()


async def test_moved_messages_are_told_their_new_uids(account):
    uids = [await account.source.append("INBOX", message(str(n), n), NONE) for n in range(3)]
    gone = await account.source.move("INBOX", [*uids[:2], "1.1"], "Archive")
    assert list(gone) == uids[:2]
    assert [len(stretch.flags) for stretch in await everything(account.source, "Archive")] == [2]
    assert len(await account.source.newest("INBOX", 9)) == 1
