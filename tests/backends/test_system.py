"""The system's clock and ids."""

import re
import time
from email.utils import parsedate_to_datetime

from tuimail.backends.system import SystemClock, SystemIds


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
