import pytest

from tuimail.mail.letter.host import mixes_scripts, shown, unicode
from tuimail.mail.letter.parse import parse


@pytest.mark.parametrize(
    ("host", "text"),
    [
        ("example.jp", "example.jp"),
        ("xn--r8jz45g.xn--zckzah", "xn--r8jz45g.xn--zckzah (例え.テスト)"),
        ("xn--bnk-6cd.example", "xn--bnk-6cd.example (bаnk.example, letters of several scripts)"),
        ("xn--.example", "xn--.example (.example)"),
        ("xn--\x1b.example", "xn--␛.example"),
    ],
)
def test_a_host_in_other_letters_is_shown_both_ways(host, text):
    assert shown(host) == text


@pytest.mark.parametrize(
    ("host", "mixes"),
    [
        ("bank.example", False),
        ("bаnk.example", True),
        ("ｂank.example", False),
        ("東京カフェtokyo.jp", False),
        ("サーバー.jp", False),
        ("пример.example", False),
        ("αpple.com", True),
        ("한국kr.kr", False),
        ("한국カ.kr", True),
    ],
)
def test_letters_that_do_not_belong_together_are_told(host, mixes):
    assert mixes_scripts(host) is mixes


def test_a_label_that_is_no_punycode_stays():
    assert unicode("xn--\udc80.example") == "xn--\udc80.example"


@pytest.mark.parametrize(
    ("sender", "words"),
    [
        ("Bank <info@bаnk.example>", "mixes letters of several scripts: xn--bnk-6cd.example (bаnk.example"),
        ("Bank <info@xn--r8jz45g.example>", "The sender's domain is xn--r8jz45g.example (例え.example)."),
        ("boss＠corp.example <evil@x.example>", "looks like an address, but the mail is from evil@x.example"),
    ],
)
def test_a_sender_that_deceives_is_doubted_in_words(sender, words):
    letter = parse(f"From: {sender}\n\nhello".encode())
    assert any(words in fault for fault in letter.faults)


@pytest.mark.parametrize("sender", ["Anna <anna@example.jp>", "鈴木 <suzuki@client.example>", "a@b"])
def test_an_honest_sender_is_not_doubted(sender):
    assert parse(f"From: {sender}\n\nhello".encode()).faults == ()
