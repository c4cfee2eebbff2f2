from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mail.folder.query import EVERYTHING, OPERATORS, Query, Term, parse
from tuimail.mail.letter.envelope import Flag

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=TOKYO).timestamp()


def terms(text: str) -> tuple[Term, ...]:
    return parse(text, NOW, "Asia/Tokyo").terms


def day(year: int, month: int, number: int) -> float:
    return datetime(year, month, number, tzinfo=TOKYO).timestamp()


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("budget ", (Term("", "budget"),)),
        ("budget", (Term("", "budget", prefix=True),)),
        ("budget rev", (Term("", "budget"), Term("", "rev", prefix=True))),
        ("bud* rev ", (Term("", "bud", prefix=True), Term("", "rev"))),
        ('"draft attached"', (Term("", "draft attached"),)),
        ('"draft att', (Term("", "draft att", prefix=True),)),
        ("-budget", (Term("", "budget", unwanted=True),)),
        ('-"draft attached" x ', (Term("", "draft attached", unwanted=True), Term("", "x"))),
        ("from:anna ", (Term("from", "anna"),)),
        ("From:Anna ", (Term("from", "Anna"),)),
        ("from:an", (Term("from", "an", prefix=True),)),
        ('from:"Anna Berg" ', (Term("from", "Anna Berg"),)),
        ("-from:ci ", (Term("from", "ci", unwanted=True),)),
        (
            "to:a cc:b subject:c body:d ",
            (Term("to", "a"), Term("cc", "b"), Term("subject", "c"), Term("body", "d")),
        ),
        ("in:archive ", (Term("in", "archive"),)),
        ("in:arch", (Term("in", "arch", prefix=True),)),
        ("account:work label:todo ", (Term("account", "work"), Term("label", "todo"))),
        ("has:attachment", (Term("has", "attachment"),)),
        ("-has:file", (Term("has", "attachment", unwanted=True),)),
        ("is:unread", (Term("is", Flag.SEEN, unwanted=True),)),
        ("-is:unread", (Term("is", Flag.SEEN),)),
        ("is:read", (Term("is", Flag.SEEN),)),
        ("is:flagged is:answered", (Term("is", Flag.FLAGGED), Term("is", Flag.ANSWERED))),
        ("https://example.com/a ", (Term("", "https://example.com/a"),)),
        ("12:30 ", (Term("", "12:30"),)),
        ("re:plan ", (Term("", "re:plan"),)),
        ("from:a:b ", (Term("from", "a:b"),)),
        ("会議 日程", (Term("", "会議"), Term("", "日程", prefix=True))),
        ("from：太郎　会議 ", (Term("from", "太郎"), Term("", "会議"))),
        ("－会議 ", (Term("", "会議", unwanted=True),)),
        ("“会議 日程”", (Term("", "会議 日程"),)),
        ("anna@example.org ", (Term("", "anna@example.org"),)),
        ("don't ", (Term("", "don't"),)),
    ],
)
def test_a_query_is_read_as_it_is_meant(typed, asked):
    assert terms(typed) == asked


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("typed", ["{}:", "-{}:", '{}:"', '{}:""', "{}: "])
def test_an_operator_that_asks_nothing_yet_is_no_condition(operator, typed):
    assert terms(typed.format(operator)) == ()
    assert terms("budget " + typed.format(operator))[0].value == "budget"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "-",
        "--",
        '"',
        '""',
        "*",
        "_",
        "!?",
        "is:",
        "is:unr",
        "has:att",
        "before:",
        "larger:x",
        "after:xx",
    ],
)
def test_what_is_half_typed_asks_for_everything(typed):
    assert terms(typed) == EVERYTHING.terms


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("2026-11-01", day(2026, 11, 1)),
        ("2026/11/1", day(2026, 11, 1)),
        ("2026.11.01", day(2026, 11, 1)),
        ("2026-11", day(2026, 11, 1)),
        ("2026", day(2026, 1, 1)),
        ("2026年11月1日", day(2026, 11, 1)),
        ("2026年11月", day(2026, 11, 1)),
        ("２０２６－１１", day(2026, 11, 1)),
        ("today", day(2026, 11, 22)),
        ("今日", day(2026, 11, 22)),
        ("Yesterday", day(2026, 11, 21)),
        ("昨日", day(2026, 11, 21)),
        ("一昨日", day(2026, 11, 20)),
        ("7d", day(2026, 11, 15)),
        ("2w", day(2026, 11, 8)),
        ("3m", day(2026, 8, 22)),
        ("1y", day(2025, 11, 22)),
        ("3日前", day(2026, 11, 19)),
        ("先週", day(2026, 11, 9)),
        ('"last week"', day(2026, 11, 9)),
        ("今週", day(2026, 11, 16)),
        ("先月", day(2026, 10, 1)),
        ("今月", day(2026, 11, 1)),
        ("去年", day(2025, 1, 1)),
    ],
)
def test_dates_are_the_days_of_ones_own_calendar(words, begins):
    assert [term.number for term in terms(f"after:{words} before:{words}")] == [begins, begins]


@pytest.mark.parametrize("words", ["2026-13", "2026-02-30", "0000", "99999d", "9999y", "someday", "1"])
def test_what_is_no_date_is_no_condition(words):
    assert terms(f"after:{words}") == ()


def test_three_months_before_the_end_of_may_is_the_end_of_february():
    at = datetime(2026, 5, 31, 12, tzinfo=TOKYO).timestamp()
    assert parse("after:3m", at, "Asia/Tokyo").terms[0].number == day(2026, 2, 28)


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("500", 500),
        ("500k", 500_000),
        ("1M", 1e6),
        ("1.5mb", 1.5e6),
        ("2G", 2e9),
        ("１Ｍ", 1e6),
        ("1KiB", 1_000),
    ],
)
def test_sizes_are_counted_in_thousands(words, size):
    assert [term.number for term in terms(f"larger:{words} smaller:{words}")] == [size, size]


def test_the_text_is_kept_as_typed():
    assert parse("  from:  ") == Query("from:", ())


def test_only_some_queries_take_the_text_of_a_message():
    assert parse("budget").asks_text
    assert parse("body:x").asks_text
    assert not parse("from:anna is:unread").asks_text


@settings(deadline=None)
@given(st.text(max_size=60))
def test_nothing_that_can_be_typed_raises(text):
    assert isinstance(parse(text, NOW, "Asia/Tokyo"), Query)


@settings(deadline=None)
@given(st.text(alphabet='fromtiscbae:-"“*　：昨日今 27dwm.会', max_size=30))
def test_every_step_of_typing_is_read(text):
    for end in range(len(text)):
        for term in parse(text[:end], NOW, "Asia/Tokyo").terms:
            assert term.value or term.number
