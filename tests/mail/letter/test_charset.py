import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.letter.charset import text


@pytest.mark.parametrize(
    ("written", "codec", "label"),
    [
        ("日本語", "utf-8", "utf-8"),
        ("日本語", "cp932", "Shift_JIS"),
        ("①髙", "cp932", "x-sjis"),
        ("日本語", "euc_jp", "EUC-JP"),
        ("日本語", "iso2022_jp", '"iso-2022-jp"'),
        ("한국어", "cp949", "ks_c_5601-1987"),
        ("简体", "gb18030", "gb2312"),
        ("繁體", "cp950", "big5"),
        ("привет", "koi8_r", "koi8-r"),
        ("привет", "cp1251", "windows-1251"),
        ("łódź", "iso8859-2", "iso-8859-2"),
        ("héé", "utf-7", "utf-7"),
        ("hé", "utf-16", "utf-16"),
    ],
)
def test_labels_are_honoured(written, codec, label):
    assert text(written.encode(codec), label) == written


@pytest.mark.parametrize(
    ("written", "codec", "label"),
    [
        ("会議のお知らせ", "cp932", "utf-8"),
        ("会議のお知らせ", "utf-8", "iso-8859-1"),
        ("会議のお知らせ", "iso2022_jp", "us-ascii"),
        ("会議のお知らせ", "euc_jp", ""),
        ("été à Noël", "cp1252", "utf-8"),
    ],
)
def test_labels_that_lie_are_seen_through(written, codec, label):
    assert text(written.encode(codec), label) == written


def test_characters_of_nec_and_ibm_are_read_in_iso_2022_jp():
    assert text(b"\x1b$B-!-j|b\x1b(Babc\x1b(I1\x1b(B", "iso-2022-jp") == "①㈱髙abcｱ"


def test_utf_8_cut_in_a_letter_is_still_utf_8():
    assert text("日本語テキスト".encode()[:-1], "utf-8") == "日本語テキス\ufffd"


@pytest.mark.parametrize(
    "label",
    [
        "../../etc",
        "idna",
        "rot13",
        "zlib",
        "unicode_escape",
        "raw_unicode_escape",
        "hex",
        "punycode",
        "\0",
        "x" * 9999,
    ],
)
def test_row_85_only_codecs_of_text_are_asked(label):
    assert text(b"caf\xe9 \\x41", label) == "café \\x41"


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "utf-8", "iso-2022-jp", "utf-7", "utf-16", "hz", "cp932", "iso-2022-kr", "utf-32"]),
)
def test_no_bytes_make_it_raise(data, label):
    assert isinstance(text(data, label), str)
