import asyncio

import pytest

from tuimail.backends.finding import probe
from tuimail.backends.finding.guess import candidates, guessed
from tuimail.mail.setup.server import Kind, Server

ADDRESS = "hanako@example.jp"


def knows(*servers):
    async def answers(server, kind):
        return str(server) in servers

    return answers


async def test_the_usual_names_are_tried_the_best_first():
    found = await guessed(
        ADDRESS, knows("mail.example.jp:993 tls", "imap.example.jp:143 starttls", "mail.example.jp:465 tls")
    )
    assert (str(found.imap), str(found.smtp)) == ("mail.example.jp:993 tls", "mail.example.jp:465 tls")
    assert not found.sure


async def test_one_way_alone_is_no_guess():
    assert await guessed(ADDRESS, knows("imap.example.jp:993 tls")) is None


def test_nothing_is_tried_in_the_clear():
    tried = [server for kind in Kind for server in candidates("example.jp", kind)]
    assert {server.security for server in tried} == {"tls", "starttls"}
    assert {server.port for server in tried} == {993, 143, 465, 587}


@pytest.fixture
def context(certificates):
    return certificates.client()


@pytest.mark.servers
async def test_real_servers_answer_by_both_kinds_of_tls(dovecot, postfix, context):
    assert await probe.answers(Server("localhost", dovecot.imaps), Kind.IMAP, context)
    assert await probe.answers(Server("localhost", dovecot.imap, "starttls"), Kind.IMAP, context)
    assert await probe.answers(Server("localhost", postfix.smtps), Kind.SMTP, context)
    assert await probe.answers(Server("localhost", postfix.smtp, "starttls"), Kind.SMTP, context)


@pytest.mark.servers
async def test_an_smtp_server_is_no_imap_server(postfix, context):
    assert not await probe.answers(Server("localhost", postfix.smtps), Kind.IMAP, context)


async def test_a_server_whose_certificate_is_not_right_does_not_count(new_sink, certificates, context):
    for tls in (certificates.by_a_stranger(), certificates.for_another_name(), certificates.expired()):
        for security in ("tls", "starttls"):
            sink = new_sink(security=security, tls=tls)
            assert not await probe.answers(Server("localhost", sink.port, security), Kind.SMTP, context)


async def test_a_server_without_starttls_does_not_count(sink, context):
    assert not await probe.answers(Server("localhost", sink.port, "starttls"), Kind.SMTP, context)
    assert not await probe.answers(Server("localhost", 9), Kind.SMTP, context)


@pytest.mark.parametrize(
    "said",
    [
        b"220 x\r\n250-" + b"a" * 100_000,
        b"220 x\r\n" + b"250-x\r\n" * 10_000,
        b"220 " + b"a" * 100_000,
        b"220 x\r\n250 x\r\n220 go\r\nno TLS at all",
        b"",
    ],
)
async def test_whatever_answers_there_it_does_not_end_the_search(monkeypatch, context, said):
    monkeypatch.setattr(probe, "SECONDS", 0.3)

    async def speak(reader, writer):
        writer.write(said)
        await reader.read(100)
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert not await probe.answers(Server("localhost", port, "starttls"), Kind.SMTP, context)
