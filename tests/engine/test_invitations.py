import pytest
from engine.fakes import FakeClock, FakeIds

from tuimail.engine.account import Account, Accounts
from tuimail.engine.writing.invitations import Invitations
from tuimail.mail.errors import DraftError
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.identity import Identity
from tuimail.mail.letter.invitation import REPLY_TYPE, Answer, read
from tuimail.mail.letter.parse import parse

REF = Ref("work", "INBOX", "1")


def asked(*attendees, method="REQUEST"):
    rows = ["BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VEVENT", "UID:u", "SUMMARY:Kick-off"]
    rows += ["DTSTART:20261120T010000Z", "ORGANIZER:mailto:boss@x.example"]
    rows += [*(f"ATTENDEE:mailto:{spec}" for spec in attendees), "END:VEVENT", "END:VCALENDAR", ""]
    head = "Message-ID: <7@x>\r\nSubject: s\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
    return parse((head + "\r\n".join(rows)).encode())


@pytest.fixture
def invitations():
    alias = Identity("work", Address("h.yamada@example.jp"), "")
    account = Account("work", Address("hanako@example.jp", "山田花子"), None, None, aliases=(alias,))
    return Invitations(Accounts(work=account), FakeClock(), FakeIds())


def test_an_answer_goes_to_the_organizer_and_threads_to_the_invitation(invitations):
    draft = invitations.answer(REF, asked("hanako@example.jp"), Answer.ACCEPTED)
    assert (draft.to, draft.subject, draft.in_reply_to) == ("boss@x.example", "Accepted: Kick-off", "<7@x>")
    assert draft.body == "山田花子 has accepted: Kick-off\n"
    assert draft.attachments[0].type == REPLY_TYPE
    assert read(draft.attachments[0].data).attendees[0].answer == "ACCEPTED"


def test_a_comment_stands_in_the_mail_and_in_the_answer(invitations):
    draft = invitations.answer(REF, asked("hanako@example.jp"), Answer.DECLINED, " on leave ")
    assert draft.body.startswith("on leave\n\n")
    assert read(draft.attachments[0].data).comment == "on leave"


def test_one_answers_as_the_address_that_was_invited(invitations):
    letter = asked("dana@x.example", "H.Yamada@example.jp")
    draft = invitations.answer(REF, letter, Answer.TENTATIVE)
    assert draft.sender == Address("h.yamada@example.jp")
    assert read(draft.attachments[0].data).attendees[0].address.spec == "h.yamada@example.jp"


def test_invited_by_some_alias_one_answers_as_the_account(invitations):
    draft = invitations.answer(REF, asked("everybody@example.jp"), Answer.ACCEPTED)
    assert draft.sender is None
    assert read(draft.attachments[0].data).attendees[0].address.spec == "hanako@example.jp"


@pytest.mark.parametrize("letter", [asked(method="CANCEL"), parse(b"Subject: x\n\nhello")])
def test_what_asks_for_no_answer_gets_none(invitations, letter):
    with pytest.raises(DraftError):
        invitations.answer(REF, letter, Answer.ACCEPTED)
