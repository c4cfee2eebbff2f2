"""A message beyond what Graph takes at once arrives whole all the same, its files in their order."""

import base64
import email

import pytest
from servers.graphing import KEN, ME, Journal, graph_at, stand_in

from tuimail.backends.graph import large
from tuimail.backends.graph.submitter import GraphSubmitter
from tuimail.backends.network import Bounds
from tuimail.demo.exchange import Fault
from tuimail.mail.hold.outcome import Accepted, Refused, Unreachable, Withdrawn
from tuimail.mail.letter.submission import Submission

PATIENT = Bounds(connect=10, idle=60, whole=60, at_once=3)
MB = 10_000
"""A hundredth: Graph's limits are made so much smaller for most tests."""
REAL = {name: getattr(large, name) for name in ("MIME_MOST", "INLINE_MOST", "RANGE")}
RANGE = "PUT /uploads/*"


def letter(*sizes: int, root: str = "multipart/mixed", again: bool = False) -> Submission:
    """Files of these sizes, `0.bin` first, each full of its number."""
    parts = ["Content-Type: text/plain\r\n\r\nwith files"]
    for number, size in enumerate(sizes):
        data = base64.encodebytes(bytes([65 + number]) * size).decode().replace("\n", "\r\n").rstrip()
        parts.append(
            "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
            f'Content-Disposition: attachment; filename="{number}.bin"\r\n\r\n{data}'
        )
    body = "".join(f"--b1\r\n{part}\r\n" for part in parts) + "--b1--\r\n"
    wire = (
        f"From: {ME}\r\nTo: {KEN}\r\nSubject: files\r\nMessage-ID: <t@contoso.example>\r\n"
        f'X-Tuimail-Token: t\r\nMIME-Version: 1.0\r\nContent-Type: {root}; boundary="b1"\r\n\r\n{body}'
    )
    return Submission(ME, (KEN,), wire.encode(), "<t@contoso.example>", "t", again=again)


def files(wire: bytes) -> list[tuple[str, int, bytes]]:
    parts = email.message_from_bytes(wire).get_payload()
    found = [(part.get_filename(), part.get_payload(decode=True)) for part in parts if part.get_filename()]
    return [(name, len(data), data[:1]) for name, data in found]


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    for name in REAL:
        monkeypatch.setattr(large, name, 3 * MB)


@pytest.fixture
def server():
    with stand_in() as running:
        yield running


@pytest.fixture
async def submitter(server):
    async with graph_at(server.url, bounds=PATIENT) as graph:
        yield GraphSubmitter(graph)


@pytest.mark.parametrize("unit", [MB, 1_000_000])
async def test_the_last_files_follow_and_their_order_stays(server, submitter, monkeypatch, unit):
    if unit > MB:
        for name, size in REAL.items():
            monkeypatch.setattr(large, name, size)
    sizes = (1000, 2 * unit, 500, 5 * unit, 10)
    assert isinstance(await submitter.submit(letter(*sizes), Journal()), Accepted)
    [sent] = server.log.sent
    expected = [(f"{number}.bin", size, bytes([65 + number])) for number, size in enumerate(sizes)]
    assert files(sent.wire) == expected
    assert sent.message_id == "<t@contoso.example>"


@pytest.mark.parametrize(
    "fault", [Fault.lost(), Fault.cut(), Fault.answer(503), Fault.answer(429, retry_after=0)]
)
async def test_a_range_that_was_lost_is_asked_for_and_goes_on(server, submitter, fault):
    server.faults.add(RANGE, fault)
    assert isinstance(await submitter.submit(letter(7 * MB), Journal()), Accepted)
    assert files(server.log.sent[0].wire) == [("0.bin", 7 * MB, b"A")]


async def test_no_token_goes_to_the_address_of_an_upload(server, submitter):
    server.org.switch(tokens=("token",))
    assert isinstance(await submitter.submit(letter(4 * MB), Journal()), Accepted)


@pytest.mark.parametrize("status", [401, 404, 410])
async def test_an_upload_that_is_over_is_begun_anew_with_the_next_try(server, submitter, status):
    server.faults.add(RANGE, Fault.answer(status))
    assert isinstance(await submitter.submit(letter(4 * MB), Journal()), Unreachable)
    assert isinstance(await submitter.submit(letter(4 * MB, again=True), Journal()), Accepted)
    assert len(server.log.sent) == 1


@pytest.mark.parametrize("far", [b"999999999-", b"-5", b"0-", b"50000-"])
async def test_a_server_that_says_more_is_there_than_was_sent_is_not_believed(server, submitter, far):
    server.faults.add(RANGE, Fault.cut(), times=9)
    server.faults.add("GET /uploads/*", Fault.garbage(b'{"nextExpectedRanges": ["' + far + b'"]}'), times=9)
    assert isinstance(await submitter.submit(letter(5 * MB), Journal()), Unreachable)
    assert server.log.sent == []


async def test_a_last_range_that_made_no_file_is_no_whole_message(server, submitter):
    server.faults.add(RANGE, Fault.garbage(b'{"nextExpectedRanges": ["30000-"]}', status=200), after=1)
    assert isinstance(await submitter.submit(letter(5 * MB), Journal()), Unreachable)
    assert server.log.sent == []


async def test_half_of_a_message_is_never_sent(server, submitter):
    server.faults.add(RANGE, Fault.answer(500), times=9)
    assert isinstance(await submitter.submit(letter(7 * MB), Journal()), Unreachable)
    assert (server.log.sent, server.org.mailbox(ME).messages("drafts")) == ([], ())


async def test_half_of_a_message_that_a_crash_has_left_is_not_taken_for_it(server, submitter):
    head, _ = large.parted(letter(4 * MB).wire)
    server.org.mailbox(ME).add("drafts", head, draft=True)
    assert isinstance(await submitter.submit(letter(4 * MB, again=True), Journal()), Accepted)
    assert files(server.log.sent[0].wire) == [("0.bin", 4 * MB, b"A")]
    assert server.org.mailbox(ME).messages("drafts") == ()


async def test_taken_back_after_the_upload_it_is_nowhere(server, submitter):
    assert await submitter.submit(letter(4 * MB), Journal(go=False)) == Withdrawn()
    assert server.org.mailbox(ME).messages("drafts") == ()


@pytest.mark.parametrize(
    "wire",
    [
        letter(4 * MB, root="multipart/signed").wire,
        b"Subject: x\r\n\r\n" + b"long line\r\n" * 4_000,
        letter().wire.replace(b"with files", b"long line\r\n" * 4_000),
    ],
    ids=["signed", "plain", "the text itself"],
)
async def test_what_cannot_be_parted_is_refused_in_words(server, submitter, wire):
    message = Submission(ME, (KEN,), b"To: " + KEN.encode() + b"\r\n" + wire, "<t@contoso.example>", "t")
    came = await submitter.submit(message, Journal())
    assert isinstance(came, Refused)
    assert came.code == 552
    assert "send its files by a link" in came.text
    assert server.log.requests == []


def test_a_file_beyond_what_exchange_takes_is_refused(monkeypatch):
    monkeypatch.setattr(large, "FILE_MOST", 3 * MB)
    with pytest.raises(large.TooLarge, match="150 MB"):
        large.parted(letter(4 * MB).wire)
