from datetime import UTC, datetime, timedelta, timezone

import pytest

from tuimail.ui.format.times import bar, countdown, date, day, full_date, hour, moment, size

NOW = datetime(2026, 11, 21, 12, 2, tzinfo=UTC).timestamp()
DAY = 86400


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (7200, "10:02"),
        (DAY, "Fri"),
        (5 * DAY, "Mon"),
        (7 * DAY, "14 Nov"),
        (200 * DAY, "5 May"),
        (400 * DAY, "2025-10"),
        (-3600, "13:02"),
        (-2 * DAY, "23 Nov"),
    ],
)
def test_a_date_is_as_short_as_it_can_be(ago, shown):
    assert date(NOW - ago, NOW, UTC) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(7, "0:07"), (6.01, "0:07"), (252, "4:12"), (3723, "1:02:03"), (0, "0:00"), (-4, "0:00")],
)
def test_a_countdown_reads_zero_only_when_it_is_due(seconds, shown):
    assert countdown(seconds) == shown


@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (3600, "today 13:02"),
        (DAY, "tomorrow 12:02"),
        (2 * DAY, "Mon 12:02"),
        (6 * DAY, "Fri 12:02"),
        (7 * DAY, "28 Nov 12:02"),
        (20 * DAY, "11 Dec 12:02"),
        (500 * DAY, "4 Apr 2028"),
        (-DAY, "20 Nov 2026"),
    ],
)
def test_a_day_to_come_is_as_short_as_it_can_be_told(ahead, shown):
    assert day(NOW + ahead, NOW, UTC) == shown
    assert len(shown) <= 14


def test_the_bar_is_full_at_first_and_empty_at_last():
    assert bar(10, 10) == "■" * 10
    assert bar(6.5, 10) == "■" * 7 + "□" * 3
    assert bar(0, 10) == bar(-1, 10) == bar(1, 0) == "□" * 10


def test_sizes_are_round():
    assert [size(n) for n in (900, 84_000, 1_250_000)] == ["900 B", "84 kB", "1.2 MB"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-11-13T08:26:00+00:00", "Fri 13 Nov 2026 08:26 +0000 · here 17:26"),
        ("2026-11-13T22:26:00+00:00", "Fri 13 Nov 2026 22:26 +0000 · here Sat 14 Nov 07:26"),
        ("2026-11-13T17:26:00+09:00", "Fri 13 Nov 2026 17:26 +0900"),
        ("2026-11-13T17:26:00", "Fri 13 Nov 2026 17:26"),
        ("9999-12-31T23:59:00+00:00", "Fri 31 Dec 9999 23:59 +0000"),
    ],
)
def test_the_date_of_a_letter_says_the_hour_here_where_it_is_another(written, shown):
    assert full_date(datetime.fromisoformat(written), timezone(timedelta(hours=9))) == shown


def test_what_happened_on_another_day_says_so():
    assert moment(NOW, NOW) == hour(NOW)
    assert moment(NOW, NOW + 3 * DAY) == f"{date(NOW, NOW + 3 * DAY)} {hour(NOW)}"
