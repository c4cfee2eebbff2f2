import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mail.letter import grams


def pairs(text: str) -> str:
    return " ".join(grams.pairs(grams.fold(text))[0].split())


@pytest.mark.parametrize(
    ("text", "indexed"),
    [
        ("Budget Review", "budget review"),
        ("東京都", "東京 京都 都"),
        ("都", "都"),
        ("ﾃﾞｰﾀ", "デー ータ タ"),
        ("ＡＢＣ", "abc"),
        ("2026年度予算", "2026 年度 度予 予算 算"),
        ("ご確認のお\nねがい", "ご確 確認 認の のお おね ねが がい い"),
        ("> 引用の\n> 続き", "> 引用 用の の続 続き き"),
        ("회의", "회의 의"),
        ("会议", "会议 议"),
        ("人々", "人々 々"),
        ("a会b", "a 会 b"),
    ],
)
def test_letters_without_spaces_are_indexed_in_pairs(text, indexed):
    assert pairs(text) == indexed


@pytest.mark.parametrize(
    ("word", "phrase"),
    [
        ("東京", ("東京", False)),
        ("東京都", ("東京 京都", False)),
        ("都", ("都", True)),
        ("budget", ("budget", False)),
        ("第3回", ("第 3 回", True)),
        ("予算2026", ("予算 算 2026", False)),
        ("", ("", False)),
    ],
)
def test_a_word_is_looked_up_as_it_stands_inside_longer_ones(word, phrase):
    assert grams.phrase(word) == phrase


def test_words_begin_by_one_letter_and_by_two():
    assert grams.beginnings("anna b_c", "0f") == {"0fa", "0fan", "0fb", "0fc"}


@settings(deadline=None)
@given(st.text())
def test_no_text_is_too_strange(text):
    folded = grams.fold(text)
    grams.pairs(folded), grams.phrase(folded), grams.beginnings(folded, "0s")
