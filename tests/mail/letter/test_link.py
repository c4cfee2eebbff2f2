import time

import pytest

from tuimail.mail.letter.link import Links, Numbers, addresses, opened
from tuimail.mail.letter.parse import parse
from tuimail.mail.letter.safe import Safe


def bare(text):
    links = Links()
    links.bare(Safe(text))
    return list(links)


def html(body):
    return parse(b"Content-Type: text/html; charset=utf-8\n\n" + body.encode())


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("see https://a.example/x.", "https://a.example/x"),
        ("(https://a.example/x)", "https://a.example/x"),
        ("https://a.example/x_(y)", "https://a.example/x_(y)"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("資料はhttps://a.example/xです。", "https://a.example/x"),
        ("「https://a.example/」", "https://a.example/"),
        ("http://例え.テスト/x を", "http://例え.テスト/x"),
        ("write mailto:a@b.example!", "mailto:a@b.example"),
        ("https://a.example/?q=1&r=2#s, then", "https://a.example/?q=1&r=2#s"),
    ],
)
def test_a_url_in_plain_text_is_found_without_the_sentence_around_it(text, url):
    assert [text[start:end] for start, end in addresses(text)] == [url]


@pytest.mark.parametrize("text", ["http://", "https:// x", "http", "a:b", "ftp://a.example/", "://x"])
def test_what_only_begins_like_a_url_is_none(text):
    assert list(addresses(text)) == []


def test_plain_urls_are_numbered_once_for_each_target():
    text = "https://a.example/ and https://b.example/ and https://a.example/"
    links = tuple(bare(text))
    assert [link.host for link in links] == ["a.example", "b.example"]
    shown = Numbers(links).put(text)
    assert shown == "https://a.example/ [1] and https://b.example/ [2] and https://a.example/ [1]"


def test_a_link_that_carries_its_number_is_not_numbered_again():
    letter = html('<a href="https://a.example/x">https://a.example/x</a>')
    assert len(letter.links) == 1
    assert Numbers(letter.links).put(letter.text) == "https://a.example/x [1]"


def test_a_number_that_a_sender_wrote_behind_a_url_is_not_believed():
    text = "https://evil.example/ https://bank.example/ [1]"
    links = tuple(bare(text))
    assert Numbers(links).put(text) == "https://evil.example/ [1] https://bank.example/ [2] [1]"


@pytest.mark.parametrize(
    ("text", "href", "claim"),
    [
        ("https://bank.example/login", "https://evil.example/", "bank.example"),
        ("www.bank.example", "https://evil.example/", "www.bank.example"),
        ("bank.example", "https://bank.example.evil.example/", "bank.example"),
        ("bank.example", "https://bank.example/", ""),
        ("bank.example", "https://www.bank.example/", ""),
        ("https://bank.example/", "https://click.bank.example/", ""),
        ("BANK.example", "https://bank.example/", ""),
        ("here", "https://evil.example/", ""),
        ("offer.pdf", "https://evil.example/", ""),
        ("Read more at our site.", "https://evil.example/", ""),
        ("ceo@bank.example", "mailto:ceo@evil.example", "ceo@bank.example"),
        ("ceo@bank.example", "mailto:ceo@bank.example?subject=x", ""),
        ("https://bаnk.example/", "https://bank.example/", "xn--bnk-6cd.example"),
    ],
)
def test_a_text_that_names_another_host_than_the_target_is_marked(text, href, claim):
    assert html(f'<a href="{href}">{text}</a>').links[0].claim == claim


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("https://a.example/x?y=1&z=%20#f", "https://a.example/x?y=1&z=%20#f"),
        ("HTTP://A.example/", "HTTP://A.example/"),
        ("https://a.example/$(touch x)`y`'z\"", "https://a.example/%24%28touch%20x%29%60y%60%27z%22"),
        ("http://例え.テスト/見", "http://%E4%BE%8B%E3%81%88.%E3%83%86%E3%82%B9%E3%83%88/%E8%A6%8B"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("data:text/html,x", ""),
        ("vbscript:x", ""),
        ("https://", ""),
        ("-https://a.example", ""),
    ],
)
def test_only_the_web_and_mail_are_opened_and_nothing_a_shell_knows_is_left(target, url):
    assert opened(target) == url


@pytest.mark.parametrize(
    "text",
    [
        "http://" * 10_000,
        "http://" + ")" * 200_000,
        "a" * 100_000 + "!",
        "http://a(" * 20_000,
        "mailto:" * 20_000,
    ],
)
def test_row_95_looking_for_urls_takes_linear_time(text):
    begun = time.thread_time()
    list(addresses(text))
    assert time.thread_time() - begun < 0.5
