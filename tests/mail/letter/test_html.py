import time

import pytest

from tuimail.mail.letter.html import text
from tuimail.mail.letter.link import Links


def shown(source):
    return text(source, Links())


def link(href):
    links = Links()
    text(f'<a href="{href}">https://bank.com</a>', links)
    return next(iter(links), None)


def test_paragraphs_lists_and_tables_of_data_keep_their_shape():
    source = "<p>a<p>b<ul><li>c</ul><table border=1><tr><th>x<th>y<tr><td>long<td>2</table>"
    assert shown(source) == "a\n\nb\n\n  * c\nx     y\nlong  2"


def test_tables_that_only_arrange_are_read_in_order():
    assert shown("<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>") == "a b"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>SECRET</script>",
        "<style>SECRET</style>",
        "<title>SECRET</title>",
        '<p style="display: none">SECRET</p>',
        '<span style="FONT-SIZE:0px">SECRET</span>',
        "<div hidden>SECRET</div>",
        "<!-- SECRET -->",
        "<svg><text>SECRET</text></svg>",
    ],
)
def test_hidden_text_stays_hidden_and_the_rest_does_not(hidden):
    assert shown(f"before {hidden} after").split() == ["before", "after"]


def test_white_text_is_read_aloud():
    assert shown('<font color="white">white</font>') == "white"


@pytest.mark.parametrize(
    ("href", "host"),
    [
        ("https://bank.com/x", "bank.com"),
        ("http://bank.com@evil.example/", "evil.example"),
        ("http://bank.com\\@evil.example/", "bank.com"),
        ("HTTPS://EVIL.example", "evil.example"),
        ("http://例え。テスト/", "xn--r8jz45g.xn--zckzah"),
        ("mailto:a@b?subject=x", "a@b"),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("http://[::1", ""),
    ],
)
def test_row_94_a_link_shows_the_host_it_goes_to(href, host):
    found = link(href)
    assert (found.text, found.host) == ("https://bank.com", host)
    assert "\n" not in found.target


@pytest.mark.parametrize("href", ["#top", "page.html", "cid:x", ""])
def test_links_within_the_message_get_no_number(href):
    assert link(href) is None


def test_links_are_numbered_once_for_each_target():
    links = Links()
    source = '<a href="http://a/">one</a> <a href="http://b/">two</a> <a href="http://a/">three</a>'
    assert text(source, links) == "one [1] two [2] three [1]"
    assert [found.number for found in links] == [1, 2]


BOMBS = {
    "nested tags": "<div>" * 50_000 + "text",
    "nested tables": "<table><tr><td>" * 20_000 + "text",
    "an attribute of a megabyte": '<p title="' + "a" * 1_000_000 + '">text</p>',
    "50,000 attributes": "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">text",
    "50,000 attributes behind an open quote": "<p a' " + " ".join(f"a{n}=1" for n in range(50_000)) + ">text",
    "entities": "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>text" + "&b;" * 100_000,
    "an open comment": "text<!-- " + "a" * 1_000_000,
    "open tags": "text" + "<a '" * 200_000,
    "many cells": "<table><tr>" + "<td>text" * 30_000,
    "many nodes": "text" + "<p>x" * 100_000,
    "styles in styles": '<p style="' + "style:" * 20_000 + '">text',
    "huge margins": '<p style="margin-top:100000em;padding-left:100000em">text</p>' * 100,
    "scripts": "text" + "<script>" * 50_000,
}


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS.keys())
def test_row_93_bombs_are_text_within_a_second(source):
    begun = time.thread_time()
    assert "text" in shown(source)
    assert time.thread_time() - begun < 1


@pytest.mark.parametrize(
    "source", ["", "<", "<>", "&#0;", "&#xd800;", "<?xml version='1.0' encoding='x'?><p>a", "\0", "\ud800"]
)
def test_scraps_do_not_raise(source):
    assert isinstance(shown(source), str)


def test_nothing_is_fetched(monkeypatch):
    import socket

    def refuse(*_):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    source = (
        '<base href="http://t/"><link rel="stylesheet" href="http://t/x"><meta http-equiv="refresh" content="0;http://t">'
        '<img src="http://t/x" alt="logo"><video poster="http://t/x"></video><style>@import "http://t/x"</style>'
        '<!DOCTYPE html SYSTEM "http://t/x"><p style="background:url(http://t/x)">text'
    )
    assert "text" in shown(source)


def test_columns_of_a_table_stand_below_each_other_however_wide_its_letters_are():
    rows = "<tr><td>Old Mill<td>120<tr><td>和紙（楮）<td>30"
    assert shown(f"<table border=1>{rows}</table>") == "Old Mill    120\n和紙（楮）  30"
