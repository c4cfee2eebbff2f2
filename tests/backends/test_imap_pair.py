"""Three connections at most, and one where there can be but one: who waits for whom."""

import asyncio
import contextlib
import itertools
import time

import pytest
from servers.imapdouble import ImapDouble

from tuimail.backends.imap import pair as imap_pair
from tuimail.backends.imap import watch as imap_watch
from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource
from tuimail.mail.errors import LoginError, MailboxError

SELECTED = b"* 9 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n* OK [UIDNEXT 10] next\r\n"
BODY = b"* 1 FETCH (UID 1 RFC822.SIZE 2 BODY[] {2}\r\nhi)\r\n"
TOO_MANY = b"{tag} NO [ALERT] Too many simultaneous connections. (Failure)\r\n"


class Narrow(ImapDouble):
    """Lets so many in at a time, and answers what is slow only when `released`."""

    def __init__(self, room: int, refusal: bytes | None = TOO_MANY) -> None:
        super().__init__({"SELECT": SELECTED, "UID FETCH": BODY})
        self.room, self.refusal, self.inside, self.most = room, refusal, 0, 0
        self.slow = "nothing"
        self.released = asyncio.Event()

    async def serve(self, reader, writer) -> None:
        task = asyncio.current_task()
        task.inside = False
        try:
            await super().serve(reader, writer)
        finally:
            self.inside -= task.inside

    async def _answer(self, tag, words, reader, writer) -> bool:
        task = asyncio.current_task()
        if words.startswith("AUTHENTICATE") and self.inside >= self.room:
            if self.refusal is None:
                writer.write(b"* BYE too many connections\r\n")
                return False
            writer.write(b"+ \r\n")
            await self._line(reader, writer)
            writer.write(self.refusal.replace(b"{tag}", tag))
            return True
        if words.startswith("AUTHENTICATE"):
            task.inside = True
            self.inside += 1
            self.most = max(self.most, self.inside)
        if words.startswith(self.slow.upper()):
            await self.released.wait()
        return await super()._answer(tag, words, reader, writer)

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self.released.set)


@pytest.fixture
async def narrow(monkeypatch):
    """Starts servers with room for so many, each with a source: `server, source = narrow(2)`."""
    monkeypatch.setattr(imap_watch, "SHORTEST_PAUSE", 0.02)
    async with contextlib.AsyncExitStack() as running:

        def started(room, **kind):
            server = running.enter_context(Narrow(room, **kind))
            source = ImapSource("work", ImapServer("localhost", server.port, "hanako", "none"), secret)
            running.push_async_callback(source.close)
            return server, source

        yield started


async def secret() -> str:
    return "pw"


async def soon(awaitable, seconds: float = 3):
    async with asyncio.timeout(seconds):
        return await awaitable


async def test_nothing_is_connected_before_it_is_needed(narrow):
    server, source = narrow(9)
    await source.check()
    assert server.connections == 1
    await source.look("INBOX", None)
    await source.body("INBOX", "7.1")
    await source.envelopes("INBOX", ["7.1"])
    assert server.connections == 2


async def test_a_body_does_not_wait_for_what_is_fetched_for_later(narrow):
    server, source = narrow(9)
    await source.check()
    server.slow = "UID FETCH 2"
    later = asyncio.create_task(source.bodies("INBOX", ["7.2"]))
    await asyncio.sleep(0.05)
    begun = time.monotonic()
    assert await source.body("INBOX", "7.1") == b"hi"
    assert time.monotonic() - begun < 1
    server.release()
    await later


@pytest.mark.parametrize(
    "refusal", [TOO_MANY, None, b"{tag} NO [LIMIT] no more\r\n"], ids=["NO", "BYE", "LIMIT"]
)
async def test_a_server_that_gives_one_connection_is_read_over_one(narrow, refusal):
    server, source = narrow(1, refusal=refusal)
    await source.check()
    assert (await soon(source.look("INBOX", None))).mark.total == 9
    assert await soon(source.body("INBOX", "7.1")) == b"hi"
    await soon(source.look("INBOX", None))
    assert (server.most, server.connections) == (1, 2)


async def test_the_one_connection_may_be_the_one_for_later(narrow):
    server, source = narrow(1)
    await source.look("INBOX", None)
    assert await soon(source.body("INBOX", "7.1")) == b"hi"
    assert server.most == 1


async def test_over_one_connection_whoever_waits_goes_first(narrow):
    server, source = narrow(1)
    await source.check()
    await source.look("INBOX", None)
    server.slow = "NOOP"
    order = []

    async def noted(name, asking):
        await asking
        order.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(noted("held up", source.search("INBOX", imap_query())))
        await asyncio.sleep(0.05)
        for number in range(3):
            group.create_task(noted(f"later {number}", source.envelopes("INBOX", ["7.1"])))
        await asyncio.sleep(0.05)
        group.create_task(noted("body", source.body("INBOX", "7.1")))
        await asyncio.sleep(0.05)
        server.release()
    assert order[:2] == ["held up", "body"]


def imap_query():
    from tuimail.mail.folder.query import Query

    return Query()


async def test_a_second_connection_is_tried_again_after_some_minutes(narrow, monkeypatch):
    monkeypatch.setattr(imap_pair, "ALONE_SECONDS", 0.2)
    server, source = narrow(1)
    await source.check()
    await source.look("INBOX", None)
    server.room = 2
    await source.look("INBOX", None)
    assert server.most == 1
    await asyncio.sleep(0.2)
    await source.look("INBOX", None)
    assert server.most == 2


async def test_a_wrong_password_is_no_matter_of_room(narrow):
    _, source = narrow(0, refusal=b"{tag} NO [AUTHENTICATIONFAILED] wrong\r\n")
    with pytest.raises(LoginError):
        await source.check()
    with pytest.raises(LoginError):
        await source.look("INBOX", None)


async def test_three_connections_are_all_however_many_folders_are_watched(narrow, monkeypatch):
    monkeypatch.setattr(imap_watch, "POLL_SECONDS", 0.05)
    server, source = narrow(9)
    numbers = itertools.count(10)
    await source.check()
    await source.look("INBOX", None)
    first, second = source.watch("INBOX"), source.watch("Archive")
    await soon(anext(first))
    server.answers["STATUS"] = b'* STATUS "Archive" (MESSAGES 1 UIDNEXT 9 UNSEEN 0)\r\n'
    await soon(anext(second))
    server.answers["STATUS"] = b'* STATUS "Archive" (MESSAGES 2 UIDNEXT %d UNSEEN 0)\r\n' % next(numbers)
    await soon(anext(second))
    assert server.most == 3


async def test_without_a_connection_to_listen_on_the_folder_is_glanced_at(narrow, monkeypatch):
    monkeypatch.setattr(imap_watch, "POLL_SECONDS", 0.05)
    server, source = narrow(1)
    await source.check()
    watch = source.watch("INBOX")
    server.answers["STATUS"] = b'* STATUS "INBOX" (MESSAGES 1 UIDNEXT 9 UNSEEN 0)\r\n'
    await soon(anext(watch))
    server.answers["STATUS"] = b'* STATUS "INBOX" (MESSAGES 1 UIDNEXT 10 UNSEEN 0)\r\n'
    await soon(anext(watch))
    assert server.most == 1


async def test_whoever_listens_makes_room_for_whoever_asks(narrow):
    server, source = narrow(1)
    server.slow = "DONE"
    watch = source.watch("INBOX")
    await soon(anext(watch))
    assert await soon(source.body("INBOX", "7.1")) == b"hi"
    assert server.most == 1


async def test_a_goodbye_at_any_time_is_followed_by_a_new_connection(narrow):
    server, source = narrow(9)
    await source.check()
    server.answers["UID FETCH"] = b"* BYE going down\r\n"
    with contextlib.suppress(MailboxError):
        await source.body("INBOX", "7.1")
    server.answers["UID FETCH"] = BODY
    assert await soon(source.body("INBOX", "7.1")) == b"hi"


async def test_closing_is_quick_whatever_goes_on(narrow):
    server, source = narrow(9)
    server.slow = "UID FETCH"
    asking = [
        asyncio.create_task(source.body("INBOX", "7.1")),
        asyncio.create_task(source.bodies("x", ["7.1"])),
    ]
    watch = source.watch("INBOX")
    await soon(anext(watch))
    await asyncio.sleep(0.05)
    begun = time.monotonic()
    await source.close()
    assert time.monotonic() - begun < 1.2
    for done in await asyncio.gather(*asking, return_exceptions=True):
        assert isinstance(done, MailboxError)


async def test_idle_is_begun_anew_with_a_question_between(narrow, monkeypatch):
    monkeypatch.setattr(imap_watch, "IDLE_SECONDS", 0.03)
    server, source = narrow(9)
    watch = source.watch("INBOX")
    await soon(anext(watch))
    waiting = asyncio.create_task(anext(watch))
    await asyncio.sleep(0.2)
    words = [line.split(b" ")[-1].strip() for line in server.lines]
    assert words.count(b"IDLE") > 1 and words.count(b"NOOP") >= 1
    server.answers["NOOP"] = b"* 10 EXISTS\r\n"
    await soon(waiting)


async def test_a_watch_tells_when_there_is_no_connection_and_when_there_is_one_again(narrow, monkeypatch):
    monkeypatch.setattr(imap_watch, "LONGEST_PAUSE", 0.1)
    server, source = narrow(0, refusal=b"{tag} NO [UNAVAILABLE] later\r\n")
    watch = source.watch("INBOX")
    for _ in range(4):
        await soon(anext(watch))
    assert 3 < server.connections < 20
    server.room = 1
    while not server.inside:
        await soon(anext(watch))
