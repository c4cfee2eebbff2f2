"""A letter as rows: what stands above the text, in it and below it."""

from datetime import timedelta, timezone

import pytest

from tuimail.mail.letter.parse import parse
from tuimail.ui.format.cells import Tone, row_len
from tuimail.ui.format.letter import letter_rows

EVENT = """BEGIN:VCALENDAR
METHOD:{method}
BEGIN:VEVENT
UID:u
SUMMARY:キックオフ
DTSTART;TZID=Asia/Tokyo:20261120T100000
DTEND;TZID=Asia/Tokyo:20261120T110000
LOCATION:Room 5
ORGANIZER;CN=Boss:mailto:boss@x.example
{more}END:VEVENT
END:VCALENDAR
"""


def shown(raw, width=80, folded=False):
    rows = list(letter_rows(parse(raw.encode()), width, folded=folded))
    assert all(row_len(row) <= width for row in rows)
    return ["".join(piece.text for piece in row).rstrip() for row in rows]


def event(method="REQUEST", more=""):
    head = "Subject: s\nContent-Type: text/calendar; charset=utf-8\n\n"
    return "\n".join(shown(head + EVENT.format(method=method, more=more)))


def test_a_folded_quote_is_one_line_that_says_how_long_it_is():
    raw = "Subject: s\n\nyes\n" + "> old\n" * 34
    assert " ▸ 34 quoted lines" in shown(raw, folded=True)
    assert shown(raw).count(" > old") == 34


def test_the_rows_of_a_long_quoted_line_keep_its_marks():
    rows = shown("Subject: s\n\n>> " + "word " * 40, width=40)
    assert sum(row.startswith(" >> word") for row in rows) == 6


def test_a_link_is_listed_with_its_host_first_and_then_all_of_it():
    rows = shown("Subject: s\n\nsee https://a.example/x?y=1 now")
    assert " see https://a.example/x?y=1 [1] now" in rows
    at = rows.index(" Links")
    assert rows[at + 1 :] == [" [1]   a.example", "       https://a.example/x?y=1"]


def test_a_link_that_says_another_host_is_marked_in_words():
    html = '<a href="https://evil.example/x">https://bank.example/</a>'
    rows = shown(f"Content-Type: text/html\n\n{html}")
    assert "       ! says bank.example, goes to evil.example" in rows


def test_a_host_in_other_letters_is_listed_both_ways():
    rows = shown("Content-Type: text/html; charset=utf-8\n\n<a href='http://例え.テスト/'>x</a>")
    assert " [1]   xn--r8jz45g.xn--zckzah (例え.テスト)" in rows


def test_doubts_about_the_sender_stand_above_the_text():
    rows = shown('From: "boss@corp.example" <evil@x.example>\nSubject: s\n\nhello')
    assert rows.index(" hello") > next(n for n, row in enumerate(rows) if row.startswith(" ! "))


def test_the_list_and_who_would_learn_that_one_leaves_it_are_shown():
    rows = shown("List-Id: <l.example>\nList-Unsubscribe: <https://out.example/u>\nSubject: s\n\nx")
    assert " List     l.example · unsubscribe at out.example" in rows


def test_an_invitation_is_told_in_a_few_lines_above_the_text():
    text = event()
    for words in (
        " Event    Invitation: キックオフ",
        " When     Fri 20 Nov 2026 10:00–11:00 +0900 (Asia/Tokyo)",
        " Where    Room 5",
        " By       Boss <boss@x.example>",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("CANCEL", "Cancelled: "),
        ("REPLY", "Answer: "),
        ("COUNTER", "Another time is proposed: "),
        ("X", "X: "),
    ],
)
def test_what_became_of_an_event_is_a_word(method, words):
    assert f" Event    {words}キックオフ" in event(method)


def test_few_guests_are_named_and_of_many_the_answers_are_counted():
    few = "ATTENDEE;CN=Dana;PARTSTAT=ACCEPTED:mailto:d@x.example\n"
    assert " Guests   Dana accepted" in event(more=few)
    many = few * 3 + "ATTENDEE:mailto:e@x.example\n" * 3
    assert " Guests   6 invited, 3 accepted" in event(more=many)


def test_where_it_is_another_hour_both_are_told():
    from tuimail.ui.format.invitation import invitation_rows

    letter = parse(f"Content-Type: text/calendar\n\n{EVENT.format(method='REQUEST', more='')}".encode())
    berlin = timezone(timedelta(hours=1))
    rows = list(invitation_rows(letter.invitation, 100, berlin))
    assert "· here 02:00–03:00" in rows[2][1].text


def test_the_signature_recedes():
    rows = list(letter_rows(parse(b"Subject: s\n\nhi\n-- \nme"), 80))
    assert {piece.text: piece.tone for row in rows for piece in row}[" me"] is Tone.MUTED


def test_a_text_of_a_megabyte_begins_at_once():
    from itertools import islice
    from time import thread_time

    letter = parse(b"Subject: s\n\n" + b"> word word word\nword word https://a.example/\n" * 25_000)
    begun = thread_time()
    assert len(list(islice(letter_rows(letter, 80), 200))) == 200
    assert thread_time() - begun < 1


@pytest.mark.parametrize("name", ["Disposition-Notification-To", "Return-Receipt-To", "X-Confirm-Reading-To"])
def test_a_wish_for_a_receipt_is_one_muted_line(name):
    raw = f"From: bo@x.example\n{name}: bo@x.example\nSubject: s\n\nhello\n"
    assert [row for row in shown(raw) if "Receipt" in row] == [" Receipt  asked for; none is sent from here"]
    rows = letter_rows(parse(raw.encode()), 80)
    (row,) = (row for row in rows if row and "none is sent from" in row[-1].text)
    assert {piece.tone for piece in row} == {Tone.MUTED}
    assert "Receipt" not in "".join(shown("Subject: s\n\nhello\n"))


ASKED_BACK = [
    ("X-MS-Exchange-RecallReportGenerated: true\nSubject: Recall: Q3\n", "recall request from"),
    ("X-MS-TrafficTypeDiagnostic: X:EE_MessageRecallEmail\nSubject: Q3\n", "recall request from"),
    ("Content-Class: IPM.Outlook.Recall\nSubject: Q3\n", "recall request from"),
    ("Subject: Recall: Q3\n", "reads like a recall request from"),
]


@pytest.mark.parametrize(("head", "words"), ASKED_BACK)
def test_a_request_to_give_a_mail_back_is_labelled_and_no_more(head, words):
    rows = shown(f"From: Bo <bo@x.example>\n{head}\nhello\n")
    assert f" Recall   {words} Bo <bo@x.example>; nothing was done" in rows


@pytest.mark.parametrize(
    "head", ["Subject: Total recall\n", "Subject: Message Recall Report: Q3\n", "Subject: s\n"]
)
def test_other_mail_has_no_such_label(head):
    assert "nothing was done" not in "\n".join(shown(f"From: bo@x.example\n{head}\nhello\n"))


def test_what_was_asked_about_a_mail_of_ones_own_takes_that_line():
    rows = list(
        letter_rows(
            parse(b"From: me@x.example\nSubject: Recall: Q3\n\nhello\n"), 80, recall="requested 10:02"
        )
    )
    told = ["".join(piece.text for piece in row).rstrip() for row in rows]
    assert " Recall   requested 10:02" in told
    assert "nothing was done" not in "\n".join(told)
