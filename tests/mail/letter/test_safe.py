import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.letter.safe import Safe, block, line

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)

CATALOGUE = {
    "1 OSC 52 writes the clipboard": "\x1b]52;c;SEVMTE8=\x07",
    "2 OSC 0 sets the title": "\x1b]0;PWN\x07",
    "3 CSI clears and moves": "\x1b[2J\x1b[Hlogin:",
    "4 RIS": "\x1bc",
    "5 reports": "\x1b[6n\x1b[c\x1b[21t",
    "6 DCS, APC, PM, SOS": '\x1bP$q"p\x1b\\\x1b_Gx\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\',
    "7 C1": "\x9b31m\x9d0;x\x9c",
    "8 unterminated OSC": "subject\x1b]",
    "9 OSC 8 link": "\x1b]8;;http://evil/\x1b\\bank.com\x1b]8;;\x1b\\",
    "10 splice": "\x1b\x1b[31m[31m",
    "11 other controls": "\x0e\x0f\x00\x7f\x0b\x0c",
    "12 overwriting": "real\rFAKE abc\b\b\bXYZ",
    "16 bidi override": "invoice\u202egnp.exe",
    "18 zero width, Braille blank, Hangul filler": "boss\u200b\u2800\u3164\uffa0",
    "19 tag characters": "a\U000e0041\U000e0042b",
    "20 lone surrogates": "a\ud800\udfffb",
}


@pytest.mark.parametrize("text", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_nothing_of_the_catalogue_reaches_a_screen(text):
    for shown in (line(text), block(text)):
        assert isinstance(shown, Safe)
        assert not FORBIDDEN.search(shown)


@pytest.mark.parametrize("text", ["Re: [JIRA] (X-1) [/foo]", "[/]", "hello [world]", "[@click=app.quit]x[/]"])
def test_markup_is_left_as_it_stands(text):
    assert line(text) == block(text) == text


def test_a_removed_escape_leaves_a_visible_mark():
    assert line("\x1b\x1b[31m[31m") == "␛␛[31m[31m"
    assert line("abc\b\b\bXYZ") == "abc·XYZ"


def test_a_line_has_no_line_breaks_and_no_tabs():
    assert line("a\r\nb\nc\td\u2028e\x85f\vg\rh") == "a b c d e f g h"


def test_a_block_keeps_its_lines_and_ends_them_alike():
    assert block("a\r\nb\rc\nd\u2029e\tf") == "a\nb\nc\nd\ne       f"


@pytest.mark.parametrize(
    "text", ["日本語　と ｶﾅ", "葛\U000e0100飾", "👨‍👩‍👧 ☎️ 1️⃣ 👍🏽", "é ё ü", "e\u0301", "שלום", "กำลังนี้", "─│"]
)
def test_real_writing_stays_as_it_is(text):
    assert line(text) == block(text) == text


def test_joiners_and_selectors_stay_only_where_they_make_a_picture():
    assert line("x\u200dy a\ufe0fb \U000e0101c") == "xy ab c"


def test_a_long_line_is_clipped():
    assert line("a" * 5000) == "a" * 1999 + "…"
    assert line("abcdef", 3) == "ab…"


def test_a_tower_of_accents_is_clipped():
    assert len(line("a" + "\u0301" * 1000)) <= 10
    assert len(block("a" + "\u0e34\u0489" * 5000)) <= 20


@pytest.mark.parametrize(
    "flood",
    ["a", "日", "\x00", "\x1b[0m", "\u0301", "\u200b", "👨\u200d", "─", "\u0e34", "\ud800", "\t", "\ufe0f"],
)
def test_row_15_a_megabyte_takes_no_time(flood):
    text = flood * (1_000_000 // len(flood))
    begun = time.thread_time()
    line(text)
    assert time.thread_time() - begun < 0.1
    block(text)
    assert time.thread_time() - begun < 1


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_becomes_safe_and_stays_so(text):
    for clean in (line, block):
        shown = clean(text)
        assert not FORBIDDEN.search(shown)
        assert clean(shown) == shown
    assert "\n" not in line(text)
