"""HTTP says of every request whether it was answered, did not get there, or may have been done."""

import asyncio
import contextlib
import gzip
import ssl

import pytest

from tuimail.backends.network import Bounds
from tuimail.backends.response import AnswerLost, Unreached
from tuimail.backends.web import Web

QUICK = Bounds(connect=1, idle=0.3, whole=0.5, answer=1_000, at_once=2)
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Speaker:
    """A server that reads a request's head, waits, and answers with these bytes; it counts."""

    def __init__(self, answer: bytes, wait: float = 0.0) -> None:
        self.answer, self.wait = answer, wait
        self.heads: list[bytes] = []
        self.now = self.most = 0

    async def __call__(self, reader, writer):
        self.now += 1
        self.most = max(self.most, self.now)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            await asyncio.sleep(self.wait)
            self.now -= 1
            writer.write(self.answer)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def speaking(speaker, context=None, tls=None, bounds=QUICK):
    server = await asyncio.start_server(speaker, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    web = Web(bounds, context or NOBODY)
    try:
        yield web, f"{'https' if tls else 'http'}://localhost:{port}/x"
    finally:
        await web.close()
        server.close()


def said(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "503 Busy"])
async def test_every_whole_answer_is_an_answer(status):
    async with speaking(Speaker(said(status, b"body", "X-Y: z"))) as (web, url):
        answer = await web.ask("GET", url)
    assert (answer.code, answer.body, answer.headers["x-y"]) == (int(status[:3]), b"body", "z")


async def test_a_redirect_is_an_answer_and_nothing_follows_it():
    speaker = Speaker(said("302 Found", b"", "Location: http://elsewhere.example/"))
    async with speaking(speaker) as (web, url):
        answer = await web.ask("GET", url, {"Authorization": "Bearer s"})
    assert answer.target == "http://elsewhere.example/"
    assert len(speaker.heads) == 1


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"\xff\r\n\r\n"],
)
async def test_an_answer_that_is_cut_or_makes_no_sense_is_lost(answer):
    async with speaking(Speaker(answer)) as (web, url):
        with pytest.raises(AnswerLost, match="localhost"):
            await web.ask("POST", url, body=b"x")


async def test_an_answer_that_does_not_come_in_time_is_lost():
    async with speaking(Speaker(said("200 OK"), wait=2)) as (web, url):
        with pytest.raises(AnswerLost, match="no answer in time"):
            await web.ask("POST", url)


async def test_an_answer_beyond_all_measure_is_not_read_to_its_end():
    async with speaking(Speaker(said("200 OK", b"x" * 5_000))) as (web, url):
        with pytest.raises(AnswerLost, match="too long"):
            await web.ask("GET", url)
        assert len((await web.ask("GET", url, longest=5_000)).body) == 5_000


async def test_an_answer_packed_many_times_over_is_not_unpacked():
    once = gzip.compress(bytes(50_000_000), 1)
    twice = gzip.compress(gzip.compress(gzip.compress(once)))
    many = said("200 OK", twice, "Content-Encoding: gzip, gzip, gzip", "Content-Encoding: gzip")
    async with speaking(Speaker(many)) as (web, url):
        with pytest.raises(AnswerLost, match="packed"):
            await web.ask("GET", url)


async def test_a_header_that_is_not_ascii_is_not_sent():
    async with speaking(Speaker(said("200 OK"))) as (web, url):
        with pytest.raises(Unreached, match="not ASCII") as told:
            await web.ask("GET", url, {"Authorization": "Bearer sécret"})
    assert "cret" not in str(told.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://[::1]:9/"])
async def test_a_server_that_is_not_there_was_not_reached(url):
    with pytest.raises(Unreached):
        await Web(QUICK, NOBODY).ask("POST", url)


@pytest.mark.parametrize("url", ["http://graph.example/", "ftp://localhost/", "localhost", "http://[", ""])
async def test_nothing_crosses_a_network_in_clear(url):
    with pytest.raises(Unreached, match="in clear"):
        await Web(QUICK, NOBODY).ask("GET", url, {"Authorization": "Bearer secret"})


async def test_no_more_go_at_once_than_agreed():
    speaker = Speaker(said("200 OK"), wait=0.05)
    async with speaking(speaker) as (web, url):
        await asyncio.gather(*(web.ask("GET", url) for _ in range(6)))
    assert speaker.most == 2


async def test_waiting_for_a_turn_does_not_count_as_waiting_for_an_answer():
    speaker = Speaker(said("200 OK"), wait=0.2)
    async with speaking(speaker, bounds=Bounds(idle=0.4, whole=0.5, at_once=1)) as (web, url):
        answers = await asyncio.gather(*(web.ask("GET", url) for _ in range(4)))
    assert [answer.code for answer in answers] == [200] * 4


@pytest.mark.parametrize(
    ("tls", "why"),
    [
        ("by_a_stranger", "nobody this computer trusts"),
        ("for_another_name", "for another name"),
        ("expired", "has expired"),
    ],
)
async def test_who_cannot_prove_its_name_is_not_spoken_to(certificates, tls, why):
    speaker = Speaker(said("200 OK"))
    async with speaking(speaker, certificates.client(), getattr(certificates, tls)()) as (web, url):
        with pytest.raises(Unreached, match=why):
            await web.ask("GET", url, {"Authorization": "Bearer secret"})
    assert speaker.heads == []


async def test_who_can_prove_it_is(certificates):
    async with speaking(Speaker(said("200 OK")), certificates.client(), certificates.good()) as (web, url):
        assert (await web.ask("GET", url)).code == 200
