"""The 誤 → 正 list: what changed, and nothing else, in lines that can be read alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.after.correction import Language
from tuimail.mail.after.correction_changes import LONGEST, MOST, Change, changes, listed

TEXTS = st.lists(st.text("会議は第一二10月5日（月）時から。abc DEF,1.25€ \n", max_size=40), max_size=8).map(
    "\n".join
)


@pytest.mark.parametrize(
    ("before", "after", "wrong", "right"),
    [
        (
            "会議は10月5日（月）14時からです。",
            "会議は10月6日（火）14時からです。",
            "10月5日（月）",
            "10月6日（火）",
        ),
        ("The price is 1,200 EUR.", "The price is 1,250 EUR.", "1,200", "1,250"),
        ("合計は1,200円（税抜）です", "合計は1,320円（税込）です", "1,200円（税抜）", "1,320円（税込）"),
        ("場所は第一会議室です", "場所は第二会議室です", "第一会議室", "第二会議室"),
        ("ご参加は不要です", "ご参加は必要です", "は不要です", "は必要です"),
        ("Write to anna@a.example now", "Write to anna@b.example now", "anna@a.example", "anna@b.example"),
        ("one\ntwo", "one\ntwo\na third line", "", "a third line"),
        ("鈴木様", "佐藤様", "鈴木様", "佐藤様"),
    ],
)
def test_the_words_that_changed_are_picked_out(before, after, wrong, right):
    assert changes(before, after) == (Change(wrong, right),)


def test_how_lines_are_broken_does_not_count():
    assert changes("one two\nthree four five", "one two three\nfour  five\n\n") == ()
    found = changes("We meet on Monday\nat ten in the hall.", "We meet on Tuesday at ten\nin the hall.")
    assert found == (Change("Monday", "Tuesday"),)


def test_a_place_without_another_side_says_so():
    assert listed((Change("", "右"), Change("左", "")), Language.JAPANESE) == (
        "誤：（記載なし）\n正：右\n\n誤：左\n正：（削除）"
    )
    assert listed((Change("a", "b"),), Language.ENGLISH) == "Incorrect: a\nCorrect:   b"


def test_many_changes_are_not_all_listed_but_counted():
    found = tuple(Change(str(n), f"{n}!") for n in range(MOST + 3))
    assert listed(found, Language.ENGLISH).endswith("There are 3 further corrections.")


@given(TEXTS)
def test_the_same_text_has_no_changes(text):
    assert changes(text, text) == ()


@given(TEXTS, TEXTS)
def test_every_change_is_short_and_stands_in_its_text(before, after):
    old, new = " ".join(before.split()), " ".join(after.split())
    found = changes(before, after)
    assert bool(found) or old.replace(" ", "") == new.replace(" ", "")
    for one in found:
        assert one.wrong != one.right and len(one.wrong) <= LONGEST and len(one.right) <= LONGEST
        assert one.wrong.removesuffix("…") in old and one.right.removesuffix("…") in new


def test_long_texts_are_compared_in_good_time():
    row = "これは長い本文の一行です。Line {} of a long text with the number {}.\n"
    before = "".join(row.format(n, n * 7) for n in range(1_500))
    assert changes(before, before.replace("number 700.", "number 701.")) == (Change("700", "701"),)
