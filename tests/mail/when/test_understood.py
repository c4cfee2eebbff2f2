"""What people type to say when a mail leaves, and what comes of it."""

import re
import time as clock
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.errors import ScheduleError
from tuimail.mail.when.calendar import Calendar
from tuimail.mail.when.understood import LONGEST, suggestions, understood

TOKYO, BERLIN, NEW_YORK = "Asia/Tokyo", "Europe/Berlin", "America/New_York"
JAPAN = Calendar("JP")
PLAIN = Calendar()
FRIDAY = "2026-11-20 10:00"


def at(text: str, zone: str = TOKYO) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def read(text: str, now: str = FRIDAY, zone: str = TOKYO, calendar: Calendar = JAPAN) -> str:
    """The wall clock that the words mean, as ISO to the minute."""
    found = understood(text, at(now, zone), zone, calendar).at
    return datetime.fromtimestamp(found, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def refusal(text: str, now: str = FRIDAY, zone: str = TOKYO) -> str:
    with pytest.raises(ScheduleError) as error:
        read(text, now, zone)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


ENGLISH = {
    "tomorrow 9am": "11-21 09:00",
    "Tomorrow, at 9 AM": "11-21 09:00",
    "tomorrow 9": "11-21 09:00",
    "tomorrow": "11-21 09:00",
    "day after tomorrow 14:30": "11-22 14:30",
    "in 2 hours": "11-20 12:00",
    "in 90 min": "11-20 11:30",
    "2h": "11-20 12:00",
    "30m": "11-20 10:30",
    "1h30m": "11-20 11:30",
    "in 1 day 3 h": "11-21 13:00",
    "in an hour": "11-20 11:00",
    "in half an hour": "11-20 10:30",
    "two weeks from now": "12-04 10:00",
    "in 3 days": "11-23 10:00",
    "in 3 days at 8:15": "11-23 08:15",
    "in 2 months": "2027-01-20 10:00",
    "monday 8:30": "11-23 08:30",
    "next monday": "11-23 09:00",
    "next week": "11-24 09:00",
    "this friday 16:00": "11-20 16:00",
    "next fri": "11-27 09:00",
    "fri 17:00": "11-20 17:00",
    "fri 9:00": "11-27 09:00",
    "wed at 5 p.m.": "11-25 17:00",
    "tonight": "11-20 20:00",
    "tonight at 8": "11-20 20:00",
    "8 in the evening": "11-20 20:00",
    "this afternoon": "11-20 13:00",
    "tomorrow morning": "11-21 09:00",
    "tomorrow evening": "11-21 18:00",
    "monday morning 8:30": "11-23 08:30",
    "noon": "11-20 12:00",
    "tomorrow noon": "11-21 12:00",
    "12am": "11-21 00:00",
    "12pm": "11-20 12:00",
    "9am": "11-21 09:00",
    "17:00": "11-20 17:00",
    "at 9 o'clock": "11-21 09:00",
    "2026-12-01 09:00": "12-01 09:00",
    "2026-12-01T09:00": "12-01 09:00",
    "2026/12/1": "12-01 09:00",
    "12/1 9:00": "12-01 09:00",
    "12/1/2027 9:00": "2027-12-01 09:00",
    "25/12 9:00": "12-25 09:00",
    "1/5 9:00": "2027-01-05 09:00",
    "Dec 1 9am": "12-01 09:00",
    "December 1st, 2026 at 9am": "12-01 09:00",
    "1 dec 9:00": "12-01 09:00",
    "Mon 23 Nov 2026 09:00": "11-23 09:00",
    "the 25th 10:00": "11-25 10:00",
    "the 5th": "12-05 09:00",
    "next working day 09:00": "11-24 09:00",
    "next working day": "11-24 09:00",
    "next business day 14:00": "11-24 14:00",
    "in 3 working days": "11-26 09:00",
    "end of day": "11-20 18:00",
    "eod tomorrow": "11-21 18:00",
    "end of week": "11-20 18:00",
    "end of week 15:00": "11-20 15:00",
    "end of month": "11-30 18:00",
}

JAPANESE = {
    "明日の9時": "11-21 09:00",
    "明日9時半": "11-21 09:30",
    "明日の９：００": "11-21 09:00",
    "明日 九時十五分": "11-21 09:15",
    "明日": "11-21 09:00",
    "あした午前10時": "11-21 10:00",
    "明後日 午後3時": "11-22 15:00",
    "明日の午後3:30": "11-21 15:30",
    "午後0時": "11-20 12:00",
    "午前0時": "11-21 00:00",
    "月曜 8:30": "11-23 08:30",
    "月曜日の朝": "11-23 09:00",
    "金曜17時": "11-20 17:00",
    "次の金曜": "11-27 09:00",
    "来週月曜の朝": "11-23 09:00",
    "来週の火曜日 10時": "11-24 10:00",
    "来週": "11-24 09:00",
    "週明けの朝一": "11-24 09:00",
    "再来週の水曜 14:30": "12-02 14:30",
    "今夜": "11-20 20:00",
    "今夜8時": "11-20 20:00",
    "明朝": "11-21 09:00",
    "夜8時": "11-20 20:00",
    "夕方5時": "11-20 17:00",
    "今日の18時": "11-20 18:00",
    "3時間後": "11-20 13:00",
    "三時間後": "11-20 13:00",
    "十二時間後": "11-20 22:00",
    "1時間半後": "11-20 11:30",
    "30分後": "11-20 10:30",
    "３０分後": "11-20 10:30",
    "2日後の9時": "11-22 09:00",
    "1週間後": "11-27 10:00",
    "2か月後": "2027-01-20 10:00",
    "12月1日 9時": "12-01 09:00",
    "十二月一日 九時": "12-01 09:00",
    "2027年1月5日 9:00": "2027-01-05 09:00",
    "1月5日": "2027-01-05 09:00",
    "11月24日(火) 9:00": "11-24 09:00",
    "12月1日（火） 9時": "12-01 09:00",
    "12/1 9:00": "12-01 09:00",
    "25日 9時": "11-25 09:00",
    "来月15日の10時": "12-15 10:00",
    "翌営業日": "11-24 09:00",
    "翌営業日 9時": "11-24 09:00",
    "翌々営業日": "11-25 09:00",
    "3営業日後": "11-26 09:00",
    "次の営業日の朝": "11-24 09:00",
    "月末": "11-30 09:00",
    "来月末の17時": "12-31 17:00",
    "正午": "11-20 12:00",
    "お昼": "11-20 12:00",
    "夕方": "11-20 17:00",
    "定時": "11-20 18:00",
}


@pytest.mark.parametrize(("text", "expected"), [*ENGLISH.items(), *JAPANESE.items()])
def test_on_a_friday_morning_words_mean(text, expected):
    assert read(text) == (expected if len(expected) > 11 else f"2026-{expected}")


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        ("2026-11-20 18:30", "next working day", "2026-11-24 09:00"),
        ("2026-11-20 18:30", "end of week", "2026-11-27 18:00"),
        ("2026-11-20 18:30", "fri 17:00", "2026-11-27 17:00"),
        ("2026-11-20 18:30", "今夜", "2026-11-20 20:00"),
        ("2026-11-22 06:00", "monday", "2026-11-23 09:00"),
        ("2026-11-22 06:00", "来週月曜", "2026-11-23 09:00"),
        ("2026-11-23 08:00", "monday 9:00", "2026-11-23 09:00"),
        ("2026-11-23 08:00", "next monday", "2026-11-30 09:00"),
        ("2026-12-31 17:00", "翌営業日", "2027-01-04 09:00"),
        ("2026-12-31 17:00", "1月2日", "2027-01-02 09:00"),
        ("2026-12-31 23:59", "0:30", "2027-01-01 00:30"),
        ("2028-02-28 10:00", "tomorrow", "2028-02-29 09:00"),
        ("2028-02-29 10:00", "in 1 year", "2029-02-28 10:00"),
        ("2028-02-29 10:00", "2/29", "2032-02-29 09:00"),
        ("2026-11-20 10:00", "feb 29", "2028-02-29 09:00"),
        ("2027-01-31 08:00", "月末", "2027-01-31 09:00"),
        ("2027-01-31 10:00", "月末", "2027-02-28 09:00"),
        ("2027-01-31 10:00", "1か月後", "2027-02-28 10:00"),
        ("2027-01-31 10:00", "来月末", "2027-02-28 09:00"),
        ("2027-01-31 10:00", "the 30th", "2027-03-30 09:00"),
        ("2027-04-28 19:00", "翌営業日", "2027-04-30 09:00"),
        ("2027-04-30 19:00", "翌営業日", "2027-05-06 09:00"),
    ],
)
def test_at_the_seams_of_the_calendar_words_mean(now, text, expected):
    assert read(text, now) == expected


def test_days_off_at_the_turn_of_the_year_move_the_next_working_day():
    office = Calendar("JP", days_off=frozenset({"12-29", "12-30", "12-31", "01-02", "01-03"}))
    assert read("翌営業日", "2027-12-28 19:00", calendar=office) == "2028-01-04 09:00"


def test_a_day_begins_with_the_working_hours_of_the_person():
    late = Calendar(start=time(10, 30), end=time(19))
    assert read("tomorrow", calendar=late) == "2026-11-21 10:30"
    assert read("明日の朝", calendar=late) == "2026-11-21 10:30"
    assert read("end of day", calendar=late) == "2026-11-20 19:00"
    assert read("tomorrow morning", calendar=Calendar(start=time(14), end=time(22))) == "2026-11-21 09:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "not tomorrow",
        "tomorow 9am",
        "tomorrow 9am or 10am",
        "every monday 9:00",
        "after lunch tomorrow",
        "working hours 9:00",
        "dec 123",
        "tomorrow" + "," * LONGEST + "9am",
        "2 hours ago",
        "9am PST",
        "tomorrow 25:00",
        "9:60",
        "13pm",
        "0am",
        "2026-02-30",
        "2026-13-01",
        "12/32",
        "31 nov",
        "tomorrow monday tuesday",
        "tomorrow morning 17:00",
        "tonight at 12",
        "in 2 hours at 9",
        "half a day",
        "in 300 working days",
        "in 99999 hours",
        "in 999999999999 years",
        "20261201",
        "明日か明後日",
        "午後12時",
        "25時",
        "二三時間後",
        "朝8時の夜",
        "tomorrow\x00 9am",
        "\x1b[31mtomorrow",
        "tomorrow\u202e 9am",
        "9" * 10_000,
        "後" * 10_000,
        "1日" * 50,
        "٣ hours",
    ],
)
def test_not_one_unknown_word_is_passed_over(text):
    said = refusal(text)
    assert "is not understood" in said or "は分かりません" in said
    assert said.isprintable()


def test_what_is_not_understood_is_answered_with_examples_in_the_language_typed():
    assert refusal("soonish") == (
        "“soonish” is not understood; write it such as: "
        "tomorrow 9am · in 2 hours · monday 8:30 · next working day · 2026-12-01 09:00"
    )
    assert refusal("そのうち") == (
        "「そのうち」は分かりません。例: 明日の9時 · 3時間後 · 月曜 8:30 · 翌営業日 · 12月1日 9時"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2020-01-01 09:00", "Wed 1 Jan 2020 09:00 JST has passed; choose a time to come"),
        ("this morning", "Fri 20 Nov 2026 09:00 JST has passed; choose a time to come"),
        ("this monday", "Mon 16 Nov 2026 09:00 JST has passed; choose a time to come"),
        ("2026-11-20 10:00", "Fri 20 Nov 2026 10:00 JST has passed; choose a time to come"),
        ("今日の9時", "11月20日(金) 9:00 JST はもう過ぎています。これからの日時を入力してください"),
        ("2020年1月1日", "2020年1月1日(水) 9:00 JST はもう過ぎています。これからの日時を入力してください"),
        ("2999-01-01", "2999-01-01 is more than ten years ahead; choose a time before"),
        ("in 9999 years", "in 9999 years is more than ten years ahead; choose a time before"),
        (
            "Mon 24 Nov 2026",
            "“Mon 24 Nov 2026” names a day and a weekday that do not fit; leave one of them out",
        ),
        ("11月24日(月)", "「11月24日(月)」の日付と曜日が合いません。どちらかを省いてください"),
    ],
)
def test_a_time_that_can_not_be_is_refused_with_what_was_understood(text, said):
    assert refusal(text) == said


@pytest.mark.parametrize(
    ("text", "now", "words"),
    [
        ("monday 9:00", "2026-11-22 06:00", "Mon 23 Nov 2026 09:00 JST (in 1 day 3 h)"),
        ("11/24 9:00の", "2026-11-23 06:00", "11月24日(火) 9:00 JST（あと1日3時間）"),
        ("in 45 min", FRIDAY, "Fri 20 Nov 2026 10:45 JST (in 45 min)"),
        ("in 5 hours", FRIDAY, "Fri 20 Nov 2026 15:00 JST (in 5 h)"),
        ("90分後", FRIDAY, "11月20日(金) 11:30 JST（あと1時間30分）"),
        ("in 2 days", FRIDAY, "Sun 22 Nov 2026 10:00 JST (in 2 days)"),
        ("1月5日", FRIDAY, "2027年1月5日(火) 9:00 JST（あと45日）"),
        ("10:00", "2026-11-20 09:59:20", "Fri 20 Nov 2026 10:00 JST (in 40 s)"),
        ("10:00", "2026-11-20 08:00:20", "Fri 20 Nov 2026 10:00 JST (in 2 h)"),
    ],
)
def test_the_preview_says_what_was_understood(text, now, words):
    assert understood(text, at(now), TOKYO, JAPAN).words == words


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ("16:00", ()),
        ("end of day", ()),
        ("tonight", ("outside working hours (09:00–18:00)",)),
        ("今夜", ("営業時間外です（09:00〜18:00）",)),
        ("tomorrow", ("Saturday is not a working day",)),
        ("明日", ("土曜日は営業日ではありません",)),
        ("monday", ("a public holiday: Labor Thanksgiving Day",)),
        ("月曜の夜", ("祝日です: 勤労感謝の日",)),
    ],
)
def test_what_is_to_be_minded_is_said_in_the_language_typed(text, warnings):
    assert understood(text, at(FRIDAY), TOKYO, JAPAN).warnings == warnings


def test_less_than_a_minute_ahead_is_said():
    now = at("2026-11-20 09:59:20")
    assert understood("10:00", now, TOKYO, PLAIN).warnings == ("less than a minute from now",)
    assert understood("10:01", now, TOKYO, PLAIN).warnings == ()


@pytest.mark.parametrize(
    ("zone", "text", "utc"),
    [
        (BERLIN, "2027-03-28 02:30", "2027-03-28 01:00"),
        (NEW_YORK, "2027-03-14 02:00", "2027-03-14 07:00"),
        (NEW_YORK, "2027-03-14 02:59", "2027-03-14 07:00"),
    ],
)
def test_a_time_that_the_clocks_leave_out_becomes_the_first_after_it(zone, text, utc):
    found = understood(text, at(FRIDAY), zone, PLAIN)
    assert found.at == at(utc, "UTC")
    assert found.warnings[0].startswith(
        f"the clocks go forward then and leave out {text[-5:]}; the first time"
    )


@pytest.mark.parametrize(
    ("zone", "text", "first"),
    [(BERLIN, "2027-10-31 02:30", "2027-10-31 00:30"), (NEW_YORK, "2027-11-07 01:00", "2027-11-07 05:00")],
)
def test_of_a_time_that_comes_twice_the_first_is_taken_and_the_second_once_that_has_passed(zone, text, first):
    instant = at(first, "UTC")
    found = understood(text, at(FRIDAY), zone, PLAIN)
    assert found.at == instant
    assert found.warnings[0].endswith("comes twice; the first was taken")
    found = understood(text, instant, zone, PLAIN)
    assert found.at == instant + 3600
    assert found.warnings[0].endswith("the first has passed, the second was taken")
    assert understood("2:30", instant, zone, PLAIN).at > instant


def test_a_day_that_a_zone_left_out_becomes_the_next_one():
    found = understood("2011-12-30 12:00", at("2011-12-29 09:00", "Pacific/Apia"), "Pacific/Apia", PLAIN)
    assert found.words.startswith("Sat 31 Dec 2011 00:00")


def test_hours_elapse_over_a_change_of_the_clocks_and_days_keep_the_time_of_day():
    now = at("2027-03-27 20:00", BERLIN)
    assert understood("in 24 hours", now, BERLIN, PLAIN).at == now + 24 * 3600
    assert understood("in 1 day", now, BERLIN, PLAIN).at == now + 23 * 3600
    assert understood("明日の20時", now, BERLIN, PLAIN).at == now + 23 * 3600


def test_hours_that_elapse_within_an_hour_that_comes_twice_need_no_warning():
    for utc in ("2027-10-31 00:10", "2027-10-31 01:10"):
        now = at(utc, "UTC")
        found = understood("in 30 min", now, BERLIN, PLAIN)
        assert (found.at, found.warnings) == (now + 1800, ("Sunday is not a working day",))


def test_a_wall_clock_means_another_instant_in_another_zone():
    now = at("2026-11-20 00:00", "UTC")
    instants = {
        zone: understood("2026-12-01 09:00", now, zone, PLAIN).at for zone in (TOKYO, BERLIN, NEW_YORK)
    }
    assert instants[BERLIN] - instants[TOKYO] == 8 * 3600
    assert instants[NEW_YORK] - instants[BERLIN] == 6 * 3600


def test_the_schedule_carries_instant_zone_and_the_words_typed():
    schedule = understood("  明日の９時 ", at(FRIDAY), TOKYO, JAPAN).schedule
    assert (schedule.at, schedule.zone, schedule.typed) == (at("2026-11-21 09:00"), TOKYO, "明日の９時")
    assert not schedule.by_server


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("now", [FRIDAY, "2026-11-20 22:00", "2026-11-22 06:00", "2026-12-31 23:30"])
def test_suggestions_lie_ahead_differ_and_mean_what_their_words_mean(now, language):
    offered = suggestions(at(now), TOKYO, JAPAN, language)
    instants = [schedule.at for _, schedule in offered]
    assert len(offered) >= 3
    assert instants == sorted(set(instants))
    assert instants[0] > at(now)
    assert all(understood(words, at(now), TOKYO, JAPAN).schedule == schedule for words, schedule in offered)


def test_on_a_friday_night_neither_this_evening_nor_the_same_monday_twice_is_offered():
    offered = suggestions(at("2026-11-27 22:00"), TOKYO, JAPAN)
    assert [words for words, _ in offered] == ["in 1 hour", "tomorrow morning", "next working day"]


def test_every_phrase_of_the_page_is_understood():
    page = (Path(__file__).parents[3] / "docs" / "schedule.md").read_text()
    phrases = re.findall("`([^`]+)`", page[page.index("|---|---|---|") : page.index("- A day")])
    assert len(phrases) > 40
    assert all(read(phrase) for phrase in phrases)


INSTANTS = st.floats(at("1990-01-01"), at("2090-01-01"))
WALLS = st.datetimes(datetime.fromisoformat("2026-11-21"), datetime.fromisoformat("2036-01-01"))
ZONES = st.sampled_from(
    [TOKYO, BERLIN, NEW_YORK, "UTC", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns"]
)
WORDS = (
    "in next this end of day week monday dec 1 12 30 9:00 am pm h min half noon working days tonight / - :"
)
JAPANESE_WORDS = "明日 来週 月曜 日 月 年 時 分 半 後 午後 の 12 九 十 営業日 末 夜 朝 間 週 か : / ( )"
PILES = st.one_of(
    st.lists(st.sampled_from(WORDS.split()), max_size=8).map(" ".join),
    st.lists(st.sampled_from(JAPANESE_WORDS.split()), max_size=8).map("".join),
    st.sampled_from([*ENGLISH, *JAPANESE]),
    st.text(max_size=200),
)


@given(PILES, INSTANTS, ZONES)
def test_any_text_is_a_time_to_come_or_one_line(text, now, zone):
    try:
        found = understood(text, now, zone, PLAIN)
    except ScheduleError as error:
        assert len(str(error).splitlines()) == 1
        assert len(str(error)) < 200
    else:
        assert found.at > now
        assert found.words.isprintable()


@given(WALLS, ZONES, st.sampled_from(["en", "ja"]))
def test_a_date_written_out_means_that_date(wall, zone, language):
    pattern = "%Y-%m-%d %H:%M" if language == "en" else "%Y年%m月%d日 %H時%M分"
    found = understood(wall.strftime(pattern), at(FRIDAY, zone), zone, PLAIN)
    back = datetime.fromtimestamp(found.at, ZoneInfo(zone)).replace(tzinfo=None)
    left_out = any("forward" in words or "進む" in words for words in found.warnings)
    assert left_out or back == wall.replace(second=0, microsecond=0)


@given(INSTANTS, ZONES, st.integers(0, 6))
def test_a_weekday_is_within_a_week_and_that_weekday(now, zone, number):
    name = date(2026, 11, 23 + number).strftime("%A")
    found = understood(f"{name} 12:00", now, zone, PLAIN)
    assert datetime.fromtimestamp(found.at, ZoneInfo(zone)).strftime("%A") == name or zone == "Pacific/Apia"
    assert found.at - now <= timedelta(days=7, hours=2).total_seconds() or zone == "Pacific/Apia"


def test_hostile_text_is_refused_at_once():
    piles = [
        "1" * 10**6,
        "in " * 30,
        "月" * LONGEST,
        "1年1か月1週間1日1時間" * 8,
        " " * 10**6,
        "(" * 99,
        "mon " * 25,
    ]
    begun = clock.thread_time()
    for text in piles:
        with pytest.raises(ScheduleError):
            understood(text, at(FRIDAY), TOKYO, PLAIN)
    assert clock.thread_time() - begun < 1
