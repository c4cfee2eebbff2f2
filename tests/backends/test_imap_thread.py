"""One connection on one thread: what happens to a job when the connection fails it."""

import asyncio
import contextlib
import subprocess
import sys
import time

import pytest
from servers.imapdouble import ImapDouble

from tuimail.backends.imap import thread as imap_thread
from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource
from tuimail.mail.errors import MailboxError

NONE: frozenset[str] = frozenset()
SELECTED = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n"


async def secret() -> str:
    return "pw"


@pytest.fixture
async def mailbox():
    """Starts scripted servers, each with a source: `server, source = mailbox(answers)`."""
    async with contextlib.AsyncExitStack() as running:

        def started(answers=None, **kind):
            server = running.enter_context(ImapDouble({"SELECT": SELECTED} | (answers or {}), **kind))
            source = ImapSource("work", ImapServer("localhost", server.port, "hanako", "none"), secret)
            running.push_async_callback(source.close)
            return server, source

        yield started


async def ids(source, folder):
    return await source.message_ids(folder, ["7.1"])


def said(server: ImapDouble, word: bytes) -> int:
    return sum(line.split(b" ", 1)[-1].startswith(word) for line in server.lines)


async def test_a_question_is_asked_again_on_a_new_connection_but_only_once(mailbox):
    server, source = mailbox({"UID FETCH": None})
    await source.check()
    with pytest.raises(MailboxError, match="connection broke"):
        await ids(source, "INBOX")
    assert (server.connections, said(server, b"UID FETCH")) == (2, 2)


async def test_on_a_fresh_connection_a_question_is_asked_once(mailbox):
    server, source = mailbox({"UID FETCH": None})
    with pytest.raises(MailboxError, match="connection broke"):
        await ids(source, "INBOX")
    assert (server.connections, said(server, b"UID FETCH")) == (1, 1)


async def test_what_may_have_been_filed_is_not_filed_again(mailbox):
    server, source = mailbox({"APPEND": None})
    await source.check()
    with pytest.raises(MailboxError, match="connection broke"):
        await source.append("Sent", b"Subject: x\r\n\r\n", NONE)
    assert said(server, b"APPEND") == 1


async def test_a_connection_that_died_unnoticed_does_not_fail_the_filing(mailbox):
    server, source = mailbox({"APPEND": b"{tag} OK [APPENDUID 7 1] done\r\n"})
    await source.check()
    server.answers["NOOP"] = None
    assert await source.append("Sent", b"Subject: x\r\n\r\n", NONE) == "7.1"
    assert (server.connections, said(server, b"APPEND")) == (2, 1)


async def test_a_no_is_no_reason_to_connect_again(mailbox):
    server, source = mailbox({"SELECT": b"{tag} NO there is no such folder\r\n"})
    for _ in range(3):
        with pytest.raises(MailboxError, match="no such folder"):
            await ids(source, "x")
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [b"+ what\r\nA1\r\n", b"* {999999999999999999}\r\n", b"A9 OK done\r\n"],
)
async def test_an_answer_that_makes_no_sense_costs_the_connection_not_the_thread(mailbox, answer):
    server, source = mailbox({"UID FETCH": answer})
    with pytest.raises(MailboxError):
        await ids(source, "INBOX")
    server.answers["UID FETCH"] = b""
    assert await ids(source, "INBOX") == {}


async def test_a_server_that_takes_for_ever_is_cut_off(mailbox, monkeypatch):
    monkeypatch.setattr(imap_thread, "DEADLINE", 0.2)
    server, source = mailbox({"UID FETCH": b"* 1 FETCH (UID 1 {tag}"})
    with pytest.raises(MailboxError, match="too long"):
        await ids(source, "INBOX")
    server.answers["UID FETCH"] = b""
    assert await ids(source, "INBOX") == {}


async def test_closing_does_not_wait_for_a_silent_server(mailbox):
    _, source = mailbox({"UID FETCH": b"{tag}"})
    asking = asyncio.create_task(ids(source, "INBOX"))
    await asyncio.sleep(0.05)
    begun = time.monotonic()
    await source.close()
    assert time.monotonic() - begun < 1
    with pytest.raises(MailboxError):
        await asking


async def test_a_closed_mailbox_answers_nothing(mailbox):
    server, source = mailbox()
    await source.check()
    await source.close()
    with pytest.raises(MailboxError, match="closed"):
        await source.check()
    assert said(server, b"LOGOUT") == 1


async def test_a_job_given_up_before_its_turn_is_not_done(mailbox):
    server, source = mailbox({"APPEND": b"{tag} OK\r\n"})
    waiting = [asyncio.create_task(source.append("Sent", b"x\r\n", NONE)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in waiting[1:]:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await source.check()
    assert said(server, b"APPEND") == 1


def test_a_silent_server_does_not_delay_the_end_of_the_program():
    program = """
import asyncio
from tuimail.backends.imap.source import ImapSource
from tuimail.backends.imap.server import ImapServer
async def secret(): return "pw"
async def main(port):
    source = ImapSource("work", ImapServer("localhost", port, "hanako", "none"), secret)
    asking, watching = anext(source.stretches("INBOX")), anext(source.watch("INBOX"))
    tasks = [asyncio.ensure_future(each) for each in (asking, watching)]
    await asyncio.sleep(0.2)
asyncio.run(main(%d))
"""
    with ImapDouble({"SELECT": b"{tag}"}) as server:
        begun = time.monotonic()
        done = subprocess.run([sys.executable, "-c", program % server.port], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert time.monotonic() - begun < 3
