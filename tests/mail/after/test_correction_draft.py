"""Every template: complete, in the customary order, and without a word of what leaked."""

import asyncio
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import tuimail
from tuimail.backends.templates import Shelves
from tuimail.mail.after.correction import Audience, Language, Scenario
from tuimail.mail.after.correction_draft import (
    MEANT_FOR,
    RESEND,
    Author,
    Manner,
    Original,
    chosen,
    correction,
)
from tuimail.mail.after.correction_draft import template_name as name_of
from tuimail.mail.after.correction_lines import WIDTH, cells, folded
from tuimail.mail.after.correction_people import Circle
from tuimail.mail.after.correction_text import (
    MARK,
    PLACES,
    carried,
    carry,
    filled,
    first_mark,
    language,
    unfilled,
)
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.errors import DraftError
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Attachment, Kind
from tuimail.mail.letter.parse import parse
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.template import template

FOLDER = Path(tuimail.__file__).parent / "templates" / "correction"
TEMPLATES = asyncio.run(Shelves(FOLDER).all())
ME = Address("hanako@example.jp", "山田花子")
SUZUKI = Address("suzuki@client.example", "鈴木 一郎")
JST = timezone(timedelta(hours=9))
WHEN = datetime(2026, 11, 21, 10, 7, tzinfo=JST)
AUTHOR = Author(ME, "山田花子\n株式会社サンプル")
ALL = [(s, lang, who) for s in Scenario for lang in Language for who in Audience]
PREFIXES = ("【訂正】", "【お詫び】", "【再送】", "Correction: ", "Apology: ")
WRITTEN = "Hanako <hanako@example.jp>\r\nSubject: Re: Q3\r\nReferences: <0@x.example>\r\n"


def an_original(text="田中様\nQ3の数字は別添のとおりです。\n", files=0, subject="Re: 見積書の件"):
    head = f"From: {WRITTEN}Message-ID: <a@example.jp>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    letter = parse(head.encode() + text.encode("utf-8", "replace"))
    part = tuple(Attachment(f"f{n}.pdf", "application/pdf", 1) for n in range(files))
    letter = replace(letter, parts=part)  # only their number counts
    mail = SentMail("work", "<a@example.jp>", line(subject), 0.0, ME, (SUZUKI,))
    return Original(mail, letter, WHEN)


def written(scenario, lang, who, original=None, circle=None, author=AUTHOR, **more):
    original = original or an_original()
    one = chosen(TEMPLATES, name_of(scenario, original), lang, who)
    circle = Circle((SUZUKI,)) if circle is None else circle
    return correction(original, circle, Manner(scenario, lang, who, **more), one, author, "d1")


@pytest.mark.parametrize(("scenario", "lang", "who"), ALL)
@pytest.mark.parametrize("files", [0, 1])
def test_a_draft_is_complete_and_in_the_customary_order(scenario, lang, who, files):
    draft = written(scenario, lang, who, an_original(files=files))
    japanese = lang is Language.JAPANESE
    assert draft.subject.startswith(PREFIXES[:3] if japanese else PREFIXES[3:])
    assert re.search(r"\{\w*\}", draft.subject + draft.body) is None
    sorry = "申し訳" if japanese else "sorry"
    when, cause = (
        ("2026年11月21日（土）10:07", "〔原因〕") if japanese else ("21 November 2026, 10:07", "〔cause〕")
    )
    prevention = "〔再発防止策〕" if japanese else "〔prevention〕"
    if scenario is Scenario.ATTACHMENT and not files:
        cause = prevention = "確認を徹底" if japanese else "I will check"
    first = {Audience.OUTSIDE: ("鈴木 一郎 様", "Dear 鈴木"), Audience.INSIDE: ("鈴木さん", "Hi 鈴木")}[who]
    order = [first[not japanese], sorry, when, "見積書の件", cause, prevention, ME.spec, "-- \n山田花子"]
    places = [draft.body.find(each) for each in order]
    assert -1 not in places and places == sorted(places), list(zip(order, places, strict=True))


@pytest.mark.parametrize(("scenario", "lang", "who"), ALL)
def test_the_cursor_stands_at_the_first_thing_to_fill_in(scenario, lang, who):
    draft = written(scenario, lang, who)
    row, column = draft.cursor
    assert MARK.match(draft.body.split("\n")[row], column)
    assert unfilled(draft.body)[0] == MARK.match(draft.body.split("\n")[row], column)[0]


@pytest.mark.parametrize("one", TEMPLATES, ids=lambda one: one.name)
def test_no_template_makes_excuses_or_promises_what_nobody_knows(one):
    text = one.subject + one.body
    for word in (
        "取り急ぎ",
        "とりあえず",
        "recall",
        "回収",
        "取り消し",
        "unfortunately",
        "貴社の",
        "your fault",
    ):
        assert word not in text.lower()
    assert set(re.findall(r"\{(\w+)\}", text)) <= set(PLACES)
    assert "{original}" not in text or one.name.startswith(RESEND)
    assert not re.search(r"[ \t]$", text, re.MULTILINE)


@pytest.mark.parametrize("scenario", [*Scenario, MEANT_FOR])
def test_there_is_every_template_in_both_languages_for_both_audiences(scenario):
    names = {one.name for one in TEMPLATES}
    assert {f"{scenario}.{lang}.{who}" for lang in Language for who in Audience} <= names


LEAK = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=12, max_size=60)


@given(st.lists(LEAK, min_size=1, max_size=4), st.sampled_from(ALL))
def test_no_sentence_of_what_leaked_is_repeated(sentences, case):
    scenario, lang, who = case
    draft = written(scenario, lang, who, an_original("\n".join(sentences), files=1))
    known = written(scenario, lang, who, an_original("", files=1)).body
    assert not [one for one in sentences if one in draft.body and one not in known]


def test_a_misdirected_mail_is_not_repeated_even_when_its_text_was_edited():
    draft = written(Scenario.PERSON, Language.JAPANESE, Audience.OUTSIDE, edited="Q3の数字は秘密です。")
    assert "Q3の" not in draft.body


def test_no_template_of_ones_own_can_repeat_it_either():
    own = template("wrong-person.ja.outside", "Subject: s\n\n{addressee}\n{original}")
    manner = Manner(Scenario.PERSON, Language.JAPANESE, Audience.OUTSIDE)
    draft = correction(an_original(), Circle((SUZUKI,)), manner, own, AUTHOR, "d1")
    assert "Q3" not in draft.body


def test_edited_text_becomes_a_list_of_wrong_and_right():
    edited = "田中様\nQ4の数字は別添のとおりです。\n"
    draft = written(Scenario.CONTENT, Language.JAPANESE, Audience.OUTSIDE, edited=edited)
    assert "次のとおり訂正いたします。\n\n誤：Q3の\n正：Q4の\n\n本件の原因" in draft.body
    assert draft.subject == "【訂正】見積書の件"


@pytest.mark.parametrize(
    ("scenario", "lang", "subject", "becomes"),
    [
        (Scenario.CONTENT, Language.JAPANESE, "【訂正】見積書の件", "【再訂正】見積書の件"),
        (Scenario.CONTENT, Language.JAPANESE, "【重要】見積書の件", "【訂正】【重要】見積書の件"),
        (Scenario.CONTENT, Language.ENGLISH, "Re: Correction: Q3", "Correction: Q3"),
    ],
)
def test_a_correction_of_a_correction_has_its_prefix_once(scenario, lang, subject, becomes):
    assert written(scenario, lang, Audience.OUTSIDE, an_original(subject=subject)).subject == becomes


def test_it_threads_to_the_original_and_names_what_it_puts_right():
    draft = written(Scenario.OTHER, Language.ENGLISH, Audience.OUTSIDE)
    assert (draft.in_reply_to, draft.references) == ("<a@example.jp>", ("<0@x.example>", "<a@example.jp>"))
    assert (draft.corrects, draft.kind, draft.to) == (
        "<a@example.jp>",
        Kind.REPLY,
        "鈴木 一郎 <suzuki@client.example>",
    )


def test_a_mail_without_files_lacked_one_and_with_files_had_the_wrong_one():
    missing = written(Scenario.ATTACHMENT, Language.JAPANESE, Audience.OUTSIDE)
    wrong = written(Scenario.ATTACHMENT, Language.JAPANESE, Audience.OUTSIDE, an_original(files=1))
    assert (missing.subject[:4], wrong.subject[:4]) == ("【再送】", "【訂正】")
    file = Attachment("見積書_v2.pdf", "application/pdf", 3)
    sent = written(Scenario.ATTACHMENT, Language.JAPANESE, Audience.OUTSIDE, files=(file,))
    assert "\n・見積書_v2.pdf\n" in sent.body and sent.attachments == (file,)


def test_whoever_the_mail_was_about_hears_of_it_outside_the_thread():
    draft = written(MEANT_FOR, Language.JAPANESE, Audience.OUTSIDE)
    assert "鈴木 一郎 様に関する情報を含むメール" in draft.body
    assert (draft.in_reply_to, draft.references, draft.kind) == ("", (), Kind.NEW)
    unknown = written(MEANT_FOR, Language.JAPANESE, Audience.OUTSIDE, circle=Circle())
    assert unknown.body.startswith("〔宛名〕\n") and unknown.to == ""


def test_a_forgotten_file_leaves_nothing_to_fill_in_once_it_is_attached():
    file = Attachment("見積書_v2.pdf", "application/pdf", 3)
    for lang in Language:
        assert unfilled(written(Scenario.ATTACHMENT, lang, Audience.INSIDE, files=(file,)).body) == ()


@pytest.mark.parametrize("scenario", [*Scenario, MEANT_FOR])
@pytest.mark.parametrize("lang", Language)
def test_whoever_is_outside_is_told_whom_to_call(scenario, lang):
    known = Author(ME, "山田花子\nTEL：０３-１２３４-５６７８ FAX：03-0000-0000")
    body = written(scenario, lang, Audience.OUTSIDE, author=known).body
    assert "03-1234-5678" in body and not {"〔電話番号〕", "〔telephone〕"} & set(unfilled(body))
    body = written(scenario, lang, Audience.OUTSIDE).body
    assert {"〔電話番号〕", "〔telephone〕"} & set(unfilled(body))


def test_whoever_writes_is_introduced_with_the_company_outside_and_by_the_family_name_inside():
    spaced = Author(Address(ME.spec, "山田 花子"), AUTHOR.signature)
    outside = written(Scenario.OTHER, Language.JAPANESE, Audience.OUTSIDE, author=spaced).body
    inside = written(Scenario.OTHER, Language.JAPANESE, Audience.INSIDE, author=spaced).body
    assert "\n株式会社サンプルの山田花子でございます。" in outside and "お疲れさまです。山田です。" in inside


LONG = "2026年度下期の基幹業務システム更改に伴う受発注データ連携仕様の変更と並行稼働のスケジュールについて"


@pytest.mark.parametrize(("scenario", "lang", "who"), [*ALL, (MEANT_FOR, *ALL[0][1:])])
def test_no_line_is_wider_than_a_terminal_and_none_ends_within_a_name(scenario, lang, who):
    person = Address("k@client.example", "株式会社クライアント 東日本営業部 長谷川 健太郎")
    hanako = Author(Address("hanako.yamada@a-long-name.publishing.example", "Hanako Yamada"))
    original = an_original(subject=LONG if lang is Language.JAPANESE else "a long subject " * 9)
    draft = written(scenario, lang, who, original, Circle((person,)), author=hanako)
    assert max(map(cells, draft.body.split("\n"))) <= 78
    assert "Hanako\n" not in draft.body and "長谷川\n" not in draft.body
    row, column = draft.cursor
    assert MARK.match(draft.body.split("\n")[row], column)


def test_a_line_ends_behind_a_stop_and_the_cursor_goes_along():
    text = "弊社の誤りにより、ご迷惑とご心配をおかけしておりますことを、お詫び申し上げます。〔原因〕"
    short, offset = folded(text, text.index("〔"))
    assert [row[-1] for row in short.split("\n")] == ["、", "〕"] and short[offset] == "〔"
    assert folded("one two " * 12, 88) == (f"{'one two ' * 8}one\n{'two one ' * 3}two ", 88)
    assert folded(f"・{'長' * 60}", 3) == (f"・{'長' * 60}", 3)


def test_a_very_long_subject_is_folded_in_good_time():
    text = f"件名：{'更改に伴う受発注データ、' * 800}"
    assert max(map(cells, folded(text, 0)[0].split("\n"))) <= WIDTH


def test_the_right_person_gets_the_mail_as_it_was():
    draft = written(RESEND, Language.JAPANESE, Audience.OUTSIDE)
    assert draft.subject == "Re: 見積書の件" and draft.body.startswith(
        "田中様\nQ3の数字は別添のとおりです。\n"
    )
    signed = an_original("Hello\n\n-- \nHanako\n")
    assert written(RESEND, Language.ENGLISH, Audience.INSIDE, signed).body.count("-- \n") == 1


def test_blind_copies_share_a_mail_that_names_nobody():
    two = Circle(bcc=(SUZUKI, Address("a@b.example", "Anna")))
    draft = written(Scenario.ADDRESSES, Language.JAPANESE, Audience.OUTSIDE, circle=two)
    assert draft.body.startswith("各位\n") and "鈴木" not in draft.body and draft.to == draft.cc == ""


def test_what_somebody_else_wrote_is_never_taken_for_a_mark_or_a_place():
    subject = "〔至急〕{my_address}"
    draft = written(Scenario.CONTENT, Language.JAPANESE, Audience.OUTSIDE, an_original(subject=subject))
    assert f"件名：{subject}" in draft.body and draft.subject == f"【訂正】{subject}"
    row, column = draft.cursor
    assert draft.body.split("\n")[row][column:].startswith("〔誤っていた箇所〕")


def test_a_template_says_itself_where_the_cursor_goes():
    one = filled(
        template("x", "Subject: s\n\n{my_name} 〔a〕 b{cursor}c"), {"my_name": "me"}, Language.ENGLISH
    )
    assert (one.text, one.offset) == ("me 〔a〕 bc", 8)


def test_a_scenario_nobody_wrote_a_template_for_is_told():
    with pytest.raises(DraftError, match="tuimail templates lists"):
        chosen(TEMPLATES, "no-such", Language.JAPANESE, Audience.INSIDE)


@pytest.mark.parametrize(("scenario", "lang", "who"), ALL)
def test_what_was_typed_over_a_mark_is_known_and_fills_the_next(scenario, lang, who):
    body = written(scenario, lang, who).body
    typed = {mark: f"typed {n} (a+b)" for n, mark in enumerate(unfilled(body))}
    assert carried(body, carry(body, typed)) == typed
    assert carried(body, body) == {} and carried(body, "all new") == {}
    assert first_mark(carry(body, typed)) == (0, 0)


@pytest.mark.parametrize(
    ("text", "subject", "expected"),
    [
        ("お世話になっております。https://www.example.com/a-long-path", "Hello", Language.JAPANESE),
        ("Hi Dana, 鈴木さん will join us on Monday.", "見積書の件", Language.ENGLISH),
        ("> お世話になっております\nThanks, that works for me.", "Re: 件", Language.ENGLISH),
        ("> お世話になっております\n> 鈴木です\n", "Re: x", Language.JAPANESE),
        ("Hello there\n\n-- \n山田花子 株式会社サンプル", "x", Language.ENGLISH),
        ("", "会議室変更のお知らせ", Language.JAPANESE),
    ],
)
def test_the_language_is_that_of_ones_own_words(text, subject, expected):
    letter = an_original(text).letter
    assert language(replace(letter, subject=line(subject)), subject) is expected


def test_without_the_text_the_subject_says_the_language():
    assert (
        language(None, "会議室変更") is Language.JAPANESE and language(None, "Q3 numbers") is Language.ENGLISH
    )
