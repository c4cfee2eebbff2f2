"""Reading what an IMAP server answers, true or not."""

import time

from hypothesis import given
from hypothesis import strategies as st

from tuimail.backends import imap_answer

words = st.sampled_from(
    [b"1 ", b"(", b")", b"UID ", b"FLAGS (", b"\\Seen", b" 5", b"4294967296", b'"', b"\\", b"{3}", b"NIL",
     b"LIST ", b"INTERNALDATE ", b'"31-Feb-0000 99:99:99 +9999"', b"RFC822.SIZE ", b"9" * 20, b"\xff\x00"]
)  # fmt: skip
lines = st.lists(words).map(b"".join)
answers = st.lists(lines | st.tuples(lines.map(lambda line: line + b"{9}"), st.binary()) | st.none())


@given(answers)
def test_no_answer_raises_or_names_a_message_that_cannot_be(data):
    list(imap_answer.listed(data))
    imap_answer.counts(data)
    imap_answer.words(data)
    for uid in (*imap_answer.uids(data), *(each.uid for each in imap_answer.fetched(data))):
        assert 0 < uid < 2**32


def test_a_long_answer_full_of_openings_takes_no_time():
    begun = time.monotonic()
    for opening in (b"(", b"FLAGS (", b'"', b'INTERNALDATE "', b"\\", b"UID "):
        data = [opening * (1_000_000 // len(opening))]
        list(imap_answer.fetched(data))
        list(imap_answer.listed(data))
        imap_answer.counts(data)
    assert time.monotonic() - begun < 2


def test_dates_are_read_whatever_the_zone():
    said = b'1 (UID 1 INTERNALDATE "%b" RFC822.SIZE 3)'
    dates = [b" 1-Jan-1970 09:00:10 +0900", b"01-jan-1970 00:00:10 -0000", b"31-Dec-1969 19:00:10 -0500"]
    assert [each.received for each in imap_answer.fetched([said % date for date in dates])] == [10.0] * 3


def test_flags_come_in_the_case_that_the_rfc_has():
    (found,) = imap_answer.fetched([b"1 (FLAGS (\\SEEN \\recent $forwarded Custom) UID 3)"])
    assert found.flags == frozenset({"\\Seen", "$Forwarded", "Custom"})


def test_an_unsorted_search_answer_in_pieces_is_put_in_order():
    assert imap_answer.uids([b"9 3", b"", b"5 3 (MODSEQ 7)"]) == (3, 5, 9)


def test_where_a_message_was_filed_is_read_from_the_answer():
    assert imap_answer.filed(b"[APPENDUID 38505 3955] done") == "38505.3955"
    assert imap_answer.filed(b"done") == ""
