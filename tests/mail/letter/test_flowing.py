"""format=flowed: what goes out comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.compose import freeze
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.flowed import unfold
from tuimail.mail.letter.flowing import WIDTH, flowing
from tuimail.mail.letter.parse import parse
from tuimail.mail.letter.submission import Stamp

LONG = "The quick brown fox jumps over the lazy dog. " * 5
JAPANESE = (
    "いつもお世話になっております。見積書をお送りいたしますので、ご確認のほどよろしくお願いいたします。" * 3
)


def usual(text: str) -> str:
    """The text as a reader shows it: no blanks at the ends, a blank behind the marks of a quote."""
    rows = []
    for row in text.split("\n"):
        depth = len(row) - len(row.lstrip(">"))
        content = row[depth:].removeprefix(" ") if depth else row
        content = content if content == "-- " else content.rstrip(" ")
        rows.append(">" * depth + " " + content if depth else content)
    return "\n".join(rows)


def back(text: str) -> str:
    sent = flowing(text)
    return unfold(sent.text, sent.delsp)


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        JAPANESE,
        f"> {LONG}\n>> {JAPANESE}\n\n-- \n山田",
        "From here\n  indented\n>quoted",
        "-- " + "x" * 80,
        "",
    ],
)
def test_a_text_comes_back_as_it_was(text):
    assert usual(back(text)) == usual(text)


def test_lines_fit_and_only_text_without_spaces_asks_for_delsp():
    assert not flowing(LONG).delsp
    assert flowing(JAPANESE).delsp
    assert all(len(row) <= WIDTH + 1 for row in flowing(LONG).text.split("\n"))
    assert all(len(row) <= WIDTH // 2 + 2 for row in flowing(JAPANESE).text.split("\n"))


def test_a_line_never_begins_with_a_closing_mark():
    assert not any(row.startswith(("、", "。", "」")) for row in flowing(JAPANESE).text.split("\n"))


@given(st.text(st.sampled_from("ab あいう。、> -\n"), max_size=400))
def test_any_text_comes_back(text):
    assert usual(back(text)) == usual(text)


@pytest.mark.parametrize("text", [LONG.strip(), JAPANESE])
def test_a_message_sent_flowed_is_read_as_it_was_written(text):
    draft = Draft("d", "work", to="a@example.jp", body=f"{text}\n\nend\n")
    stamp = Stamp("<1@x>", "Sun, 22 Nov 2026 10:02:00 +0900", "t")
    wire = freeze(draft, Address("me@example.jp"), stamp, flowed=True).wire
    assert b"format=flowed" in wire
    assert parse(wire).text.rstrip("\n") == f"{text}\n\nend"
