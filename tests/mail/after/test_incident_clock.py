"""How long the law gives: days by the calendar of the zone, hours by the clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tuimail.mail.after.correction import Language
from tuimail.mail.after.incident_clock import CLOCKS, NAMES, deadlines, remaining, span, words
from tuimail.mail.errors import ScheduleError

EN, JA = Language.ENGLISH, Language.JAPANESE


def at(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("zone", "noticed", "third", "fifth", "thirtieth", "sixtieth"),
    [
        ("Asia/Tokyo", "2026-11-22 10:00", "2026-11-25", "2026-11-27", "2026-12-22", "2027-01-21"),
        ("Asia/Tokyo", "2026-11-22 23:59", "2026-11-25", "2026-11-27", "2026-12-22", "2027-01-21"),
        ("Asia/Tokyo", "2028-02-27 00:00", "2028-03-01", "2028-03-03", "2028-03-28", "2028-04-27"),
        ("Europe/Berlin", "2026-10-24 12:00", "2026-10-27", "2026-10-29", "2026-11-23", "2026-12-23"),
        ("Europe/Berlin", "2026-03-28 12:00", "2026-03-31", "2026-04-02", "2026-04-27", "2026-05-27"),
        ("Africa/Cairo", "2026-04-21 12:00", "2026-04-24", "2026-04-26", "2026-05-21", "2026-06-20"),
    ],
)
def test_days_end_at_midnight_and_the_day_it_was_noticed_is_the_first(
    zone, noticed, third, fifth, thirtieth, sixtieth
):
    prompt, final = deadlines("appi", at(noticed, zone), zone)
    midnight = at(third, zone) if zone != "Africa/Cairo" else at("2026-04-24 01:00", zone)
    assert prompt.early == midnight
    assert prompt.at == at(fifth, zone)
    assert final.at == at(thirtieth, zone)
    assert deadlines("appi-wrongful", at(noticed, zone), zone)[1].at == at(sixtieth, zone)


@pytest.mark.parametrize(
    ("noticed", "due"),
    [
        ("2026-10-24 12:00", "2026-10-27 11:00"),
        ("2026-03-28 12:00", "2026-03-31 13:00"),
        ("2026-06-01 12:00", "2026-06-04 12:00"),
    ],
)
def test_seventy_two_hours_are_hours_whatever_the_clocks_do(noticed, due):
    (deadline,) = deadlines("gdpr", at(noticed, "Europe/Berlin"), "Europe/Berlin")
    assert deadline.at == at(due, "Europe/Berlin")
    assert deadline.at - at(noticed, "Europe/Berlin") == 72 * 3600


@pytest.mark.parametrize(
    ("now", "english", "japanese"),
    [
        ("2026-11-22 10:00", "2 days 14 h to 4 days 14 h left", "残り2日14時間〜4日14時間"),
        ("2026-11-24 23:00", "1 h 0 min to 2 days 1 h left", "残り1時間0分〜2日1時間"),
        ("2026-11-25 00:00", "2 days 0 h left", "残り2日0時間"),
        ("2026-11-26 23:30", "0 h 30 min left", "残り0時間30分"),
        ("2026-11-28 01:00", "over since 1 day 1 h", "1日1時間超過"),
    ],
)
def test_the_time_left_is_told_till_both_ends_of_a_stretch(now, english, japanese):
    prompt, _ = deadlines("appi", at("2026-11-22 10:00", "Asia/Tokyo"), "Asia/Tokyo")
    moment = at(now, "Asia/Tokyo")
    assert remaining(prompt, moment, EN) == english
    assert remaining(prompt, moment, JA) == japanese


def test_each_line_names_the_paragraph_it_follows():
    for name in CLOCKS:
        for deadline in deadlines(name, 0.0, "UTC"):
            assert deadline.duty.source[EN] in words(deadline, 0.0, EN)
            assert deadline.duty.source[JA] in words(deadline, 0.0, JA)
    assert "Art. 33 (1)" in words(deadlines("gdpr", 0.0, "UTC")[0], 0.0, EN)
    assert "26条1項" in words(deadlines("appi", 0.0, "UTC")[0], 0.0, JA)


def test_every_clock_has_a_name_and_others_have_no_deadlines():
    assert set(NAMES) == set(CLOCKS)
    assert deadlines("no such clock", 0.0, "UTC") == ()


def test_a_zone_that_nobody_knows_is_refused():
    with pytest.raises(ScheduleError):
        deadlines("appi", 0.0, "Mars/Olympus")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 h 0 min"), (86_399, "23 h 59 min"), (86_400, "1 day 0 h"), (200_000, "2 days 7 h")],
)
def test_spans_read_as_days_or_hours(seconds, text):
    assert span(seconds, EN) == text
