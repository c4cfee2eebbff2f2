"""Templates: fields, placeholders, and where the cursor is left."""

from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.template import PLACEHOLDERS, filled, first_name, template

ME = Address("hanako@example.jp", "山田花子")
NOW = "Sun, 22 Nov 2026 10:02:00 +0900"
HEAD = "Subject: お見積り（{date}）\nTo: 鈴木 一郎 <s@client.example>\n"
TEXT = HEAD + "\n{name}様\n\n{my_name}です。{cursor}\n以上\n"


def test_fields_stand_above_the_text():
    one = template("見積", TEXT)
    assert (one.name, one.subject, one.to) == ("見積", "お見積り（{date}）", "鈴木 一郎 <s@client.example>")
    assert one.body.startswith("{name}様\n")
    assert template("x", "no fields: here\n").body == "no fields: here\n"


def test_an_empty_draft_is_filled_and_the_cursor_stands_where_it_should():
    draft = filled(template("見積", TEXT), Draft("d", "work"), ME, NOW)
    assert (draft.to, draft.subject) == ("鈴木 一郎 <s@client.example>", "お見積り（2026年11月22日）")
    assert draft.body == "鈴木 一郎様\n\n山田花子です。\n以上\n"
    assert draft.cursor == (2, 7)


def test_what_is_there_already_stays_and_the_text_goes_in_at_the_cursor():
    draft = Draft("d", "work", to="Dana Whitfield <d@x.example>", subject="Hi", body="ab\n", cursor=(0, 1))
    after = filled(template("t", "Subject: no\n\n{first_name}, {subject}, {date}!"), draft, ME, NOW)
    assert (after.to, after.subject) == (draft.to, "Hi")
    assert after.body == "aDana, Hi, 2026-11-22!b\n"


def test_what_nobody_knows_stays_to_be_seen():
    draft = filled(template("t", "{name}様 {nothing} {first_name}"), Draft("d", "work"), ME, NOW)
    assert draft.body == "{name}様 {nothing} {first_name}"


def test_a_signature_below_stays_on_a_line_of_its_own():
    draft = Draft("d", "work", body="\n\n-- \nMe\n")
    assert filled(template("t", "Hello"), draft, ME, NOW).body == "Hello\n\n-- \nMe\n"


def test_one_is_called_by_the_first_word_or_what_follows_the_comma():
    assert [first_name(n) for n in ("Dana Whitfield", "Kowalska, Anna", "鈴木 一郎", "")] == [
        "Dana",
        "Anna",
        "鈴木",
        "",
    ]


@given(st.text(max_size=200), st.text(max_size=80), st.integers(-3, 9), st.integers(-3, 99))
def test_nothing_typed_is_ever_lost(text, body, row, column):
    draft = Draft("d", "work", body=body, cursor=(row, column))
    after = filled(template("t", text), draft, ME, NOW)
    assert len(after.body) >= len(body)
    rows = after.body.split("\n")
    assert 0 <= after.cursor[0] < len(rows)
    assert 0 <= after.cursor[1] <= len(rows[after.cursor[0]])


def test_all_placeholders_are_documented():
    assert PLACEHOLDERS == ("name", "first_name", "date", "subject", "my_name", "cursor")
