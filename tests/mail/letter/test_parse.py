import base64
import re
import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.parse import contents, parse, part

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def mime(kind, *parts, boundary="B", end=True):
    rows = [f"Content-Type: multipart/{kind}; boundary={boundary}", ""]
    for row in parts:
        rows += [f"--{boundary}", row]
    return "\n".join([*rows, f"--{boundary}--" if end else "", ""])


def plain(text, kind="text/plain", more=""):
    return f"Content-Type: {kind}\n{more}\n{text}"


def read(text):
    return parse(text.encode() if isinstance(text, str) else text)


def nested(depth, kind="mixed"):
    head = "".join(f"Content-Type: multipart/{kind}; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return head + "Content-Type: text/plain\n\ndeep\n"


def test_a_letter_has_what_a_reader_shows():
    letter = read(
        "From: =?utf-8?b?6Yi05pyo?= <s@x>\nTo: a@b\nCc: c@d\nReply-To: r@x\nSubject: Hi\n"
        "Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <2@x>\nIn-Reply-To: <1@x>\n"
        "References: <0@x> <1@x>\n\nHello\n"
    )
    assert letter.sender == Address("s@x", "鈴木")
    assert (letter.to, letter.cc, letter.reply_to) == (
        (Address("a@b"),),
        (Address("c@d"),),
        (Address("r@x"),),
    )
    assert (letter.subject, letter.text) == ("Hi", "Hello")
    assert letter.date == datetime(2025, 11, 21, 10, tzinfo=UTC)
    assert (letter.message_id, letter.in_reply_to, letter.references) == (
        "<2@x>",
        "<1@x>",
        ("<0@x>", "<1@x>"),
    )
    assert letter.headers[0] == ("From", "鈴木 <s@x>")
    assert letter.faults == ()


def test_plain_text_is_preferred_to_html():
    letter = read(mime("alternative", plain("plain"), plain("<p>html", "text/html")))
    assert (letter.text, letter.parts) == ("plain", ())


@pytest.mark.parametrize("excuse", ["", "  \n", "This message needs an HTML reader.", "HTMLメールです。"])
def test_html_is_read_when_the_plain_text_says_nothing(excuse):
    letter = read(mime("alternative", plain(excuse), plain('<p>html <a href="http://x/">y</a>', "text/html")))
    assert letter.text == "html y [1]"
    assert letter.links[0].host == "x"


def test_texts_of_a_mixed_message_are_read_in_order_and_files_are_listed():
    letter = read(
        mime(
            "mixed",
            plain("one"),
            plain("YWJj", "application/pdf; name=a.pdf", "Content-Transfer-Encoding: base64\n"),
            plain("<p>two", "text/html"),
            plain("kept", "text/plain", 'Content-Disposition: attachment; filename="b.txt"\n'),
        )
    )
    assert letter.text == "one\n\ntwo"
    assert [(file.index, file.name, file.type, file.size) for file in letter.parts] == [
        (1, "a.pdf", "application/pdf", 3),
        (3, "b.txt", "text/plain", 4),
    ]


def test_an_inline_image_is_listed_though_html_shows_it():
    image = plain("YWJj", "image/png", "Content-ID: <i>\nContent-Disposition: inline; filename=i.png\n")
    letter = read(mime("related", plain("<img src=cid:i>hello", "text/html"), image))
    assert (letter.text, [file.name for file in letter.parts]) == ("hello", ["i.png"])


def test_an_inline_patch_is_read_and_listed():
    patch = plain("+a", "text/x-patch", "Content-Disposition: inline; filename=a.patch\n")
    letter = read(mime("mixed", plain("see"), patch))
    assert (letter.text, [file.name for file in letter.parts]) == ("see\n\n+a", ["a.patch"])


def test_an_attached_message_is_summed_up_and_listed():
    letter = read(mime("mixed", plain("see"), plain("From: a@b\nSubject: inner\n\nsecret", "message/rfc822")))
    assert letter.text == "see\n\n[attached message]\nFrom: a@b\nSubject: inner"
    assert [file.name for file in letter.parts] == ["inner.eml"]


def test_flowing_lines_are_joined():
    flowed = "one \ntwo\n> quoted \n> more\n-- \nme\n"
    assert read(plain(flowed, "text/plain; format=flowed")).text == "one two\n> quoted more\n-- \nme"
    assert read(plain("日本 \n語\n", "text/plain; format=flowed; delsp=yes; charset=utf-8")).text == "日本語"


@pytest.mark.parametrize(
    "header",
    [
        "filename*=utf-8''%E8%A6%8B.pdf",
        "filename*0*=utf-8''%E8%A6;\n filename*1*=%8B;\n filename*2=.pdf",
        'filename="=?utf-8?b?6KaL?=.pdf"',
        'filename="見.pdf"',
        "filename=見.pdf; size=3",
    ],
)
def test_names_of_files_are_read_however_they_are_written(header):
    letter = read(
        mime("mixed", plain("x", "application/pdf", f"Content-Disposition: attachment; {header}\n"))
    )
    assert letter.parts[0].name == "見.pdf"


def test_row_16_the_true_ending_of_a_name_is_shown():
    disposition = 'Content-Disposition: attachment; filename="invoice\u202egnp.exe"\n'
    assert read(mime("mixed", plain("x", "image/png", disposition))).parts[0].name == "invoicegnp.exe"


def test_row_13_escapes_are_harmless_wherever_they_stand():
    esc = "\x1b]0;x\x07"
    letter = read(
        f'X-{esc}: a\nFrom: "{esc}" <a@b>\nSubject: {esc}\nX-Y: {esc}\n'
        + mime(
            "mixed",
            plain(esc, f'text/plain; charset="{esc}"'),
            plain("x", f"x/{esc}", f'Content-Disposition: attachment; filename="{esc}"\n'),
            plain("x", "image/png", f"Content-Disposition: attachment; filename*={esc}''%1b]0;x%07\n"),
        )
    )
    shown = [letter.text, letter.subject, letter.sender.name, *(t for row in letter.headers for t in row)]
    shown += [t for file in letter.parts for t in (file.name, file.type)]
    assert not any(CONTROLS.search(text) for text in shown)


def test_rows_21_22_doubts_about_the_sender_are_told():
    assert "boss" not in read('From: "boss@corp.com" <evil@x.org>\n\n').faults[0]
    assert "evil@x.org" in read('From: "boss@corp.com" <evil@x.org>\n\n').faults[0]
    assert "first is shown" in read("From: a@b, c@d\n\n").faults[0]
    assert "first is shown" in read("From: a@b\nFrom: c@d\n\n").faults[0]


HOSTILE = {
    "76 nested multiparts 60": nested(60),
    "76 nested multiparts 1,000": nested(1_000),
    "77 nested messages 3,000": "Content-Type: message/rfc822\n\n" * 3_000 + "deep",
    "78 sibling parts 100,000": mime("mixed", *["\nx"] * 100_000),
    "79 From ((((": "From: " + "(" * 20_000 + "\n\ntext",
    '79 From """"': "From: " + '"' * 20_000 + "\n\ntext",
    "79 From a@b, a@b": "From: " + "a@b, " * 20_000 + "\n\ntext",
    "80 encoded words 20,000": "Subject: " + "=?utf-8?q?a?= " * 20_000 + "\n\ntext",
    "81 params 20,000": "Content-Type: text/plain" + "; a=b" * 20_000 + "\n\ntext",
    "81 name*N 20,000": "Content-Type: text/plain"
    + "".join(f"; name*{n}=b" for n in range(20_000))
    + "\n\ntext",
    "82 name*": "Content-Type: text/plain; name*\n\ntext",
    "84 To quote": 'To: "\nCc: (c):\nBcc: (x): a@b;\n\ntext',
    "86 bad base64": "Content-Transfer-Encoding: base64\n\n====!!!",
    "86 cut quoted-printable": "Content-Transfer-Encoding: quoted-printable\n\ntext=",
    "86 broken uuencode": "Content-Transfer-Encoding: x-uue\n\nbegin 644 a\n\xff\xffgarbage",
    "86 unknown encoding": "Content-Transfer-Encoding: binary\n\nte\0xt",
    "87 no boundary": "Content-Type: multipart/mixed\n\ntext",
    "87 empty boundary": 'Content-Type: multipart/mixed; boundary=""\n\n--\n\ntext\n----',
    "87 long boundary": mime("mixed", "\ntext", boundary="b" * 10_000),
    "87 open end": mime("mixed", "\ntext", end=False),
    "88 double content type": "Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\ntext",
    "89 odd header names": "headers: x\n__class__: x\nbad\0name: y\n: z\n\ntext",
    "90 headers 300,000": "A: b\n" * 300_000 + "\ntext",
    "90 a header of 10 MB": "A: " + "b" * 10_000_000 + "\n\ntext",
    "90 folds 100,000": "A: b" + "\n c" * 100_000 + "\n\ntext",
    "boundaries within boundaries": nested(50) + "--b" * 300_000,
    "a text of 5 MB": "\n" + "word " * 1_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_messages_are_read_within_a_second(text):
    raw = text.encode("latin-1")
    begun = time.thread_time()
    letter = parse(raw)
    assert time.thread_time() - begun < 1
    assert len(letter.parts) <= 1_000
    assert letter.text or letter.parts or letter.headers
    assert not CONTROLS.search(letter.text)


def test_row_76_what_is_too_deep_is_cut_and_said():
    letter = read(nested(60))
    assert "deep" in letter.text
    assert any("nested more than 50" in fault for fault in letter.faults)


def test_row_82_a_broken_parameter_leaves_the_text():
    assert read("Content-Type: text/plain; name*\n\ntext").text == "text"


def test_row_83_a_real_id_of_exchange_is_kept():
    assert read("Message-ID: <[x@microsoft.com]>\n\n").message_id == "<[x@microsoft.com]>"


def test_row_84_a_list_without_addresses_is_still_shown():
    letter = read("To: (c):\n\n")
    assert (letter.to, letter.headers) == ((), (("To", "(c):"),))


@pytest.mark.parametrize("charset", ["../../etc", "idna", "rot13", "zlib", "unicode_escape", "utf-16"])
def test_row_85_a_strange_charset_leaves_something_readable(charset):
    assert (
        "text" in read(f"Content-Type: text/plain; charset={charset}\n\ntext é").text or charset == "utf-16"
    )


def test_row_87_a_boundary_that_begins_like_another_is_not_the_other():
    inner = mime("mixed", "\ninner", boundary="BB")
    assert read(mime("mixed", inner, "\nouter")).text == "inner\n\nouter"


def test_row_87_the_same_message_has_the_same_parts_each_time():
    raw = mime("mixed", plain("a", "image/png"), plain("b", "image/gif"), boundary="", end=False).encode()
    assert parse(raw).parts == parse(raw).parts


def test_row_89_strange_header_names_are_ignored():
    letter = read(HOSTILE["89 odd header names"])
    assert (letter.text, letter.headers) == ("text", (("headers", "x"), ("__class__", "x")))


@pytest.mark.parametrize("lead", ["", "From x@y Mon\n", "  \n\n"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_and_envelopes_of_any_kind_are_known(lead, ending):
    if ending == "\r" and lead.startswith("From"):
        lead = lead.strip() + "\n"
    raw = (lead + "Subject: s\n\none\ntwo\n").replace("\n", ending).encode()
    assert (parse(raw).subject, parse(raw).text) == ("s", "one\ntwo")


def test_a_part_is_fetched_by_its_index():
    message = EmailMessage()
    message.set_content("text")
    message.add_attachment(b"\0\xffdata", maintype="application", subtype="zip", filename="a.zip")
    message.add_attachment("text é", subtype="csv", filename="b.csv")
    raw = bytes(message)
    first, second = parse(raw).parts
    assert part(raw, first.index) == b"\0\xffdata"
    assert contents(raw, {first.index, second.index})[second.index].decode() == "text é\n"
    assert (first.size, second.size) == (6, len("text é\n".encode()))
    assert part(raw, 99) == b""


PIECES = st.sampled_from(
    [
        *(
            b"From: ",
            b"Content-Type: ",
            b"multipart/mixed; boundary=b",
            b"text/html",
            b"text/plain; charset=",
            b"utf-7",
        ),
        *(
            b"\n",
            b"\r\n",
            b"\n\n",
            b"--b",
            b"--b--",
            b" ",
            b"Content-Transfer-Encoding: base64",
            b"=?utf-8?b?",
            b"?=",
        ),
        *(
            b"<a href=",
            b"\x1b[",
            b"message/rfc822",
            b'"',
            b";",
            b"name*0*=",
            b"filename=",
            b"\xff",
            b"\x1b$B",
            b"<table>",
        ),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=40).map(b"".join))
def test_nothing_makes_it_raise(raw):
    letter = parse(raw)
    assert not CONTROLS.search(letter.text)
    for listed in letter.parts:
        part(raw, listed.index)


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=1, max_size=200))
def test_base64_of_any_bytes_comes_back(data):
    raw = b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(data)
    assert part(raw, 0) == data
    assert parse(raw).parts[0].size == len(data)
