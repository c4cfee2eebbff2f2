from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe
from tuimail.ui.format.sent_mail import recipients, which

NOON = 1_795_262_520.0
KEN, BO = Address("ken@x.example"), Address("bo@y.example")


def mail(*people, subject="Q3"):
    return SentMail("work", "<9@x>", Safe(subject), NOON, KEN, people)


def test_one_person_is_not_called_people():
    assert recipients(mail(KEN)) == "1 person"
    assert recipients(mail(KEN, BO)) == "2 people"


def test_a_mail_without_a_subject_is_named_all_the_same():
    assert which(mail(KEN, subject=""), NOON).startswith("(no subject) · sent ")
