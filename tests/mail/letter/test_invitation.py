import email
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.compose import draft_of, freeze
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.invitation import BYTES_LIMIT, REPLY_TYPE, Answer, read, reply
from tuimail.mail.letter.parse import files, parse
from tuimail.mail.letter.submission import Stamp

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "icalendar"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ME = Address("hanako@example.jp", '山田 "花" 花子')


def calendar(*rows, method="REQUEST"):
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT"]
    usual = [
        "UID:u-1@x",
        "SEQUENCE:3",
        "SUMMARY:Kick-off\\, part 1",
        "ORGANIZER;CN=Boss:mailto:boss@x.example",
    ]
    usual += ["DTSTART;TZID=Asia/Tokyo:20261120T100000", "DTEND;TZID=Asia/Tokyo:20261120T110000"]
    return "\r\n".join([*head, *usual, *rows, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def test_an_invitation_says_what_when_where_and_who():
    found = read(calendar("LOCATION:Room 5", "ATTENDEE;PARTSTAT=ACCEPTED;CN=Dana:MAILTO:dana@x.example"))
    assert (found.method, found.uid, found.sequence) == ("REQUEST", "u-1@x", 3)
    assert (found.summary, found.where, found.zone) == ("Kick-off, part 1", "Room 5", "Asia/Tokyo")
    assert found.start == datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert found.start.utcoffset().total_seconds() == 9 * 3600
    assert found.organizer == Address("boss@x.example", "Boss")
    assert [(one.address.spec, one.answer) for one in found.attendees] == [("dana@x.example", "ACCEPTED")]
    assert found.asks


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=TU,TH", "every week on Tue, Thu"),
        ("FREQ=DAILY;COUNT=10", "every day, 10 times"),
        ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20270101T000000Z", "every 2 weeks, until 2027-01-01"),
        ("FREQ=MONTHLY;BYDAY=2TU", "again and again, by a rule too long for these lines"),
        ("FREQ=YEARLY;BYMONTH=3", "again and again, by a rule too long for these lines"),
    ],
)
def test_simple_recurrences_are_told_in_words(rule, words):
    assert read(calendar(f"RRULE:{rule}")).repeats == words


def test_whole_days_are_dates():
    data = calendar().replace(b";TZID=Asia/Tokyo:20261120T100000", b";VALUE=DATE:20261120")
    assert read(data).start == date(2026, 11, 20)


def test_a_duration_is_an_end():
    data = calendar("DURATION:PT90M").replace(b"DTEND;TZID=Asia/Tokyo:20261120T110000\r\n", b"")
    assert read(data).end == datetime(2026, 11, 20, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("method", ["CANCEL", "REPLY", "COUNTER", "PUBLISH"])
def test_only_a_request_asks_for_an_answer(method):
    assert not read(calendar(method=method)).asks


def test_escapes_in_an_invitation_are_harmless():
    found = read(
        calendar("LOCATION:\x1b]0;x\x07", "COMMENT:\x1b[31mred", "ATTENDEE;CN=\x1b:mailto:a@b.example")
    )
    assert found is None or "\x1b" not in f"{found.where}{found.comment}{found.attendees}"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"junk",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR",
        calendar() + b" " * BYTES_LIMIT,
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 50_000,
        calendar("RRULE:FREQ=SECONDLY"),
        b"\0" * 1000,
    ],
    ids=["empty", "junk", "no event", "cut", "long", "deep", "ticking", "nul"],
)
def test_what_can_not_be_read_is_refused(data):
    begun = time.thread_time()
    assert read(data) is None
    assert time.thread_time() - begun < 1


def test_a_message_says_that_its_invitation_can_not_be_read():
    letter = parse(b"Content-Type: text/calendar\n\njunk")
    assert letter.invitation is None
    assert "The invitation can't be read; it is among the attachments." in letter.faults


@pytest.mark.parametrize("answer", list(Answer))
def test_an_answer_is_a_reply_with_only_us_in_it(answer):
    asked = read(calendar("RECURRENCE-ID;TZID=Asia/Tokyo:20261127T100000", "ATTENDEE:mailto:dana@x.example"))
    said = read(reply(asked, ME, answer, "fine;\nthanks, all", NOW))
    assert (said.method, said.uid, said.sequence) == ("REPLY", asked.uid, asked.sequence)
    assert [(one.address.spec, one.answer) for one in said.attendees] == [(ME.spec, answer.value)]
    assert said.organizer.spec == asked.organizer.spec
    assert (said.start, said.end, said.instance) == (asked.start, asked.end, asked.instance)
    assert said.comment == "fine;\nthanks, all"


def test_an_answer_has_short_lines_and_the_time_it_was_made():
    data = reply(read(calendar()), ME, Answer.ACCEPTED, "x" * 500, NOW)
    assert b"DTSTAMP:20261120T090000Z" in data
    assert max(map(len, data.split(b"\r\n"))) <= 75


def mailed(*more):
    data = reply(read(calendar()), ME, Answer.ACCEPTED, "見ました", NOW)
    answer = Attachment("invite.ics", REPLY_TYPE, len(data), data=data)
    draft = Draft(
        "d1", "work", to="boss@x.example", subject="Accepted", body="yes", attachments=(answer, *more)
    )
    return freeze(draft, ME, Stamp("<1@x>", "Fri, 20 Nov 2026 10:00:00 +0900", "token")).wire


def test_the_answer_stands_beside_the_text_as_imip_asks():
    message = email.message_from_bytes(mailed())
    assert message.get_content_type() == "multipart/alternative"
    text, answer = message.get_payload()
    assert (text.get_content_type(), answer.get_content_type()) == ("text/plain", "text/calendar")
    assert answer.get_param("method") == "REPLY"
    assert answer.get_param("charset") == "utf-8"
    assert read(answer.get_payload(decode=True)).comment == "見ました"


def test_a_file_beside_an_answer_is_below_both():
    message = email.message_from_bytes(mailed(Attachment("a.bin", "application/x-a", 1, data=b"x")))
    assert message.get_content_type() == "multipart/mixed"
    both, file = message.get_payload()
    assert [part.get_content_type() for part in both.get_payload()] == ["text/plain", "text/calendar"]
    assert file.get_filename() == "a.bin"


def test_an_answer_taken_up_from_a_draft_folder_is_still_one():
    wire = mailed()
    assert files(wire, parse(wire))[0].type == REPLY_TYPE
    again = freeze(replace(draft_of(wire, "d2", "work"), to="b@x.example"), ME, Stamp("<2@x>", "x", "t"))
    assert email.message_from_bytes(again.wire).get_content_type() == "multipart/alternative"


@pytest.mark.corpus
def test_every_calendar_of_the_corpus_is_read_or_refused_calmly():
    if not CORPUS.is_dir():
        pytest.skip("no mail corpus beside the project (../shared/corpus)")
    known = 0
    for path in CORPUS.glob("*.ics"):
        begun = time.thread_time()
        found = read(path.read_bytes())
        known += found is not None
        if found is not None:
            assert read(reply(found, ME, Answer.DECLINED, "", NOW)).uid == found.uid
        assert time.thread_time() - begun < 1, path
    assert known > 100
