"""SMTP on stdin: what alpine and others say to `sendmail -bs`."""

import asyncio
import io
import smtplib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.cli.smtp_stdin import MOST_RECIPIENTS, Dialogue
from tuimail.mail.errors import DraftError, OutboxError

FROM_ALPINE = """\
EHLO box
MAIL FROM:<hanako@example.jp>
RCPT TO:<suzuki@client.example>
RCPT TO:<tanaka@example.jp>
DATA
Subject: lunch

..
At noon?
.
QUIT
"""


class Talk:
    """A dialogue from beginning to end: the replies, and what was queued."""

    async def hold(
        self, text: str | bytes, error: Exception | None = None, largest: int = 1_000
    ) -> list[str]:
        async def deliver(sender, recipients, message):
            if error:
                raise error
            self.queued.append((sender, recipients, message))
            return f"i{len(self.queued)}"

        self.queued = []
        given = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
        sink = io.BytesIO()
        self.whole = await Dialogue(io.BytesIO(given), sink, deliver, "me@example.jp", largest).run()
        return sink.getvalue().decode().split("\r\n")[:-1]


@pytest.fixture
def talk():
    return Talk()


def codes(replies: list[str]) -> list[str]:
    return [reply[:3] for reply in replies if reply[3:4] == " "]


async def test_a_message_is_queued_with_its_envelope_its_dots_taken_back(talk):
    replies = await talk.hold(FROM_ALPINE)
    assert codes(replies) == ["220", "250", "250", "250", "250", "354", "250", "221"]
    assert "queued as i1" in replies[-2]
    (message,) = talk.queued
    assert message[:2] == ("hanako@example.jp", ("suzuki@client.example", "tanaka@example.jp"))
    assert message[2] == b"Subject: lunch\r\n\r\n.\r\nAt noon?\r\n"


async def test_lines_may_end_in_lf_alone(talk):
    assert codes(await talk.hold(FROM_ALPINE.encode()))[-2:] == ["250", "221"]
    assert talk.queued[0][2] == b"Subject: lunch\n\n.\nAt noon?\n"


async def test_each_message_of_a_conversation_has_an_envelope_of_its_own(talk):
    one = "MAIL FROM:<a@x.example>\nRCPT TO:<{}@y.example>\nDATA\nSubject: {}\n\n.\n"
    await talk.hold("HELO box\n" + "".join(one.format(name, name) for name in "bcd") + "QUIT\n")
    assert [recipients for _, recipients, _ in talk.queued] == [(f"{name}@y.example",) for name in "bcd"]


async def test_what_is_offered_is_said(talk):
    replies = await talk.hold("EHLO box\nQUIT\n")
    assert replies[1:-1] == [
        *("250-tuimail", "250-PIPELINING", "250-SIZE 100000000"),
        *("250-8BITMIME", "250-SMTPUTF8", "250 ENHANCEDSTATUSCODES"),
    ]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("NOOP", "250"),
        ("RSET", "250"),
        ("VRFY root", "252"),
        ("HELO box", "250"),
        ("STARTTLS", "502"),
        ("AUTH PLAIN AGEAYg==", "502"),
        ("nonsense", "500"),
        ("", "500"),
        ("DATA", "503"),
        ("RCPT TO:<a@x.example>", "503"),
        ("MAIL FROM:<>", "250"),
        ("mail from: a@x.example", "250"),
        ("MAIL FROM:<@relay.example,@other.example:a@x.example>", "250"),
        ("MAIL FROM:<a@x.example> SIZE=900 BODY=8BITMIME SMTPUTF8 AUTH=<>", "250"),
        ("MAIL FROM:<a@x.example> SIZE=1001", "552"),
        ("MAIL FROM:<a@x.example> SIZE=many", "552"),
        ("MAIL FROM:<a@x.example> RET=HDRS", "555"),
        ("MAIL FROM:<a b@x.example>", "553"),
        ("MAIL TO:<a@x.example>", "501"),
        ("MAIL", "501"),
        ("X" * 5_000, "500"),
    ],
    ids=lambda value: value[:40],
)
async def test_every_command_has_its_answer(talk, said, code):
    assert codes(await talk.hold(f"{said}\nQUIT\n")) == ["220", code, "221"]


async def test_a_recipient_that_is_none_is_refused_and_the_others_stand(talk):
    start = "MAIL FROM:<a@x.example>\nRCPT TO:<b@y.example>\nRCPT TO:<no one@y>\nRCPT TO:<c@y.example> X=1\n"
    replies = await talk.hold(start + "DATA\nSubject: x\n\n.\nQUIT\n")
    assert codes(replies) == ["220", "250", "250", "553", "555", "354", "250", "221"]
    assert talk.queued[0][1] == ("b@y.example",)


async def test_a_name_without_a_domain_is_you(talk):
    await talk.hold("MAIL FROM:<root>\nRCPT TO:<hanako>\nDATA\n\n.\nQUIT\n")
    assert talk.queued[0][:2] == ("me@example.jp", ("me@example.jp",))


async def test_rset_forgets_the_envelope(talk):
    replies = await talk.hold("MAIL FROM:<a@x.example>\nRCPT TO:<b@y.example>\nRSET\nDATA\nQUIT\n")
    assert codes(replies)[-2:] == ["503", "221"]


async def test_there_are_at_most_a_thousand_recipients(talk):
    many = "".join(f"RCPT TO:<a{n}@x.example>\n" for n in range(MOST_RECIPIENTS + 1))
    assert codes(await talk.hold(f"MAIL FROM:<a@x.example>\n{many}QUIT\n"))[-2:] == ["452", "221"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DraftError("Not queued: the rule “none to rivals”."), "554"),
        (OutboxError("The disk is full."), "451"),
    ],
)
async def test_what_can_t_be_queued_is_refused_for_good_or_for_now_in_words(talk, error, code):
    replies = await talk.hold(FROM_ALPINE, error)
    assert codes(replies)[-2:] == [code, "221"]
    assert str(error) in replies[-2]


async def test_a_message_that_is_too_large_is_refused_and_the_next_one_is_not(talk):
    small = FROM_ALPINE.removeprefix("EHLO box\n")
    large = small.replace("At noon?", "x" * 1_001).removesuffix("QUIT\n")
    replies = await talk.hold(large + small)
    assert [code for code in codes(replies) if code in ("552", "354")] == ["354", "552", "354"]
    assert len(talk.queued) == 1


async def test_a_long_line_with_a_dot_where_it_is_cut_stays_as_it_is(talk):
    long = b"x" * 65_536 + b".\r\n" + b"y" * 65_535 + b"\r\n"
    head = b"MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\n\r\n"
    await talk.hold(head + long + b".\r\nQUIT\r\n", largest=1_000_000)
    assert talk.queued[0][2] == b"\r\n" + long


@pytest.mark.parametrize("end", ["", "\n.", ".\r"])
async def test_a_message_that_is_cut_off_is_not_queued(talk, end):
    await talk.hold("MAIL FROM:<a@x.example>\nRCPT TO:<b@y.example>\nDATA\nSubject: x\n" + end)
    assert not talk.whole
    assert talk.queued == []


async def test_an_end_without_quit_is_an_end(talk):
    await talk.hold("EHLO box\nMAIL FROM:<a@x.example>\nRCPT TO:<b@y")
    assert talk.whole


async def test_the_library_that_everybody_uses_is_understood(talk):
    """Its words, as one conversation, with a body that begins each line with a dot."""
    said = io.BytesIO()
    body = smtplib._quote_periods(smtplib._fix_eols("Subject: x\n\n.\n..\n...\n").encode())
    said.write(b"ehlo [127.0.0.1]\r\nmail FROM:<a@x.example> size=30\r\nrcpt TO:<b@y.example>\r\ndata\r\n")
    said.write(body + b".\r\nquit\r\n")
    assert codes(await talk.hold(said.getvalue()))[-2:] == ["250", "221"]
    assert talk.queued[0][2] == b"Subject: x\r\n\r\n.\r\n..\r\n...\r\n"


WORDS = [
    "EHLO x",
    "HELO x",
    "MAIL FROM:<a@x.example>",
    "MAIL FROM:<>",
    "RCPT TO:<b@y.example>",
    "RCPT TO:<b@",
]
WORDS += [
    "DATA",
    ".",
    "..",
    "",
    "Subject: x",
    "RSET",
    "NOOP",
    "QUIT",
    "VRFY b",
    "mail from:<",
    "\x00\xff",
    "DATA x",
]


@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from(["\n", "\r\n"]), st.binary(max_size=20))
def test_whatever_is_said_each_message_that_is_queued_was_promised(words, end, rest):
    """No order of commands ends it with an error, and what was queued is what was answered with 250."""
    talk = Talk()
    said = "".join(f"{word}{end}" for word in words).encode("latin-1") + rest
    replies = asyncio.run(talk.hold(said))
    assert replies[0].startswith("220 ")
    assert len(talk.queued) == sum("queued as" in reply for reply in replies)
    assert all(recipients == ("b@y.example",) * len(recipients) for _, recipients, _ in talk.queued)
