"""Working days, working hours and public holidays."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tuimail.mail.errors import ScheduleError
from tuimail.mail.when.calendar import Calendar, knows

JAPAN = Calendar("JP")
TOKYO = "Asia/Tokyo"


def at(text: str, zone: str = TOKYO) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_a_public_holiday_is_no_working_day():
    assert not JAPAN.is_working_day(date(2026, 11, 23))
    assert JAPAN.is_working_day(date(2026, 11, 24))
    assert Calendar().is_working_day(date(2026, 11, 23))


@pytest.mark.parametrize(
    ("country", "day", "language", "name"),
    [
        ("JP", date(2026, 11, 23), "ja", "勤労感謝の日"),
        ("JP", date(2026, 11, 23), "en", "Labor Thanksgiving Day"),
        ("JP", date(2026, 9, 22), "ja", "国民の休日"),
        ("JP", date(2026, 5, 6), "ja", "振替休日"),
        ("DE", date(2026, 12, 25), "en", "Christmas Day"),
        ("DE", date(2026, 12, 25), "ja", "Erster Weihnachtstag"),
        ("DE-BY", date(2026, 1, 6), "en", "Epiphany"),
        ("DE", date(2026, 1, 6), "en", ""),
        ("US", date(2027, 12, 31), "en", "New Year's Day (observed)"),
        ("", date(2026, 12, 25), "en", ""),
    ],
)
def test_a_holiday_has_its_name_in_the_language_asked_for_or_its_own(country, day, language, name):
    assert Calendar(country).holiday_name(day, language) == name


def test_a_day_off_is_one_of_every_year_or_of_one_year():
    calendar = Calendar(days_off=frozenset({"12-31", "2026-08-13"}))
    assert not calendar.is_working_day(date(2026, 12, 31))
    assert not calendar.is_working_day(date(2029, 12, 31))
    assert not calendar.is_working_day(date(2026, 8, 13))
    assert calendar.is_working_day(date(2027, 8, 13))
    assert calendar.holiday_name(date(2026, 8, 13)) == "day off"


def test_working_days_are_those_of_the_person():
    shop = Calendar(working_days=frozenset({1, 2, 3, 4, 5}))
    assert shop.is_working_day(date(2026, 11, 21))
    assert not shop.is_working_day(date(2026, 11, 23))


def test_the_next_working_day_passes_over_weekend_and_holiday():
    assert JAPAN.next_working_day(date(2026, 11, 20)) == date(2026, 11, 24)
    assert Calendar().next_working_day(date(2026, 11, 20)) == date(2026, 11, 23)


def test_a_year_without_a_working_day_is_an_error():
    with pytest.raises(ScheduleError, match="no working day"):
        Calendar(working_days=frozenset()).next_working_day(date(2026, 11, 20))


def test_hours_are_those_of_the_zone():
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
    assert Calendar().in_hours(noon, "Europe/Berlin")
    assert not Calendar().in_hours(noon, TOKYO)
    assert not Calendar(start=time(14), end=time(22)).in_hours(noon, "Europe/Berlin")


def test_a_country_that_nobody_knows_is_an_error_of_one_line():
    assert knows("JP")
    assert knows("DE-BY")
    assert not knows("XX")
    assert not knows("DE-XX")
    with pytest.raises(ScheduleError, match="nobody has the holidays of XX"):
        Calendar("XX").is_working_day(date(2026, 11, 20))


def test_a_zone_that_nobody_knows_is_an_error_of_one_line():
    for zone in ("Nowhere/At_all", "../../etc/passwd", "", "\x00", "/etc/localtime"):
        with pytest.raises(ScheduleError, match="no time zone"):
            Calendar().in_hours(0.0, zone)
