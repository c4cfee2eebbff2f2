"""Which language is spoken about a mail, and what the configuration says of it."""

import pytest
from msgspec.structs import replace

from tuimail.engine.after.practice import Practice
from tuimail.mail.after.correction import Language
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe

MAIL = SentMail(
    "work", "<1@x>", Safe("Prices"), 0.0, Address("me@x.example", "Me"), (Address("a@x.example", "Ann"),)
)


@pytest.mark.parametrize(
    ("changes", "language"),
    [
        ({}, Language.ENGLISH),
        ({"subject": Safe("見積書")}, Language.JAPANESE),
        ({"sender": Address("me@x.example", "山田")}, Language.JAPANESE),
        ({"bcc": (Address("s@x.example", "スズキ"),)}, Language.JAPANESE),
        ({"subject": Safe("Прайс")}, Language.ENGLISH),
    ],
)
def test_a_mail_with_japanese_in_subject_or_names_is_spoken_about_in_japanese(changes, language):
    mail = replace(MAIL, **changes)
    assert Practice().language_of(mail) is language
    assert Practice(language=Language.ENGLISH).language_of(mail) is Language.ENGLISH
