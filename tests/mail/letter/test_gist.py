import base64
import quopri
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mail.letter.gist import TEXT_LIMIT, gist
from tuimail.mail.letter.html_words import words

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus"


def mail(body: bytes, kind: str = "text/plain; charset=utf-8", encoding: str = "8bit") -> bytes:
    head = f"Subject: x\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body


def multipart(kind: str, *parts: bytes) -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return f"Subject: x\r\nContent-Type: multipart/{kind}; boundary=b\r\n\r\n".encode() + body + b"--b--\r\n"


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "shift_jis", "euc-jp", "gb18030"])
def test_text_is_read_in_its_charset(charset):
    assert "会議の日程" in gist(mail("会議の日程".encode(charset), f"text/plain; charset={charset}")).text


@pytest.mark.parametrize("charset", ["iso-2022-jp", "shift_jis", "utf-8"])
def test_japanese_without_a_charset_is_read_all_the_same(charset):
    assert "会議の日程について" in gist(mail("会議の日程について。".encode(charset), "text/plain")).text


def test_transfer_encodings_are_undone():
    text = "会議の日程".encode()
    assert "会議の日程" in gist(mail(base64.encodebytes(text), encoding="base64")).text
    assert "会議の日程" in gist(mail(quopri.encodestring(text), encoding="quoted-printable")).text


def test_of_two_forms_of_a_text_one_is_read():
    raw = multipart("alternative", mail(b"the plain one"), mail(b"<p>the other</p>", "text/html"))
    assert "plain" in gist(raw).text
    assert "other" not in gist(raw).text
    assert not gist(raw).attached


def test_files_are_told_and_found_by_their_names():
    pdf = (
        b'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="report.pdf"\r\n\r\nJVBE'
    )
    found = gist(multipart("mixed", mail(b"see below"), pdf))
    assert found.attached
    assert "report.pdf" in found.text
    assert "JVBE" not in found.text


def test_an_invitation_is_found_by_what_it_is_about():
    event = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Budget talk\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    assert "Budget talk" in gist(multipart("mixed", mail(b"hi"), mail(event, "text/calendar"))).text


def test_a_message_within_a_message_is_found_by_what_it_says():
    inner = b"From: Anna <a@example.org>\r\nSubject: Old news\r\n\r\nneedle\r\n"
    found = gist(multipart("mixed", mail(b"see below"), b"Content-Type: message/rfc822\r\n\r\n" + inner))
    assert all(word in found.text for word in ("Anna", "Old news", "needle"))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>one<p>two", "one two"),
        ("<td>one</td><td>two</td>", "one two"),
        ("one<br>two", "one two"),
        ("<b>o</b>ne <i>t</i>wo", "one two"),
        ("<style>p{}</style><script>x()</script>one", "one"),
        ("<div style='display: none'>hidden</div>one", "one"),
        ("<!-- no -->one&amp;two", "one&two"),
        ('<img alt="a chart">', "a chart"),
        ("会<b>議</b>の日程", "会議の日程"),
        ("", ""),
    ],
)
def test_a_page_is_the_words_on_it(page, said):
    assert words(page).strip() == said


def test_a_long_text_is_cut():
    assert len(gist(mail(b"word " * 100_000)).text) == TEXT_LIMIT


def test_messages_in_messages_end_somewhere():
    raw = b"needle"
    for _ in range(50):
        raw = b"Content-Type: message/rfc822\r\n\r\n" + raw
    assert gist(raw).attached


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_are_too_strange(data):
    gist(data)
    gist(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + data + b"\r\n--b\r\n" + data)
    gist(b"Content-Type: text/html\r\n\r\n" + data)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of foreign mail is not beside this repository")
def test_every_message_of_the_corpus_has_a_gist():
    files = [
        file
        for file in CORPUS.rglob("*")
        if file.suffix in (".eml", ".msg", ".mbox", ".txt") and file.is_file()
    ]
    empty = 0
    for file in files:
        begun = time.thread_time()
        found = gist(file.read_bytes())
        assert time.thread_time() - begun < 1, file
        empty += not found.text
    assert empty < len(files) / 10
