"""Who gets a correction, and how each is addressed."""

import pytest

from tuimail.mail.after.correction import Audience, Language, Scenario
from tuimail.mail.after.correction_names import addressed, called, company
from tuimail.mail.after.correction_people import Circle, audience, circles, concerned
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
        (["株式会社クライアント 服部 太郎"], JA, OUT, "株式会社クライアント\n服部 太郎 様"),
        (["（株）クライアント　長谷部 誠"], JA, OUT, "株式会社クライアント\n長谷部 誠 様"),
        (["鈴木 一郎 (営業部)"], JA, OUT, "営業部\n鈴木 一郎 様"),
        (["鈴木 一郎/営業部/株式会社クライアント"], JA, OUT, "株式会社クライアント 営業部\n鈴木 一郎 様"),
        (["営業部 鈴木 一郎"], JA, IN, "鈴木さん"),
        (["'鈴木 一郎'"], JA, IN, "鈴木さん"),
        (["Anna Kowalska (Supplier Ltd)"], JA, OUT, "Supplier Ltd\nAnna Kowalska 様"),
        (["Client Co., Ltd."], JA, OUT, "Client Co., Ltd. 御中"),
        (["Ichiro Suzuki"], JA, IN, "Ichiro Suzukiさん"),
        (["SUZUKI Ichiro"], EN, IN, "Hi Ichiro,"),
        (["鈴木部長"], JA, OUT, "鈴木部長"),
        (["総務部"], JA, OUT, "総務部 御中"),
        (["総務部"], JA, IN, "総務部 各位"),
        (["販売会議"], JA, OUT, "販売会議 各位"),
        (["販売会議"], EN, IN, "Hi all,"),
        (["株式会社A 鈴木", "株式会社A 佐藤"], JA, OUT, "株式会社A\n鈴木 様\n佐藤 様"),
        (["株式会社A 鈴木", "株式会社B 佐藤"], JA, OUT, "株式会社A\n鈴木 様\n株式会社B\n佐藤 様"),
        ([f"株式会社A 鈴木 {n}" for n in range(4)], JA, OUT, "株式会社A\n各位"),
    ],
)
def test_people_are_addressed_as_they_are_in_business(names, language, wording, line):
    people = [Address(f"{n}@x.example", name) for n, name in enumerate(names)]
    assert addressed(people, language, wording) == line


def test_a_list_that_is_called_as_its_address_has_no_name():
    ink = Address("ink@letters.example", "ink")
    assert (addressed((ink,), EN, OUT), addressed((ink,), JA, OUT)) == ("Hello,", "ご担当者様")


def test_a_company_is_never_onchu_within_a_sentence():
    assert called((Address("a@x.example", "株式会社クライアント"),), OUT) == "株式会社クライアント様"
    assert called((Address("a@x.example", "販売会議"),), OUT) == ""


@pytest.mark.parametrize(
    ("signature", "name"),
    [
        ("山田花子\n株式会社サンプル 営業部\n電話 03-0000-0000", "株式会社サンプル"),
        ("山田 花子\n木漏れ日書房 / Komorebi Books, Kanazawa", "木漏れ日書房"),
        ("山田 花子\n営業部", ""),
        ("", ""),
    ],
)
def test_a_signature_names_the_company(signature, name):
    assert company(signature) == name


def test_somebody_is_named_in_a_sentence_without_the_company():
    assert called((Address("s@x.example", "株式会社クライアント 鈴木"),), OUT) == "鈴木 様"
    assert called((SUZUKI,), IN) == "鈴木さん"
    assert called((), OUT) == called((SUZUKI, ANNA), OUT) == called((Address("a@b.example"),), OUT) == ""
