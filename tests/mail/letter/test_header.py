import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.letter.header import date, decode, message_ids


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "plain"),
        ("=?UTF-8?Q?hi=0D=0ABcc=3A_inj@x?=", "hi Bcc: inj@x"),
        ("=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=", "テスト"),
        ("=?iso-2022-jp*ja?B?GyRCJUYlOSVIGyhC?=", "テスト"),
        ("=?gb2312?B?suLK1A==?=", "测试"),
        ("=?utf-8?q?=C3?=\r\n =?utf-8?q?=A9?= b", "é b"),
        ("=?utf-8?b?4pi?= =?utf-8?b?D?=", "☃"),
        ("=?utf-8?q?a_?= =?utf-8?q?b?= c", "a b c"),
        ("=?us-ascii?Q?caf=C3=A9?=", "café"),
        ("=?x-unknown?Q?caf=E9?=", "café"),
        ("=?rot13?Q?nop?=", "nop"),
        ("=?utf-8?b?====!!!?=", ""),
        ("=?utf-8?q?=1B]52;c;x=07?=", "␛]52;c;x·"),
        ("folded\r\n\tvalue", "folded value"),
        (b"\x83\x65\x83\x58\x83\x67", "テスト"),
        ("テスト".encode(), "テスト"),
        ("テスト".encode("euc_jp"), "テスト"),
        ("テスト".encode("iso2022_jp"), "テスト"),
        (b"d\xe9j\xe0 vu", "déjà vu"),
        ("caf\udcc3\udca9", "café"),
        ("=?utf-8?x?d?= =?utf-8?", "=?utf-8?x?d?= =?utf-8?"),
    ],
)
def test_values_are_decoded(value, shown):
    assert decode(value) == shown


FLOODS = [
    "=?utf-8?q?a?= " * 20_000,
    "=?" * 50_000,
    "=?a?q?" * 20_000,
    "\x1b$B" * 30_000,
    "x" * 10_000_000,
    b"\xff" * 100_000,
]


@pytest.mark.parametrize("value", FLOODS)
def test_row_80_floods_are_cut_short(value):
    begun = time.thread_time()
    assert len(decode(value)) <= 2_000
    assert time.thread_time() - begun < 0.5


def test_message_ids_are_found_and_nothing_that_only_looks_like_one():
    text = "<a@b> <[ABC==@microsoft.com]> <c> <x y@z> <é@x> <[x]@y>\r\n <a@b> <a@b\r\nX: 1>"
    assert message_ids(text) == ("<a@b>", "<[ABC==@microsoft.com]>", "<[x]@y>")


def test_many_message_ids_are_capped():
    assert len(message_ids(" ".join(f"<{n}@x>" for n in range(20_000)))) == 1_000


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (
            "Fri, 21 Nov 1997 09:55:06 -0600",
            datetime(1997, 11, 21, 9, 55, 6, tzinfo=timezone(-timedelta(hours=6))),
        ),
        ("21 Nov 97 09:55 GMT", datetime(1997, 11, 21, 9, 55, tzinfo=UTC)),
        (
            "Mon, 1 Jan 2024 00:00:60 +0900 (JST)",
            datetime(2024, 1, 1, 0, 0, 59, tzinfo=timezone(timedelta(hours=9))),
        ),
        ("Mon Jan  2 15:04:05 2006", datetime(2006, 1, 2, 15, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05Z", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("1 Foo 2020 00:00:00", None),
        ("31 Feb 2020 00:00:00", None),
        ("1 Jan 2020 00:00:00 +9999", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates_are_read_with_their_zone(value, moment):
    assert date(value) == moment
    assert moment is None or date(value).utcoffset() == moment.utcoffset()


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_nothing_makes_a_header_raise(value):
    decode(value)
    text = value if isinstance(value, str) else value.decode("latin-1")
    message_ids(text)
    date(text)
