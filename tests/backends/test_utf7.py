"""Folder names on the wire and on disk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.backends import utf7

NAMES = {
    "~peter/mail/&U,BTFw-/&ZeVnLIqe-": "~peter/mail/台北/日本語",
    "&kAFP4W4IMH8-": "送信済み",
    "R&-D": "R&D",
    "&2D3cjA-": "\U0001f48c",
    "": "",
}


@pytest.mark.parametrize("wire", NAMES)
def test_names_are_decoded_as_the_rfc_has_them(wire):
    assert utf7.decode(wire) == NAMES[wire]


@pytest.mark.parametrize("name", ["a & b", "&&&", "&!!!-", "&A-", "&2D0-", "送信済み", "&kAFP4W4IMH8"])
def test_a_name_in_no_such_code_stands_as_it_is(name):
    assert utf7.decode(name) == name


@given(st.text(alphabet="&-ABab,+/ 送\ud800", max_size=20))
def test_decoding_never_raises(name):
    utf7.decode(name)


@pytest.mark.parametrize("wire", NAMES)
def test_a_name_is_written_as_it_is_read(wire):
    assert utf7.encode(NAMES[wire]) == utf7.encode(wire) == wire


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="-")))
def test_whatever_is_written_is_ascii_and_reads_the_same(name):
    written = utf7.encode(name)
    assert written.isascii() and written.isprintable()
    assert utf7.decode(written) == name
