"""The examples in docs/corrections.md are what tuimail writes."""

import asyncio
from datetime import datetime, timedelta, timezone
from pathlib import Path

import tuimail
from tuimail.backends.templates import Shelves
from tuimail.mail.after.correction import Audience, Language, Scenario
from tuimail.mail.after.correction_draft import Author, Manner, Original, chosen, correction
from tuimail.mail.after.correction_people import Circle
from tuimail.mail.after.correction_text import PLACES
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.parse import parse
from tuimail.mail.letter.safe import line

PAGE = Path(__file__).parents[2] / "docs" / "corrections.md"
TEMPLATES = asyncio.run(Shelves(Path(tuimail.__file__).parent / "templates" / "correction").all())
SENT = datetime(2026, 11, 20, 10, 7, tzinfo=timezone(timedelta(hours=9)))
JA, EN = Language.JAPANESE, Language.ENGLISH
TEXT = "We meet on Friday at ten.\nIt costs 1,200 EUR a month.\n"


def example(scenario, language, wording, name, subject, person, signature, edited=""):
    head = "From: hanako@example.jp\r\nMessage-ID: <a@example.jp>\r\n\r\n"
    me = Address("hanako@example.jp", name)
    mail = SentMail("work", "<a@example.jp>", line(subject), 0.0, me, (person,))
    original = Original(mail, parse(f"{head}{TEXT}".encode()), SENT)
    template = chosen(TEMPLATES, scenario, language, wording)
    manner = Manner(scenario, language, wording, edited)
    draft = correction(original, Circle((person,)), manner, template, Author(me, signature), "d")
    return f"Subject: {draft.subject}\n\n{draft.body.rstrip()}"


def japanese():
    suzuki = Address("suzuki@client.example", "株式会社クライアント 営業部 鈴木 一郎")
    signature = "山田花子\n株式会社サンプル 営業部\n電話 03-0000-0000"
    return example(Scenario.PERSON, JA, Audience.OUTSIDE, "山田花子", "10月分ご請求書の件", suzuki, signature)


def english():
    anna = Address("anna@example.jp", "Kowalska, Anna")
    edited = TEXT.replace("Friday", "Monday").replace("1,200", "1,250")
    return example(
        Scenario.CONTENT, EN, Audience.INSIDE, "Hanako Yamada", "Re: Server costs", anna, "", edited
    )


def test_the_examples_are_what_is_written():
    page = PAGE.read_text("utf-8")
    assert f"```\n{japanese()}\n```" in page
    assert f"```\n{english()}\n```" in page


def test_every_place_of_a_template_is_told():
    page = PAGE.read_text("utf-8")
    assert [place for place in PLACES if f"`{{{place}}}`" not in page] == []
