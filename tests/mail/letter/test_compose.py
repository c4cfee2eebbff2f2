import email
import email.policy

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuimail.mail.errors import DraftError
from tuimail.mail.letter.address import Address, write
from tuimail.mail.letter.compose import assert_clean, draft_of, freeze, freeze_raw
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.mail.letter.filename import clean
from tuimail.mail.letter.parse import parse, part
from tuimail.mail.letter.submission import Stamp

STAMP = Stamp("<id@example.jp>", "Fri, 21 Nov 2025 10:00:00 +0900", "t0ken")
ME = Address("me@example.jp", "田中 太郎")


def frozen(**fields):
    return freeze(Draft("d", "work", **({"to": "a@b.jp"} | fields)), ME, STAMP)


def stdlib(wire):
    return email.message_from_bytes(wire, policy=email.policy.default)


def said(message):
    return message.get_payload(decode=True).decode().replace("\r\n", "\n").removesuffix("\n")


def head_of(wire):
    return wire.partition(b"\r\n\r\n")[0].decode("ascii")


def test_a_plain_mail_has_these_fields_and_no_others():
    message = stdlib(frozen(subject="Hi", body="Hello\nyou").wire)
    assert message.keys() == [
        *("From", "To", "Subject", "Date", "Message-ID", "X-Tuimail-Token", "User-Agent", "MIME-Version"),
        *("Content-Type", "Content-Transfer-Encoding"),
    ]
    assert message["From"].addresses[0].display_name == "田中 太郎"
    assert message["X-Tuimail-Token"] == "t0ken"
    assert said(message) == "Hello\nyou"


def test_bcc_is_in_the_recipients_and_not_in_the_bytes():
    submission = frozen(to="A <a@b.jp>", cc="c@d.jp", bcc="secret@x.jp, A@B.jp")
    assert submission.recipients == ("a@b.jp", "c@d.jp", "secret@x.jp")
    assert b"secret" not in submission.wire


def test_mail_to_blind_copies_only_names_nobody():
    submission = frozen(to="", bcc="secret@x.jp")
    assert "\r\nTo: undisclosed-recipients:;\r\n" in head_of(submission.wire)


def test_mail_to_nobody_is_refused():
    with pytest.raises(DraftError, match="Nobody to send to"):
        frozen(to=" ; ")


def test_an_attachment_that_was_not_read_is_refused_by_name():
    with pytest.raises(DraftError, match=r"見積\.pdf"):
        frozen(attachments=(Attachment("見積.pdf", "application/pdf", 3, path="x"),))


@pytest.mark.parametrize(
    "subject",
    [
        "a\r\nBcc: x@y",
        "=?UTF-8?Q?hi=0D=0ABcc=3A_inj@x?=",
        "ends\n",
        "nul\0",
        "a\u2028b\x85c\vd\fe",
        "見積書の件" * 100,
        "x" * 5000,
        " ".join(["word"] * 500),
        "." * 200,
        "a" + " " * 300 + "b",
    ],
)
def test_rows_29_to_38_no_subject_makes_another_header(subject):
    wire = frozen(subject=subject).wire
    message = stdlib(wire)
    assert "Bcc" not in message
    assert all(len(row) <= 78 for row in head_of(wire).split("\r\n"))
    assert " ".join(parse(wire).subject.split())[:1000] == " ".join(_visible(subject).split())[:1000]


def _visible(text):
    return "".join(" " if ord(char) < 32 or char in "\x85\u2028" else char for char in text)


def test_row_33_only_a_message_id_is_answered():
    wire = frozen(in_reply_to="<a@b>\r\n X-Evil: 1", references=("<0@b>", "evil\r\nX: 1")).wire
    message = stdlib(wire)
    assert message["In-Reply-To"] == "<a@b>"
    assert message["References"] == "<0@b>"
    assert "X-Evil" not in message


def test_row_34_a_senders_name_can_not_make_a_header():
    wire = freeze(Draft("d", "a", to="a@b"), Address("me@x.jp", "Me\r\nBcc: x@y"), STAMP).wire
    assert stdlib(wire).keys().count("Bcc") == 0


@pytest.mark.parametrize(
    "body", ["\n.\nMAIL FROM:", "\r.\r", "\r\n.\r\n", "a" * 2000, "日" * 2000, "no end", "", "a\0b"]
)
def test_rows_43_to_45_the_wire_is_whole_short_ascii_lines(body):
    wire = frozen(body=body).wire
    assert wire.isascii()
    assert b"\0" not in wire
    assert wire.count(b"\r\n") == wire.count(b"\n") == wire.count(b"\r")
    assert max(map(len, wire.split(b"\r\n"))) <= 998
    expected = body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    assert said(stdlib(wire)) == expected.removesuffix("\n")


@pytest.mark.parametrize(
    "name",
    [
        "見積書.pdf",
        "とても長い名前の見積書_" * 3 + ".pdf",
        'quo"te\\.txt',
        "plain.txt",
        "=?utf-8?q?x?=.txt",
        "a b.txt",
    ],
)
def test_names_of_files_are_read_by_old_and_new_readers(name):
    wire = frozen(attachments=(Attachment(name, "application/pdf", 3, data=b"\0\r\n"),)).wire
    (file,) = stdlib(wire).iter_attachments()
    shown = clean(name)
    assert file.get_filename() == shown
    assert file.get_payload(decode=True) == b"\0\r\n"
    outlook = email.message_from_bytes(wire).get_payload()[1].get_param("name")
    words = email.header.make_header(email.header.decode_header(outlook))
    assert str(words) == shown


def test_row_35_a_files_name_can_not_make_a_header():
    wire = frozen(
        attachments=(Attachment('a"\r\nX-Evil: 1\r\n\r\n', "text/plain\r\nX: 1", 1, data=b"x"),)
    ).wire
    (file,) = stdlib(wire).iter_attachments()
    assert set(file.keys()) == {"Content-Type", "Content-Disposition", "Content-Transfer-Encoding"}
    assert file.get_content_type() == "application/octet-stream"


@pytest.mark.parametrize(
    ("wire", "names"),
    [
        (b"A: b\r\n\r\nx\n", ["A"]),
        (b"A: b\r\n\r\nx\r", ["A"]),
        (b"A: b\r\n\r\nx\0\r\n", ["A"]),
        (b"A: b\r\n\r\n" + b"x" * 999 + b"\r\n", ["A"]),
        (b"A: b\r\nB: c\r\n\r\n", ["A"]),
        (b"A: b\r\n\r\n", ["A", "B"]),
        (b"A: b\r\nBcc: c\r\n\r\n", ["A", "Bcc"]),
        (b"A: b\r\n \r\n\r\n", ["A"]),
    ],
)
def test_bytes_that_are_not_as_meant_never_leave(wire, names):
    with pytest.raises(DraftError):
        assert_clean(wire, names)


TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn", "Mn", "Me"]),
    max_size=80,
)


@settings(max_examples=80, deadline=None)
@given(
    TEXT,
    TEXT,
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300),
    st.binary(max_size=300),
)
@example("=?utf-8?q?x?=", '"a\\b"', "x\r\n.\r\n", b"\r\n--=_t0ken--\r\n")
def test_what_was_composed_is_what_is_read(subject, name, body, data):
    to = write(Address("a@b.jp", name))
    submission = frozen(
        to=to, subject=subject, body=body, attachments=(Attachment("f.bin", "application/x-f", 1, data=data),)
    )
    message = stdlib(submission.wire)
    lines = body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").removesuffix("\n")
    assert submission.recipients == ("a@b.jp",)
    assert message["To"].addresses[0].addr_spec == "a@b.jp"
    assert " ".join(str(parse(submission.wire).subject).split()) == " ".join(subject.split())
    assert said(message.get_body()) == lines
    assert next(message.iter_attachments()).get_payload(decode=True) == data
    assert part(submission.wire, 1) == data


def test_a_finished_message_is_completed_and_loses_its_bcc():
    raw = b"From x\nFrom: Me <a@b>\nTo: c@d\nBcc: e@f,\n g@h\nSubject: s\n\nhello\r\nworld\xe9"
    submission = freeze_raw(raw, "", (), STAMP)
    assert submission.sender == "a@b"
    assert submission.recipients == ("c@d", "e@f", "g@h")
    assert submission.wire == (
        b"From: Me <a@b>\r\nTo: c@d\r\nSubject: s\r\nDate: Fri, 21 Nov 2025 10:00:00 +0900\r\n"
        b"Message-ID: <id@example.jp>\r\nX-Tuimail-Token: t0ken\r\n\r\nhello\r\nworld\xe9\r\n"
    )


def test_a_finished_message_keeps_its_own_id_and_date_and_takes_the_given_envelope():
    raw = b"Message-ID: <own@x>\rDate: then\rFrom: a@b\rX-Tuimail-Token: old\r\rbody\r"
    submission = freeze_raw(raw, "bounce@b", ("z@z", "Z@Z"), STAMP)
    assert submission.message_id == "<own@x>"
    assert (submission.sender, submission.recipients) == ("bounce@b", ("z@z",))
    assert submission.wire == (
        b"Message-ID: <own@x>\r\nDate: then\r\nFrom: a@b\r\nX-Tuimail-Token: t0ken\r\n\r\nbody\r\n"
    )


def test_text_without_a_header_gets_one():
    wire = freeze_raw(b"hello\nworld", "me@x", ("a@b",), STAMP).wire
    assert wire.startswith(b"From: me@x\r\nDate: ")
    assert wire.endswith(b"\r\n\r\nhello\r\nworld\r\n")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"From: a@b\nTo: bob\n\n",
        b"From: a@b\n\n",
        b"To: a@b\n\n",
        b"From: a@b\nTo: c@d\nnonsense\nX: y\n\n",
        b"From: a@b\nTo: c@d\n\nnul\0",
        b"From: a@b\nTo: c@d\n\n" + b"x" * 999,
    ],
)
def test_a_malformed_message_is_refused_in_one_line(raw):
    with pytest.raises(DraftError) as error:
        freeze_raw(raw, "", (), STAMP)
    assert "\n" not in str(error.value)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_get_past_the_last_look(data):
    try:
        wire = freeze_raw(b"From: a@b\nTo: c@d\n" + data, "", (), STAMP).wire
    except DraftError as error:
        assert "\n" not in str(error)
        return
    assert wire.count(b"\r\n") == wire.count(b"\n")


def test_a_message_taken_up_again_is_the_draft_it_was():
    file = Attachment("見積.pdf", "application/pdf", 3, data=b"abc")
    wire = frozen(to='"K, A" <a@b.jp>', cc="c@d", subject="件名", body="本文\n", attachments=(file,)).wire
    draft = draft_of(b"Bcc: e@f\r\n" + wire, "new", "work")
    assert (draft.to, draft.cc, draft.bcc) == ('"K, A" <a@b.jp>', "c@d", "e@f")
    assert (draft.subject, draft.body) == ("件名", "本文")
    assert draft.attachments == (file,)


def test_the_wish_for_receipts_is_a_header_to_the_author_and_comes_back_with_the_draft():
    submission = frozen(receipts=True)
    assert submission.receipts
    asked = str(stdlib(submission.wire)["Disposition-Notification-To"])
    assert "me@example.jp" in asked
    assert draft_of(submission.wire, "d", "work").receipts
    plain = frozen()
    assert not plain.receipts
    assert b"disposition-notification" not in plain.wire.lower()
    assert not draft_of(plain.wire, "d", "work").receipts
