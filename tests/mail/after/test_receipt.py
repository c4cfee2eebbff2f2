"""Receipts as servers and programs write them, and as enemies do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mail.after.receipt import Fate, parse

MDN = b"""From: Aiko <aiko@example.jp>
To: me@example.jp
Subject: Read: Q3
Date: Fri, 15 Jan 2027 08:00:00 +0000
In-Reply-To: <thread@example.jp>
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b
Content-Type: text/plain

Your message was read.
--b
Content-Type: message/disposition-notification

Reporting-UA: somewhere; program
Original-Recipient: rfc822;Aiko@Example.jp
Final-Recipient: RFC822; alias@example.jp
Original-Message-ID: <q3@example.jp>
Disposition: manual-action/MDN-sent-manually; displayed

--b--
""".replace(b"\n", b"\r\n")
READ_AT = 1_800_000_000.0
RECEIVED = READ_AT + 60

DSN = b"""From: Mail Delivery System <MAILER-DAEMON@mx.example.jp>
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp
Arrival-Date: Fri, 15 Jan 2027 07:59:00 +0000

Final-Recipient: rfc822; ken@example.jp
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ken@example.jp>: no such user

Original-Recipient: rfc822;mai@example.jp
Final-Recipient: rfc822; mai@inner.example.jp
Action: delayed
Status: 4.4.1

Final-Recipient: rfc822; aiko@example.jp
Action: relayed
Status: 2.0.0
--b
Content-Type: text/rfc822-headers

From: me@example.jp
Message-ID: <q3@example.jp>
Subject: Q3
--b--
"""


def test_a_disposition_says_that_it_was_read_by_whom_and_when():
    told = parse(MDN, RECEIVED)
    (one,) = told.receipts
    assert told.names == ("<q3@example.jp>", "<thread@example.jp>")
    assert (one.message_id, one.spec, one.fate) == ("<q3@example.jp>", "Aiko@Example.jp", Fate.READ)
    assert one.at == READ_AT
    assert "displayed" in one.text


@pytest.mark.parametrize(
    ("kind", "fate"),
    [(b"deleted", Fate.DELETED), (b"displayed/failed", Fate.READ), (b"processed", Fate.DELIVERED)],
)
def test_other_dispositions(kind, fate):
    assert parse(MDN.replace(b"displayed", kind), RECEIVED).receipts[0].fate is fate


def test_a_disposition_that_says_nothing_known_is_no_receipt():
    assert parse(MDN.replace(b"; displayed", b"; failed"), RECEIVED) is None


def test_a_time_after_it_came_is_not_believed():
    assert parse(MDN, READ_AT - 500).receipts[0].at == READ_AT - 500


def test_without_a_recipient_it_is_whoever_wrote_it():
    bare = b"\r\n".join(row for row in MDN.split(b"\r\n") if b"-Recipient" not in row)
    assert parse(bare, RECEIVED).receipts[0].spec == "aiko@example.jp"


def test_a_server_tells_of_each_recipient_in_its_own_words():
    told = parse(DSN, RECEIVED)
    assert told.names == ("<q3@example.jp>",)
    assert [(one.spec, one.fate, one.text) for one in told.receipts] == [
        ("ken@example.jp", Fate.FAILED, "550 5.1.1 <ken@example.jp>: no such user"),
        ("mai@example.jp", Fate.DELAYED, "4.4.1"),
        ("aiko@example.jp", Fate.DELIVERED, "2.0.0"),
    ]


def test_the_whole_message_may_be_returned_instead_of_its_header():
    whole = DSN.replace(b"text/rfc822-headers", b"message/rfc822")
    assert parse(whole, RECEIVED).names == ("<q3@example.jp>",)


def test_everyday_mail_is_no_receipt():
    assert parse(b"Subject: hi\r\nIn-Reply-To: <q3@example.jp>\r\n\r\nAction: failed\r\n", RECEIVED) is None
    assert parse(b"", RECEIVED) is None


def test_what_a_server_says_can_do_nothing_to_a_screen():
    evil = DSN.replace(b"no such user", b"\x1b[2J\x9b31m\xe2\x80\xaeuser")
    text = parse(evil, RECEIVED).receipts[0].text
    assert not set("\x1b\x9b\u202e") & set(text)


def test_an_address_with_blanks_or_controls_is_none():
    told = parse(DSN.replace(b"ken@example.jp\nAction", b"ken @exa\x1bmple.jp\nAction"), RECEIVED)
    assert [one.spec for one in told.receipts] == ["mai@example.jp", "aiko@example.jp"]


def test_ten_thousand_recipients_are_cut_at_a_bound():
    block = b"\nFinal-Recipient: rfc822; x@y\nAction: failed\n"
    head, _, tail = DSN.partition(b"\nFinal-Recipient")
    told = parse(head + block * 10_000 + b"--b--\n" + tail[-1:], RECEIVED)
    assert len(told.receipts) <= 500


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(DSN)), st.integers(0, len(DSN)), st.binary(max_size=40), st.booleans())
def test_nothing_torn_or_overwritten_raises(start, end, junk, mdn):
    base = MDN if mdn else DSN
    told = parse(base[:start] + junk + base[end:], RECEIVED)
    assert told is None or all("@" in one.spec for one in told.receipts)
