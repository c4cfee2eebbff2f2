"""A message is handed over byte for byte, and the connection is kept for the next one."""

import asyncio
import hashlib
import json
import socket

import pytest
from msgspec.structs import replace
from servers.sink import Act
from servers.submitting import QUICK, WIRE, Journal, hand_over, message, submitter

from tuimail.backends.smtp.server import Server
from tuimail.backends.smtp.wire import stuffed
from tuimail.mail.errors import LoginError, MailboxError
from tuimail.mail.hold.outcome import Accepted, Refused, Unreachable, Withdrawn


async def test_a_message_is_accepted_with_the_servers_words(sink):
    journal = Journal()
    outcome = await hand_over(sink.port, message("bob@example.test", "carol@example.test"), journal)
    assert outcome == Accepted("2.0.0 kept as 1")
    assert journal.told == ["localhost: 2 recipients accepted"]
    assert sink.received[0].sender == "alice@example.test"
    assert sink.received[0].recipients == ("bob@example.test", "carol@example.test")


BODIES = {
    "a plain one": WIRE,
    "a dot at the start": b".start\r\n",
    "a dot alone": b"a\r\n.\r\nb\r\n",
    "dots in a row": b"a\r\n..\r\n...\r\n.\r\n.\r\n",
    "a dot at the very end": b"a\r\n.\r\n",
    "dots around the edge of a piece": b"x" * 65534 + b"\r\n.y" * 30_000 + b"\r\n",
    "8-bit text": "Subject: 昼\r\n\r\n正午に\r\n".encode(),
    "every byte but NUL, CR and LF": b"\r\n".join(bytes([n]) for n in range(1, 256) if n not in (10, 13))
    + b"\r\n",
}


@pytest.mark.parametrize("body", BODIES)
async def test_the_server_gets_the_very_bytes(sink, body):
    assert isinstance(await hand_over(sink.port, message(wire=BODIES[body])), Accepted)
    assert sink.received[0].sha256 == hashlib.sha256(BODIES[body]).hexdigest()
    logged = json.loads(sink.log.read_text())
    assert logged["sha256"] == sink.received[0].sha256


def test_stuffing_doubles_the_first_dot_of_a_line_and_no_other():
    assert stuffed(b"..a.\r\n.\r\nb.\r\n") == b"...a.\r\n..\r\nb.\r\n.\r\n"


def test_a_missing_last_line_end_is_added_before_the_dot():
    assert stuffed(b"a") == b"a\r\n.\r\n"
    assert stuffed(b"") == b".\r\n"


async def test_size_and_8bitmime_are_said_where_they_are_offered(sink):
    wire = "Subject: 昼\r\n\r\n正午に\r\n".encode()
    await hand_over(sink.port, message(wire=wire))
    assert sink.received[0].parameters == (f"SIZE={len(wire)}", "BODY=8BITMIME")


async def test_nothing_is_said_where_nothing_is_offered(sink):
    sink.offers = []
    await hand_over(sink.port)
    assert sink.received[0].parameters == ()


async def test_8_bit_text_is_refused_where_the_server_takes_7_bits(sink):
    sink.offers = []
    outcome = await hand_over(sink.port, message(wire="昼\r\n".encode()))
    assert outcome == Refused(554, "localhost takes no text of 8 bits (no 8BITMIME)")
    assert sink.received == []


async def test_a_domain_beyond_ascii_goes_as_idna(sink):
    assert isinstance(await hand_over(sink.port, message("hanako@例え.test")), Accepted)
    assert sink.received[0].recipients == ("hanako@xn--r8jz45g.test",)


async def test_a_quoted_local_part_goes_as_it_is(sink):
    assert isinstance(await hand_over(sink.port, message('"a..b"@example.test')), Accepted)
    assert 'RCPT TO:<"a..b"@example.test>' in sink.heard


UNFIT = [
    "a@b>\r\nRCPT TO:<x@y",
    "a@b\nc",
    "a@b\0",
    "a b@c",
    "<a@b>",
    "a@b\t",
    "a@b\x85c",
    "花子@example.test",
]


@pytest.mark.parametrize("spec", UNFIT)
async def test_an_address_that_could_say_more_than_itself_never_reaches_the_server(sink, spec):
    for submission in (message(spec), message(sender=spec)):
        outcome = await hand_over(sink.port, submission)
        assert isinstance(outcome, Refused)
        assert outcome.code == 553
    assert sink.heard == []


@pytest.mark.parametrize("wire", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\n.\n", b"a\n\r"])
async def test_a_line_that_ends_oddly_never_reaches_the_server(sink, wire):
    assert isinstance(await hand_over(sink.port, message(wire=wire)), Refused)
    assert sink.heard == []


async def test_a_message_for_nobody_is_refused(sink):
    assert isinstance(await hand_over(sink.port, replace(message(), recipients=())), Refused)


async def test_an_empty_sender_is_allowed(sink):
    await hand_over(sink.port, message(sender=""))
    assert sink.received[0].sender == ""


async def test_taken_back_before_the_body_nothing_is_delivered_and_we_say_goodbye(sink):
    assert await hand_over(sink.port, journal=Journal(go=False)) == Withdrawn()
    await asyncio.sleep(0.05)
    assert sink.received == []
    assert sink.heard[-1] == "QUIT"
    assert not any(said.startswith("DATA") for said in sink.heard)


async def test_the_phase_is_written_after_the_recipients_and_before_data(sink):
    heard_then: list[str] = []

    async def body_next(line: str, refused=()) -> bool:
        heard_then.extend(sink.heard)
        return True

    async with submitter(sink.port) as way_out:
        await way_out.submit(message(), body_next)
    assert heard_then[-1] == "RCPT TO:<bob@example.test>"
    assert not any(said.startswith("DATA") for said in heard_then)


async def test_when_the_phase_can_not_be_written_the_error_passes_and_no_body_leaves(sink):
    async def body_next(line: str, refused=()) -> bool:
        raise RuntimeError("disk full")

    async with submitter(sink.port) as way_out:
        with pytest.raises(RuntimeError):
            await way_out.submit(message(), body_next)
        assert isinstance(await way_out.submit(message(), Journal()), Accepted)
    assert len(sink.received) == 1


async def test_a_thousand_messages_go_over_one_connection(sink):
    async with submitter(sink.port) as way_out:
        for number in range(1000):
            outcome = await way_out.submit(message(token=str(number)), Journal())
            assert isinstance(outcome, Accepted)
    assert sink.connections == 1
    assert len(sink.received) == 1000


async def test_two_at_once_take_turns(sink):
    async with submitter(sink.port) as way_out:
        outcomes = await asyncio.gather(*(way_out.submit(message(), Journal()) for _ in range(5)))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert sink.connections == 1


async def test_a_refused_message_leaves_the_connection_fit_for_the_next(sink):
    async with submitter(sink.port) as way_out:
        for step in ("MAIL", "RCPT", "DATA", "DOT"):
            sink.script[step] = Act(b"550 no")
            assert isinstance(await way_out.submit(message(), Journal()), Refused)
            sink.script.clear()
            assert isinstance(await way_out.submit(message(), Journal()), Accepted)
    assert sink.connections == 1


STALE = [Act(b"", end="eof"), Act(b"", end="rst"), Act(b"421 4.7.0 enough messages for one connection")]


@pytest.mark.parametrize("act", STALE, ids=["closed", "reset", "421"])
async def test_a_kept_connection_that_went_stale_is_replaced_unseen(sink, act):
    async with submitter(sink.port) as way_out:
        await way_out.submit(message(), Journal())
        sink.script["MAIL"] = act

        async def heal():
            while sink.connections < 2:
                await asyncio.sleep(0.001)
            sink.script.clear()

        sink.script["EHLO"] = Act(delay=0.05)
        _, outcome = await asyncio.gather(heal(), way_out.submit(message(), Journal()))
    assert isinstance(outcome, Accepted)
    assert sink.connections == 2


async def test_an_idle_connection_is_left_politely(sink):
    async with submitter(sink.port, timeouts=replace(QUICK, idle=0.05)) as way_out:
        await way_out.submit(message(), Journal())
        await asyncio.sleep(0.15)
        assert sink.heard[-1] == "QUIT"
        await way_out.submit(message(), Journal())
    assert sink.connections == 2


async def test_closing_says_goodbye(sink):
    async with submitter(sink.port) as way_out:
        await way_out.submit(message(), Journal())
    assert sink.heard[-1] == "QUIT"


async def test_closing_cuts_off_a_message_in_flight(sink):
    sink.script["DATA"] = Act(b"", end="hang")
    async with submitter(sink.port) as way_out:
        task = asyncio.create_task(way_out.submit(message(), Journal()))
        await asyncio.sleep(0.1)
        await way_out.close()
        assert isinstance(await task, Unreachable)


async def test_we_call_ourselves_nothing_that_says_who_or_where_we_are(sink):
    await hand_over(sink.port)
    assert sink.heard[0] == "EHLO [127.0.0.1]"
    assert not any(socket.gethostname() in said for said in sink.heard if len(socket.gethostname()) > 3)


async def test_small_writes_are_not_held_back(sink):
    async with submitter(sink.port) as way_out:
        await way_out.submit(message(), Journal())
        connection = way_out._session.wire.transport.get_extra_info("socket")
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_check_says_what_it_found(sink):
    async with submitter(sink.port) as way_out:
        assert await way_out.check() == f"localhost:{sink.port} takes mail (clear text, no login)"
    assert sink.heard == ["EHLO [127.0.0.1]", "QUIT"]


async def test_check_says_what_is_wrong(sink):
    sink.script["CONNECT"] = Act(b"554 5.3.2 no service")
    async with submitter(sink.port) as way_out:
        with pytest.raises(
            MailboxError, match=r"localhost takes no mail now: 554 5\.3\.2 no service"
        ) as caught:
            await way_out.check()
        assert not isinstance(caught.value, LoginError)


@pytest.mark.parametrize("host", ["smtp.example.test", "192.0.2.1", "localhost.example.test", "::2"])
def test_clear_text_is_only_for_this_computer(host):
    with pytest.raises(MailboxError, match="in clear"):
        Server(host, 25, security="none")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])
def test_this_computer_may_be_spoken_to_in_clear(host):
    assert Server(host, 25, security="none").host == host


def test_an_unknown_security_is_refused():
    with pytest.raises(MailboxError, match="tls, starttls or none"):
        Server("localhost", 25, security="ssl")


async def test_word_of_delivery_is_asked_for_where_the_server_gives_it(sink):
    sink.offers.append("DSN")
    mail = replace(message("bob+x@example.test", token="a=b"), receipts=True)
    assert isinstance(await hand_over(sink.port, mail), Accepted)
    assert sink.received[0].parameters[-2:] == ("RET=HDRS", "ENVID=a+3Db@example.test")
    wish = "NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;bob+2Bx@example.test"
    assert f"RCPT TO:<bob+x@example.test> {wish}" in sink.heard


@pytest.mark.parametrize(("offered", "wished"), [(False, True), (True, False)])
async def test_no_word_is_asked_for_unwished_or_where_it_is_not_offered(sink, offered, wished):
    sink.offers += ["DSN"] if offered else []
    await hand_over(sink.port, replace(message(), receipts=wished))
    assert not any("NOTIFY" in command or "RET=" in command for command in sink.heard)


async def test_a_name_too_long_for_a_report_is_left_out(sink):
    sink.offers.append("DSN")
    await hand_over(sink.port, replace(message(token="=" * 40), receipts=True))
    assert sink.received[0].parameters[-1] == "RET=HDRS"
