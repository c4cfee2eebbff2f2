"""Reading what an IMAP server answers, true or not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.backends.imap import answer as imap_answer
from tuimail.backends.imap import fetched as imap_fetched

words = st.sampled_from(
    [b"1 ", b"1 FETCH (", b"VANISHED ", b"ESEARCH ", b"ALL ", b"1:", b",", b"OK [", b"]", b"SEARCH ",
     b"BODY[", b"MODSEQ (", b"X-GM-LABELS (", b"(EARLIER) ", b"EXISTS", b"(", b")", b"UID ", b"FLAGS (",
     b"\\Seen", b" 5", b"4294967296", b'"', b"\\", b"{3}", b"NIL", b"LIST ", b"INTERNALDATE ",
     b'"31-Feb-0000 99:99:99 +9999"', b"RFC822.SIZE ", b"9" * 20, b"\xff\x00"]
)  # fmt: skip
lines = st.lists(words).map(b"".join)
answers = st.lists(lines | st.tuples(lines.map(lambda line: line + b"{9}\r\n"), st.binary(), lines))


@given(answers)
def test_no_answer_raises_or_names_a_message_that_cannot_be(data):
    list(imap_answer.listed(data))
    imap_answer.statuses(data)
    imap_answer.words(data)
    for code in imap_answer.codes(data).values():
        imap_answer.copied(code)
    assert imap_answer.total(data, 3) >= 0
    ends = [end for each in imap_answer.vanished(data) for end in each]
    named = [each.uid for each in imap_fetched.fetched(data)]
    for uid in (*imap_answer.uids(data), *ends, *named, *imap_fetched.flags(data)):
        assert 0 < uid < 2**32


def test_a_long_answer_full_of_openings_takes_no_time():
    begun = time.monotonic()
    openings = (
        b"(",
        b"FLAGS (",
        b'"',
        b'INTERNALDATE "',
        b"\\",
        b"UID ",
        b'\\"',
        b'FLAGS (" ',
        b"BODY[",
        b'"a" ',
        b"1,",
    )
    for opening in openings:
        for start in (
            b"",
            b"1 FETCH (",
            b'1 FETCH ("',
            b"LIST (",
            b'LIST () "/" "',
            b"STATUS ",
            b"VANISHED 1",
        ):
            data = [start + opening * (100_000 // len(opening))]
            list(imap_fetched.fetched(data))
            list(imap_answer.listed(data))
            imap_fetched.flags(data)
            imap_answer.statuses(data)
            imap_answer.vanished(data)
            imap_answer.codes(data)
    assert time.monotonic() - begun < 2


def fetched(line: bytes):
    return next(iter(imap_fetched.fetched([b"1 FETCH " + line])))


def test_dates_are_read_whatever_the_zone():
    said = b'(UID 1 INTERNALDATE "%b" RFC822.SIZE 3)'
    dates = [b" 1-Jan-1970 09:00:10 +0900", b"01-jan-1970 00:00:10 -0000", b"31-Dec-1969 19:00:10 -0500"]
    assert [fetched(said % date).received for date in dates] == [10.0] * 3


def test_flags_come_in_the_case_that_the_rfc_has():
    found = fetched(b"(FLAGS (\\SEEN \\recent $forwarded Custom) UID 3)")
    assert found.flags == frozenset({"\\Seen", "$Forwarded", "Custom"})


@pytest.mark.parametrize(
    "line",
    [
        b"(UID 3 FLAGS (\\Seen))",
        b"(FLAGS (\\Seen) UID 3)",
        b"(UID 3 FLAGS (\\Seen) MODSEQ (9))",
        b"(MODSEQ (0) FLAGS (\\Seen) UID 3)",
        b"(MODSEQ (18446744073709551615) UID 3 FLAGS (\\Seen) X-GM-MSGID 7)",
        b'(UID 3 ANNOTATION (/comment (value.priv "UID 4 FLAGS (x)")) FLAGS (\\Seen))',
    ],
)
def test_flags_are_read_in_any_order(line):
    assert imap_fetched.flags([b"1 FETCH " + line]) == {3: frozenset({"\\Seen"})}


@pytest.mark.parametrize(
    ("said", "body"), [(b'"UID 9 \\"x\\" "', b'UID 9 "x" '), (b"NIL", b""), (b'""', b"")]
)
def test_a_body_in_quotes_or_none_at_all_is_a_body(said, body):
    found = fetched(b"(UID 3 RFC822.SIZE 12 BODY[HEADER.FIELDS (SUBJECT)] %b)" % said)
    assert (found.uid, found.size, found.text) == (3, 12, body)


def test_labels_are_read_in_quotes_bare_and_as_literals():
    answer = (
        b'1 FETCH (X-GM-LABELS ("\\\\Inbox" foo {5}\r\n',
        b'a"b)(',
        b") UID 3 X-GM-THRID 99 BODY[] {2}\r\n",
        b"hi",
        b")",
    )
    (found,) = imap_fetched.fetched([answer])
    assert (found.uid, found.thread, found.text) == (3, 99, b"hi")
    assert found.labels == (b"\\Inbox", b"foo", b'a"b)(')


def test_an_unsorted_search_answer_in_pieces_is_put_in_order():
    assert imap_answer.uids([b"SEARCH 9 3", b"SEARCH", b"SEARCH 5 3 (MODSEQ 7)"]) == (3, 5, 9)
    assert imap_answer.uids([b'ESEARCH (TAG "A1") UID ALL 9,2:4 MODSEQ 1']) == (2, 3, 4, 9)


def test_what_vanished_earlier_is_kept_apart_from_what_vanishes_now():
    assert imap_answer.vanished([b"VANISHED 5", b"VANISHED (EARLIER) 9:7,1,0,x"]) == [(7, 9), (1, 1)]


def test_where_messages_were_copied_is_read_in_the_order_that_is_given():
    assert imap_answer.copied(b"7 1:2,9 5:6,4") == (7, {1: 5, 2: 6, 9: 4})
    assert imap_answer.copied(b"7 1:2 5") == imap_answer.copied(b"7 1") == (0, {})
