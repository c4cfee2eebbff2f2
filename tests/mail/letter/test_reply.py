import pytest

from tuimail.mail.letter.draft import Kind
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.parse import parse
from tuimail.mail.letter.quote import answered, forwarded
from tuimail.mail.letter.reply import forward, reply

REF = Ref("work", "INBOX", "7")
OWN = {"me@example.jp"}
RAW = (
    b"From: Ann <ann@x.org>\nTo: Me <ME@example.jp>, bob@x.org\nCc: carl@x.org, ann@x.org\n"
    b"Subject: RE: Re[2]: plan\nDate: Fri, 21 Nov 2025 10:00:00 +0900\nMessage-ID: <3@x>\n"
    b"References: <1@x> <2@x>\n\nHello\n> old\n\nbye\n-- \nAnn\n"
)


def answer(raw=RAW, everyone=False, signature=""):
    return reply(parse(raw), REF, OWN, "d", everyone, signature)


def test_a_reply_goes_to_the_sender_and_quotes_the_text():
    draft = answer()
    assert (draft.to, draft.cc, draft.subject, draft.kind) == ("Ann <ann@x.org>", "", "Re: plan", Kind.REPLY)
    assert draft.body == "\n\nOn 2025-11-21 10:00, Ann wrote:\n> Hello\n>> old\n>\n> bye\n"
    assert (draft.in_reply_to, draft.references) == ("<3@x>", ("<1@x>", "<2@x>", "<3@x>"))
    assert (draft.account, draft.answers) == ("work", REF)


def test_a_reply_to_all_leaves_out_ourselves_and_doubles():
    draft = answer(everyone=True)
    assert (draft.to, draft.cc, draft.kind) == ("Ann <ann@x.org>", "bob@x.org, carl@x.org", Kind.REPLY_ALL)


def test_reply_to_is_honoured():
    draft = answer(b"Reply-To: list@x.org\n" + RAW, everyone=True)
    assert (draft.to, draft.cc) == ("list@x.org", "bob@x.org, carl@x.org, ann@x.org")


def test_answering_ones_own_mail_goes_where_it_went():
    raw = b"From: me@example.jp\nTo: ann@x.org\nCc: bob@x.org\n\n"
    assert (answer(raw).to, answer(raw).cc) == ("ann@x.org", "")
    assert answer(raw, everyone=True).cc == "bob@x.org"


def test_a_note_to_oneself_is_answered_to_oneself():
    assert answer(b"From: me@example.jp\nTo: me@example.jp\n\n").to == "me@example.jp"


def test_what_can_not_be_sent_to_is_left_out():
    assert answer(b"From: MAILER-DAEMON\n\nfailed").to == ""


def test_a_japanese_message_is_attributed_in_the_japanese_order():
    raw = "From: =?utf-8?b?6Yi05pyo?= <s@x>\nDate: Fri, 21 Nov 2025 10:02:00 +0900\n\n本文です".encode()
    assert "2025年11月21日 10:02 鈴木さん:\n> 本文です" in answer(raw).body


def test_the_signature_stands_at_the_end():
    assert answer(signature="Me\n").body.endswith("> bye\n\n-- \nMe\n")


def test_references_keep_the_first_and_the_latest():
    ids = " ".join(f"<{n}@x>" for n in range(50))
    draft = answer(f"From: a@b\nMessage-ID: <last@x>\nReferences: {ids}\n\n".encode())
    assert len(draft.references) == 20
    assert (draft.references[0], draft.references[-1]) == ("<0@x>", "<last@x>")


def test_row_32_a_subject_that_decodes_to_lines_is_one_line():
    assert answer(b"From: a@b\nSubject: =?utf-8?q?a=0D=0ABcc=3A_x?=\n\n").subject == "Re: a Bcc: x"


@pytest.mark.parametrize(
    "subject",
    ["plan", "Re: plan", "RE:RE: plan", "Re[3]: plan", "返信: Re：plan", "AW: plan", "re (2): plan"],
)
def test_re_stands_once(subject):
    assert answered(subject) == "Re: plan"


@pytest.mark.parametrize("subject", ["plan", "Fwd: plan", "FW: fwd: plan", "転送：plan"])
def test_fwd_stands_once(subject):
    assert forwarded(subject) == "Fwd: plan"


def test_a_forward_carries_the_text_and_the_files():
    raw = (
        b"From: Ann <ann@x.org>\nTo: me@example.jp\nSubject: plan\nDate: Fri, 21 Nov 2025 10:00:00 +0900\n"
        b"Content-Type: multipart/mixed; boundary=B\n\n--B\n\nsee this\n--B\n"
        b"Content-Type: application/pdf; name=../a.pdf\nContent-Transfer-Encoding: base64\n\nYWJj\n--B--\n"
    )
    draft = forward(parse(raw), raw, REF, "d", "Me")
    (file,) = draft.attachments
    assert (draft.to, draft.subject, draft.kind) == ("", "Fwd: plan", Kind.FORWARD)
    assert (file.name, file.type, file.size, file.data) == ("a.pdf", "application/pdf", 3, b"abc")
    assert draft.body == (
        "\n\n---------- Forwarded message ----------\nFrom: Ann <ann@x.org>\nDate: 2025-11-21 10:00 +0900\n"
        "Subject: plan\nTo: me@example.jp\n\nsee this\n\n-- \nMe\n"
    )
