import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.letter.filename import BYTES_LIMIT, clean


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("見積書.pdf", "見積書.pdf"),
        ("../../.bashrc", "bashrc"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\x.txt", "x.txt"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("a:b", "a_b"),
        ("", "attachment"),
        ("   ", "attachment"),
        ("...", "attachment"),
        ("a.", "a"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("a\x1b[2Jb.pdf", "a␛[2Jb.pdf"),
        ("a\r\nX: b.txt", "a X_ b.txt"),
        ("か\u3099.txt", "が.txt"),
    ],
)
def test_rows_16_68_69_a_name_becomes_harmless(name, kept):
    assert clean(name) == kept


def test_a_long_name_keeps_its_extension():
    name = clean("長" * 300 + ".xlsx")
    assert len(name.encode()) <= BYTES_LIMIT
    assert name.endswith("長.xlsx")


@given(st.text(max_size=400))
def test_any_name_can_be_saved(name):
    kept = clean(name)
    assert kept
    assert len(kept.encode()) <= BYTES_LIMIT
    assert not set(kept) & set('/\\\0\r\n:*?"<>|')
    assert kept[0] not in ".-"
