"""Who gets a correction, and how each is addressed."""

import pytest

from tuimail.mail.after.correction import Audience, Language, Scenario
from tuimail.mail.after.correction_people import Circle, addressed, audience, called, circles, concerned
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe

ME, TANAKA = Address("hanako@example.jp", "山田花子"), Address("tanaka@example.jp", "田中 一")
SUZUKI, ANNA = (
    Address("suzuki@client.example", "鈴木 一郎"),
    Address("anna@supplier.example", "Kowalska, Anna"),
)
DOMAINS = ("example.jp",)
JA, EN, IN, OUT = Language.JAPANESE, Language.ENGLISH, Audience.INSIDE, Audience.OUTSIDE


def a_mail(to=(TANAKA,), cc=(), bcc=()):
    return SentMail("work", "<a@example.jp>", Safe("s"), 0.0, ME, tuple(to), tuple(cc), tuple(bcc))


def test_a_misdirected_mail_concerns_those_outside_when_it_went_both_ways():
    mail = a_mail((TANAKA, SUZUKI), (ME,))
    assert concerned(mail, Scenario.PERSON, {ME.spec}, DOMAINS) == (SUZUKI,)
    assert concerned(mail, Scenario.CONTENT, {ME.spec}, DOMAINS) == (TANAKA, SUZUKI)
    assert concerned(a_mail(), Scenario.PERSON, {ME.spec}, DOMAINS) == (TANAKA,)


def test_oneself_is_left_out_unless_there_is_nobody_else():
    assert concerned(a_mail((ME,)), Scenario.OTHER, {ME.spec}, DOMAINS) == (ME,)


def test_one_mail_goes_as_the_first_was_addressed_and_each_blind_copy_gets_its_own():
    mail = a_mail((TANAKA,), (SUZUKI,), (ANNA,))
    assert circles(mail, mail.people, Scenario.OTHER) == (Circle((TANAKA,), (SUZUKI,)), Circle((ANNA,)))
    assert circles(mail, (SUZUKI,), Scenario.OTHER) == (Circle((SUZUKI,)),)


def test_one_mail_each_names_nobody_else():
    mail = a_mail((TANAKA, SUZUKI))
    assert circles(mail, mail.people, Scenario.OTHER, each=True) == (Circle((TANAKA,)), Circle((SUZUKI,)))


def test_addresses_that_were_visible_are_not_made_so_again():
    mail = a_mail((TANAKA, SUZUKI, ANNA))
    assert [len(one.people) for one in circles(mail, mail.people, Scenario.ADDRESSES)] == [1, 1, 1]
    assert circles(mail, mail.people, Scenario.ADDRESSES, each=False) == (Circle(bcc=mail.people),)


def test_the_wording_is_for_outside_as_soon_as_one_is():
    assert (audience((TANAKA,), DOMAINS), audience((TANAKA, SUZUKI), DOMAINS)) == (IN, OUT)


@pytest.mark.parametrize(
    ("names", "language", "wording", "line"),
    [
        (["鈴木 一郎"], JA, OUT, "鈴木 一郎 様"),
        (["鈴木 一郎"], JA, IN, "鈴木さん"),
        (["鈴木様"], JA, OUT, "鈴木様"),
        (["株式会社クライアント 営業部 鈴木 一郎"], JA, OUT, "株式会社クライアント 営業部\n鈴木 一郎 様"),
        (["株式会社クライアント 営業部 鈴木 一郎"], JA, IN, "鈴木さん"),
        (["株式会社クライアント"], JA, OUT, "株式会社クライアント 御中"),
        (["鈴木", "佐藤"], JA, OUT, "鈴木 様\n佐藤 様"),
        (["鈴木", "佐藤"], JA, IN, "鈴木さん、佐藤さん"),
        (["a", "b", "c", "d"], JA, OUT, "各位"),
        ([""], JA, OUT, "ご担当者様"),
        ([""], JA, IN, "各位"),
        (["x@y.example"], EN, OUT, "Hello,"),
        (["Kowalska, Anna"], EN, OUT, "Dear Anna Kowalska,"),
        (["Kowalska, Anna"], EN, IN, "Hi Anna,"),
        (["Anna Kowalska", "Dana Whitfield"], EN, IN, "Hi Anna and Dana,"),
        (["鈴木 一郎"], EN, IN, "Hi 鈴木 一郎,"),
        (["a", "b", "c", "d"], EN, OUT, "Dear all,"),
        ([], JA, OUT, "各位"),
    ],
)
def test_people_are_addressed_as_they_are_in_business(names, language, wording, line):
    people = [Address(f"{n}@x.example", name) for n, name in enumerate(names)]
    assert addressed(people, language, wording) == line


def test_somebody_is_named_in_a_sentence_without_the_company():
    assert called((Address("s@x.example", "株式会社クライアント 鈴木"),), OUT) == "鈴木 様"
    assert called((SUZUKI,), IN) == "鈴木さん"
    assert called((), OUT) == called((SUZUKI, ANNA), OUT) == called((Address("a@b.example"),), OUT) == ""
