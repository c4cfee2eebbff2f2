import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.letter.html import text as page
from tuimail.mail.letter.link import Links
from tuimail.mail.letter.stretch import KEPT, Kind, stretches

LONG = "\n".join(f"old {n}" for n in range(KEPT + 2))
MARKED = "\n".join(f"> old {n}" for n in range(KEPT + 2))


def folded(text):
    """What stays in sight when quotes are folded."""
    rows = []
    for stretch in stretches(text):
        rows += [f"▸ {len(stretch.lines)}"] if stretch.folds else stretch.lines
    return "\n".join(rows)


def test_a_long_quote_folds_and_the_answers_around_it_stay():
    assert folded(f"yes\n\nBob wrote:\n{MARKED}\n\nno") == f"yes\n\nBob wrote:\n▸ {KEPT + 2}\n\nno"


def test_a_short_quote_stays():
    text = "> may I?\n\nyes"
    assert folded(text) == text


def test_empty_lines_within_a_quote_belong_to_it():
    assert folded(f"hi\n{MARKED}\n\n{MARKED}\nbye") == f"hi\n▸ {2 * KEPT + 5}\nbye"


@pytest.mark.parametrize(
    "header",
    [
        "-----Original Message-----",
        "----- 元のメッセージ -----",
        "On Fri, 20 Nov 2026 at 10:02, Bob <bob@x.example> wrote:",
        "Am 20.11.2026 um 10:02 schrieb Bob:",
        "Le 20/11/2026 à 10:02, Bob a écrit :",
        "2026年11月20日(金) 10:02 鈴木 一郎 <suzuki@client.example>:",
        "2026/11/20 10:02、鈴木のメール:",
        "From: Bob <bob@x.example>\nSent: Friday, 20 November 2026 10:02\nTo: Anna\nSubject: offer\n",
        "差出人: 鈴木\n送信日時: 2026年11月20日 10:02\n宛先: 佐藤\n件名: 見積書\n",
        "Von: Bob\nGesendet: Freitag\nAn: Anna\nBetreff: Angebot\n",
    ],
)
def test_history_below_an_answer_folds_whatever_its_header(header):
    shown = folded(f"I agree.\n\n{header}\n{LONG}")
    assert shown.startswith("I agree.\n\n▸ ")
    assert "old 3" not in shown


@pytest.mark.parametrize(
    "text",
    [
        f"-----Original Message-----\n{LONG}",
        MARKED,
        f"see below\n\n---------- Forwarded message ----------\nFrom: Bob\nDate: x\nSubject: y\n\n{LONG}",
        f"Begin forwarded message:\n\nFrom: Bob\nDate: x\nSubject: y\nTo: z\n{LONG}",
        f"On Monday he wrote:\n{LONG}",
        f"From: me\nTo whom it may concern\n{LONG}",
        f"Agenda for 2026-11-20:\n{LONG}",
    ],
)
def test_what_is_there_to_be_read_does_not_fold(text):
    assert folded(text) == text


def test_a_signature_is_known_and_ends_where_a_quote_begins():
    kinds = [stretch.kind for stretch in stretches(f"hi\n-- \nme\n{MARKED}")]
    assert kinds == [Kind.SAID, Kind.SIGNATURE, Kind.QUOTED]


def test_a_quote_of_a_page_is_a_quote():
    source = "<p>Yes.<blockquote><p>one</p>two<blockquote>deep</blockquote>after</blockquote><p>bye"
    assert page(source, Links()) == "Yes.\n> one\n>\n> two\n>> deep\n> after\n\nbye"


@pytest.mark.parametrize(
    "quote", ["<blockquote>", "</blockquote>", "&#xe000;", "\ue000", "<blockquote>" * 40]
)
def test_scraps_of_quotes_in_a_page_are_harmless(quote):
    shown = page(f"<p>a{quote}b", Links())
    assert "a" in shown and "b" in shown
    assert not {"\ue000", "\ue001"} & set(shown)


HEADERS = "-----Original Message-----|From: a|To: b|Subject: c|On 1 Jan 2026, A wrote:|2026/1/1 鈴木のメール:"
lines = st.sampled_from(["", " ", "said", "> q", ">> q", "-- ", "--", *HEADERS.split("|")])


@given(st.one_of(st.text(), st.lists(lines, max_size=30).map("\n".join)))
def test_unfolding_gives_back_the_text(text):
    found = stretches(text)
    assert "\n".join(line for stretch in found for line in stretch.lines) == text
    assert all(stretch.lines for stretch in found)


@given(st.lists(lines, max_size=30).map("\n".join))
def test_something_is_always_in_sight(text):
    assert not all(stretch.folds for stretch in stretches(text))


@pytest.mark.parametrize(
    "line",
    ["> " * 300, "on " + "1" * 390 + ":", "from: x", "-" * 20, "on 1 wrote " * 35 + ":", "<" * 300 + "@:"],
)
def test_row_95_folding_takes_linear_time(line):
    begun = time.thread_time()
    stretches("said\n" + f"{line}\n" * (1_000_000 // len(line)))
    assert time.thread_time() - begun < 1
