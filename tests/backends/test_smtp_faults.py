"""Every way a server can fail, at every step: no body byte left, a clear no, or maybe delivered."""

import asyncio

import pytest
from servers.faultproxy import Faults
from servers.sink import Act
from servers.submitting import QUICK, WIRE, Journal, hand_over, message, submitter

from tuimail.backends.smtp.server import Timeouts
from tuimail.mail.hold.outcome import Accepted, Denied, Refusal, Refused, Unreachable, Vanished

IMPATIENT = Timeouts(connect=0.2, command=0.2, data=0.2, final=0.2, quit=0.2)
LARGE = WIRE + b"0123456789abcdef" * 4 * 200_000 + b"\r\n"

BEFORE_THE_BODY = {
    "closed without a greeting": ("CONNECT", Act(b"", end="eof")),
    "reset without a greeting": ("CONNECT", Act(b"", end="rst")),
    "too busy to greet": ("CONNECT", Act(b"421 4.3.2 too busy")),
    "no service": ("CONNECT", Act(b"554 5.3.2 no service")),
    "not a mail server": ("CONNECT", Act(b"SSH-2.0-OpenSSH_9.2")),
    "closed at EHLO": ("EHLO", Act(b"", end="eof")),
    "EHLO refused": ("EHLO", Act(b"502 5.5.1 what?")),
    "half an answer to EHLO": ("EHLO", Act(b"250-sink.example.test\r\n", end="eof")),
    "closed at MAIL": ("MAIL", Act(b"", end="eof")),
    "421 at MAIL": ("MAIL", Act(b"421 4.7.0 going down", end="eof")),
    "closed at RCPT": ("RCPT", Act(b"", end="eof")),
    "reset at RCPT": ("RCPT", Act(b"", end="rst")),
    "421 at RCPT": ("RCPT", Act(b"421 4.7.0 too many connections")),
    "go on as answer to RCPT": ("RCPT", Act(b"354 go on")),
    "garbage at RCPT": ("RCPT", Act(b"hello?")),
    "code 999 at RCPT": ("RCPT", Act(b"999 what")),
    "code -1 at RCPT": ("RCPT", Act(b"-1 what")),
    "an empty line at RCPT": ("RCPT", Act(b"")),
    "closed at DATA": ("DATA", Act(b"", end="eof")),
    "reset at DATA": ("DATA", Act(b"", end="rst")),
    "421 at DATA": ("DATA", Act(b"421 4.3.2 shutting down")),
    "250 at DATA": ("DATA", Act(b"250 2.0.0 accepted already")),
    "354 and 250 at once at DATA": ("DATA", Act(b"354 go\r\n250 2.0.0 accepted already")),
    "silence at DATA": ("DATA", Act(b"", end="hang")),
    "a line without an end at DATA": ("DATA", Act(b"354 go", end="hang")),
    "endless lines at DATA": ("DATA", Act(b"354-more\r\n" * 10_000)),
    "a line of 100 kB at DATA": ("DATA", Act(b"354 " + b"x" * 100_000)),
}


@pytest.mark.parametrize("fault", BEFORE_THE_BODY)
async def test_a_fault_before_the_body_is_safe_to_try_again(sink, fault):
    step, sink.script[step] = BEFORE_THE_BODY[fault]
    outcome = await hand_over(sink.port, timeouts=IMPATIENT)
    assert isinstance(outcome, Unreachable)
    assert "\n" not in outcome.why
    assert outcome.why.startswith("localhost")
    assert sink.received == []


AFTER_THE_BODY_BEGAN = {
    "closed in mid-body": ("BODY", Act(b"", end="eof"), 0),
    "reset in mid-body": ("BODY", Act(b"", end="rst"), 0),
    "250 in mid-body": ("BODY", Act(b"250 2.0.0 thanks, enough", end="eof"), 0),
    "closed after the dot": ("DOT", Act(b"", end="eof"), 1),
    "reset after the dot": ("DOT", Act(b"", end="rst"), 1),
    "silence after the dot": ("DOT", Act(b"", end="hang"), 1),
    "250 after the time limit": ("DOT", Act(delay=1), 1),
    "half of a long 250": ("DOT", Act(b"250-2.0.0 queued as\r\n", end="eof"), 1),
    "half a line": ("DOT", Act(b"250 2.0.0 que", end="eof"), 1),
    "garbage after the dot": ("DOT", Act(b"hello?"), 1),
    "354 after the dot": ("DOT", Act(b"354 go on"), 1),
    "code 999 after the dot": ("DOT", Act(b"999 kept"), 1),
}


@pytest.mark.parametrize("fault", AFTER_THE_BODY_BEGAN)
async def test_a_fault_after_the_body_began_may_have_been_delivered(sink, fault):
    step, sink.script[step], kept = AFTER_THE_BODY_BEGAN[fault]
    wire = LARGE if step == "BODY" else WIRE
    outcome = await hand_over(sink.port, message(wire=wire), timeouts=IMPATIENT)
    assert isinstance(outcome, Vanished)
    assert outcome.why.startswith("localhost: ")
    assert len(sink.received) == kept


CLEAR_NO = {
    "450 to the sender": ("MAIL", Act(b"450 4.7.1 greylisted"), 450),
    "550 to the sender": ("MAIL", Act(b"550 5.7.1 not you"), 550),
    "552 to the size": ("MAIL", Act(b"552 5.3.4 too big"), 552),
    "450 to every recipient": ("RCPT", Act(b"450 4.2.0 later"), 450),
    "550 to every recipient": ("RCPT", Act(b"550 5.1.1 nobody"), 550),
    "451 to DATA": ("DATA", Act(b"451 4.3.0 later"), 451),
    "554 to DATA": ("DATA", Act(b"554 5.5.1 no"), 554),
    "421 after the dot": ("DOT", Act(b"421 4.3.0 going down"), 421),
    "451 after the dot": ("DOT", Act(b"451 4.3.0 later"), 451),
    "554 after the dot": ("DOT", Act(b"554 5.7.1 spam"), 554),
    "552 in mid-body": ("BODY", Act(b"552 5.3.4 too much\r\n", end="hang"), 552),
}


@pytest.mark.parametrize("fault", CLEAR_NO)
async def test_a_clear_no_is_told_word_for_word(sink, fault):
    step, sink.script[step], code = CLEAR_NO[fault]
    outcome = await hand_over(sink.port, message(wire=LARGE if step == "BODY" else WIRE))
    assert isinstance(outcome, Refused)
    assert outcome.code == code
    assert outcome.text == sink.script[step].say.decode()[4:].strip()
    assert sink.received == []


DONE_ALL_THE_SAME = {
    "closed after 250": {"ACCEPTED": Act(b"", end="eof")},
    "reset after 250": {"ACCEPTED": Act(b"", end="rst")},
    "more than 250": {"DOT": Act(b"250 2.0.0 ok\r\n250 2.0.0 ok")},
    "QUIT hangs": {"QUIT": Act(b"", end="hang")},
    "QUIT refused": {"QUIT": Act(b"500 5.5.1 what?")},
    "chatter before 250": {"ACCEPTED": Act(b"421 4.4.2 timeout")},
}


@pytest.mark.parametrize("fault", DONE_ALL_THE_SAME)
async def test_what_happens_after_the_250_changes_nothing(sink, fault):
    sink.script |= DONE_ALL_THE_SAME[fault]
    assert isinstance(await hand_over(sink.port, timeouts=IMPATIENT), Accepted)
    assert len(sink.received) == 1


async def test_a_login_wanted_at_mail_is_a_denial(sink):
    sink.script["MAIL"] = Act(b"530 5.7.57 client not authenticated")
    assert await hand_over(sink.port) == Denied(530, "5.7.57 client not authenticated")


async def test_one_refused_recipient_holds_nobody_else_up(sink):
    sink.script["RCPT gone@example.test"] = Act(b"550 5.1.1 no such user")
    journal = Journal()
    outcome = await hand_over(sink.port, message("bob@example.test", "gone@example.test"), journal)
    refusal = Refusal("gone@example.test", 550, "5.1.1 no such user")
    assert outcome == Accepted("2.0.0 kept as 1", (refusal,))
    assert sink.received[0].recipients == ("bob@example.test",)
    assert journal.told == ["localhost: 1 recipient accepted, 1 refused"]
    assert journal.refused == (refusal,)


async def test_when_all_are_refused_one_4xx_keeps_the_message_alive(sink):
    sink.script["RCPT gone@example.test"] = Act(b"550 5.1.1 no such user")
    sink.script["RCPT full@example.test"] = Act(b"452 4.2.2 mailbox full")
    journal = Journal()
    outcome = await hand_over(sink.port, message("gone@example.test", "full@example.test"), journal)
    assert isinstance(outcome, Refused)
    assert outcome.code == 452
    assert [refusal.code for refusal in outcome.refused] == [550, 452]
    assert journal.told == []


async def test_a_refusal_at_the_dot_still_names_who_was_refused_before(sink):
    sink.script |= {"RCPT gone@example.test": Act(b"550 no"), "DOT": Act(b"451 later")}
    outcome = await hand_over(sink.port, message("bob@example.test", "gone@example.test"))
    assert outcome == Refused(451, "later", (Refusal("gone@example.test", 550, "no"),))


async def test_a_hostile_answer_is_clipped_and_can_do_nothing_to_the_screen(sink):
    sink.script["MAIL"] = Act(b"550 5.7.1 \x1b]0;owned\x07<b>no</b> " + b"x" * 5000)
    outcome = await hand_over(sink.port)
    assert isinstance(outcome, Refused)
    assert "\x1b" not in outcome.text
    assert "\x07" not in outcome.text
    assert len(outcome.text) <= 500


async def test_nothing_listens_on_the_port(sink):
    sink.stop()
    outcome = await hand_over(sink.port)
    assert outcome == Unreachable("localhost: the connection was refused; nothing listens on this port")


async def test_a_name_that_no_server_has_is_said():
    outcome = await hand_over(25, host="mail.invalid", security="tls")
    assert isinstance(outcome, Unreachable)
    assert "no server of this name was found" in outcome.why


CUTS = {
    "the greeting is cut": (Faults(cut_after_answered=3), Unreachable),
    "cut in mid-body": (Faults(cut_after_sent=200_000), Vanished),
    "reset in mid-body": (Faults(cut_after_sent=200_000, rst=True), Vanished),
    "cut at the dot": (Faults(cut_on=b"\r\n.\r\n"), Vanished),
    "reset at the dot": (Faults(cut_on=b"\r\n.\r\n", rst=True), Vanished),
    "the last answer is lost": (Faults(swallow_after=b"\r\n.\r\n"), Vanished),
    "no answer at all": (Faults(stall=True), Unreachable),
}


@pytest.mark.parametrize("cut", CUTS)
async def test_the_network_fails(sink, new_proxy, cut):
    faults, kind = CUTS[cut]
    proxy = new_proxy(sink.port, faults)
    outcome = await hand_over(proxy.port, message(wire=LARGE), timeouts=IMPATIENT)
    assert isinstance(outcome, kind)


async def test_a_body_that_nobody_reads_is_given_up_and_may_have_been_delivered(sink):
    sink.script["BODY"] = Act(b"", end="hang")
    outcome = await hand_over(sink.port, message(wire=LARGE * 3), timeouts=IMPATIENT)
    assert outcome == Vanished("localhost: no answer in time")


async def test_the_limit_for_a_command_is_not_the_one_for_the_last_answer(sink):
    sink.script["DOT"] = Act(delay=0.3)
    patient = Timeouts(connect=2, command=0.1, data=0.1, final=5)
    assert isinstance(await hand_over(sink.port, timeouts=patient), Accepted)


async def test_the_last_answer_is_waited_for_ten_minutes():
    assert Timeouts().final == 600
    assert QUICK.final < 600


async def test_a_cancelled_hand_over_breaks_the_connection(sink):
    sink.script["DATA"] = Act(b"", end="hang")
    async with submitter(sink.port) as way_out:
        task = asyncio.create_task(way_out.submit(message(), Journal()))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        sink.script.clear()
        assert isinstance(await way_out.submit(message(), Journal()), Accepted)
    assert sink.connections == 2
