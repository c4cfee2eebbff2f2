"""What is remembered of a mail that left: whom it really went to, and all its names."""

from builders import a_draft, a_queued
from msgspec.structs import replace

from tuimail.mail.after.remembered import gone_to, names, of_item, of_letter
from tuimail.mail.hold.item import Recipient, Standing, State
from tuimail.mail.letter.envelope import Ref

WIRE = (
    b"From: Me <me@example.jp>\r\nTo: Aiko <aiko@example.jp>, gone@example.jp\r\n"
    b"Cc: ken@=?x?=, mai@EXAMPLE.jp\r\nSubject: x\r\n\r\nbody"
)


def item(*specs, **changes):
    made = a_queued(draft=a_draft(corrects="<0@x>"))[0]
    sent = {"state": State.SENT, **changes}
    return replace(made, recipients=tuple(map(Recipient, specs)), **sent)


def specs(people):
    return [one.spec for one in people]


def test_fields_name_people_and_whoever_no_field_names_was_a_blind_copy():
    mail = of_item(item("aiko@example.jp", "mai@example.jp", "boss@example.jp"), WIRE, 5.0)
    assert (specs(mail.to), specs(mail.cc), specs(mail.bcc)) == (
        ["aiko@example.jp"],
        ["mai@EXAMPLE.jp"],
        ["boss@example.jp"],
    )
    assert (mail.sender.name, mail.sent, mail.corrects) == ("Me", 5.0, "<0@x>")


def test_whoever_was_refused_did_not_get_it():
    refused = item("aiko@example.jp", "gone@example.jp")
    recipients = (refused.recipients[0], replace(refused.recipients[1], standing=Standing.REFUSED))
    assert specs(of_item(replace(refused, recipients=recipients), WIRE, 5.0).people) == ["aiko@example.jp"]


def test_without_its_bytes_nothing_says_who_was_a_blind_copy():
    mail = of_item(item("aiko@example.jp", "boss@example.jp"), b"", 5.0)
    assert (specs(mail.to), mail.bcc) == (["aiko@example.jp", "boss@example.jp"], ())


def test_the_name_that_the_server_gave_it_and_the_wish_for_receipts_are_kept():
    mail = of_item(item("aiko@example.jp", remote="immutable", receipts=True), WIRE, 5.0)
    assert (mail.handle, mail.receipts) == ("immutable", True)
    asks = b"Disposition-Notification-To: me@example.jp\r\n" + WIRE
    assert of_item(item("aiko@example.jp"), asks, 5.0).receipts
    assert not of_item(item("aiko@example.jp"), WIRE, 5.0).receipts


def test_a_copy_that_exchange_renamed_has_both_names():
    raw = b"Message-ID: <new@prod.outlook.com>\r\nX-Microsoft-Original-Message-ID: <ours@x>\r\n" + WIRE
    assert names(raw) == ("<new@prod.outlook.com>", "<ours@x>")


def test_a_copy_without_a_date_left_when_it_was_received():
    mail = of_letter(WIRE, Ref("work", "Sent", "1"), received=7.0)
    assert (mail.sent, mail.message_id, mail.bcc) == (7.0, "", ())


def test_whoever_stands_in_a_second_to_or_cc_had_it_too():
    raw = b"To: a@x.example\r\nTO: b@y.example\r\nCc: c@x.example\r\nCc: d@y.example\r\n\r\n"
    mail = of_letter(raw, Ref("work", "Sent", "1"))
    assert [one.spec[0] for one in mail.people] == ["a", "b", "c", "d"]


def test_hostile_bytes_make_a_mail_to_nobody():
    mail = of_letter(b"\xff\x00" * 100, Ref("work", "Sent", "1"))
    assert (mail.people, mail.sender.spec, mail.message_id) == ((), "", "")


def test_of_mail_that_goes_on_to_others_yet_those_count_who_have_it():
    waiting = item("aiko@example.jp", "mai@example.jp", state=State.WAITING)
    assert gone_to(waiting) == ()
    recipients = (replace(waiting.recipients[0], standing=Standing.ACCEPTED), waiting.recipients[1])
    half = replace(waiting, recipients=recipients)
    assert gone_to(half) == ("aiko@example.jp",)
    assert gone_to(replace(half, state=State.SENT)) == ("aiko@example.jp", "mai@example.jp")
