import time

from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.scan import envelope

REF = Ref("work", "INBOX", "1.2")
HEAD = (
    b"Received: from x\r\n\tby y\r\n"
    b"From: =?UTF-8?B?6Yi05pyo?= <suzuki@client.example>\r\n"
    b'To: Dana <dana@example.jp>,\r\n "Tanaka, H" <tanaka@example.jp>\r\n'
    b"Cc: list@example.jp\r\n"
    b"Subject: =?UTF-8?B?6KaL56mN?=\r\n =?UTF-8?B?5pu4?=\r\n"
    b"Message-ID: <2@client.example>\r\nIn-Reply-To: <1@example.jp>\r\n"
    b"References: <0@example.jp>\r\n <1@example.jp>\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
)


def scan(head):
    return envelope(REF, head, 12.5, 345, frozenset({"\\Seen"}))


def test_an_envelope_has_what_a_list_shows():
    found = scan(HEAD)
    assert found.sender == Address("suzuki@client.example", "鈴木")
    assert found.to == (Address("dana@example.jp", "Dana"), Address("tanaka@example.jp", "Tanaka, H"))
    assert found.cc == (Address("list@example.jp"),)
    assert found.subject == "見積書"
    assert (found.message_id, found.in_reply_to) == ("<2@client.example>", "<1@example.jp>")
    assert found.references == ("<0@example.jp>", "<1@example.jp>")
    assert (found.received, found.size, found.seen, found.attached) == (12.5, 345, True, True)


def test_what_follows_the_header_is_not_read():
    assert scan(b"From: a@b\n\nSubject: no\n").subject == ""


def test_row_88_of_doubled_fields_the_first_counts():
    assert scan(b"Subject: one\nSubject: two\n\n").subject == "one"


def test_a_sender_without_an_address_is_shown_as_it_stands():
    assert scan(b"From: MAILER-DAEMON\n\n").sender == Address("", "MAILER-DAEMON")


def test_row_83_the_ids_of_exchange_are_kept():
    assert scan(b"Message-ID: <[ABC==@microsoft.com]>\n\n").message_id == "<[ABC==@microsoft.com]>"


def test_row_90_huge_heads_take_no_time():
    begun = time.thread_time()
    scan(b"X-A: b\r\n" * 300_000)
    scan(b"Subject: " + b"a" * 10_000_000)
    scan(b"To: a" + b"\r\n b" * 100_000)
    assert time.thread_time() - begun < 1


@given(st.binary(max_size=300), st.integers(0, len(HEAD)))
def test_nothing_makes_it_raise(data, at):
    scan(data)
    scan(HEAD[:at] + data + HEAD[at:])
