"""The system's clock and ids."""

import re
import time
from email.utils import parsedate_to_datetime

import pytest

from tuimail.backends.system import SystemClock, SystemIds, local_zone
from tuimail.mail.errors import ScheduleError


def test_now_reads_both_clocks():
    before = time.time()
    moment = SystemClock().now()
    assert before <= moment.wall <= time.time()
    assert moment.boot > 0
    assert moment.boot_id


def test_two_clocks_of_one_boot_agree_on_the_boot():
    assert SystemClock().now().boot_id == SystemClock().now().boot_id


def test_without_a_kernel_boot_id_every_start_is_a_boot_of_its_own(tmp_path):
    first, second = (SystemClock(tmp_path / "missing").now() for _ in range(2))
    assert first.boot_id != second.boot_id


def test_the_boot_clock_never_goes_back():
    clock = SystemClock()
    readings = [clock.now().boot for _ in range(1000)]
    assert readings == sorted(readings)


def test_the_date_header_has_an_offset_and_is_now():
    written = SystemClock().rfc5322()
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", written)
    assert abs(parsedate_to_datetime(written).timestamp() - time.time()) < 2


async def test_sleep_waits():
    started = time.monotonic()
    await SystemClock().sleep(0.01)
    assert time.monotonic() - started >= 0.009


def test_item_ids_are_short_and_have_no_letters_that_look_alike():
    ids = {SystemIds().item() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{8}", item) for item in ids)


def test_a_message_id_is_a_token_at_the_domain():
    assert re.fullmatch(r"<[0-9a-z]{24}@example\.jp>", SystemIds().message_id("example.jp"))


def test_jitter_stays_in_its_interval():
    assert all(0 <= SystemIds().jitter() < 1 for _ in range(1000))


@pytest.fixture
def tz(monkeypatch):
    """Sets TZ for this process, and puts it back."""

    def put(value: str) -> None:
        monkeypatch.setenv("TZ", value)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        (":Europe/Berlin", "Europe/Berlin"),
        ("JST-9", "Etc/GMT-9"),
        ("<-03>3", "Etc/GMT+3"),
        ("nonsense", "Etc/UTC"),
    ],
)
def test_the_zone_of_the_computer_has_the_name_of_its_rules_or_of_its_offset(tz, value, name):
    tz(value)
    assert local_zone() == name


def test_a_zone_that_has_no_name_is_an_error_and_not_a_guess(tz):
    tz("<+0530>-5:30")
    with pytest.raises(ScheduleError, match="set TZ"):
        local_zone()


def test_the_zone_is_looked_up_anew_for_a_laptop_that_travels(tz):
    tz("Asia/Tokyo")
    assert local_zone() == "Asia/Tokyo"
    tz("America/New_York")
    assert local_zone() == "America/New_York"
