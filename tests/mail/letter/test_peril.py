import pytest

from tuimail.mail.letter.peril import is_program, perils


@pytest.mark.parametrize(
    ("name", "kind", "start"),
    [
        ("a.exe", "application/pdf", b""),
        ("a.EXE ", "application/pdf", b""),
        ("a.sh", "text/plain", b""),
        ("a.desktop", "text/plain", b""),
        ("a.lnk", "x/y", b""),
        ("a.pdf", "application/pdf", b"MZ\x90"),
        ("a.txt", "text/plain", b"\x7fELF"),
        ("a", "text/plain", b"#!/bin/sh"),
        ("a", "application/x-sh", b""),
        ("invoice.pdf.js", "application/pdf", b""),
    ],
)
def test_a_program_is_known_by_name_type_or_first_bytes(name, kind, start):
    assert is_program(name, kind, start)
    assert "it is a program" in perils(name, kind, start)


@pytest.mark.parametrize(
    "name", ["a.pdf", "見積書.pdf", "a.tar", "photo.jpg", "a", "", "notes.txt", "v1.2.pdf"]
)
def test_ordinary_files_are_no_programs(name):
    assert not is_program(name, "application/octet-stream", b"%PDF")


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("a.docm", "x/y", "macros"),
        ("a.xls", "x/y", "may have macros"),
        ("a.html", "text/html", "web page"),
        ("a.svg", "image/svg+xml", "web page"),
        ("a", "text/html", "web page"),
        ("a.zip", "application/zip", "archive"),
        ("a.pdf.scr", "x/y", "two endings"),
        ("a.pdf    .html", "x/y", "two endings"),
    ],
)
def test_what_may_be_wrong_is_said_in_words(name, kind, words):
    assert any(words in peril for peril in perils(name, kind, b""))


def test_a_plain_document_has_nothing_wrong_with_it():
    assert perils("offer.pdf", "application/pdf", b"%PDF-1.7") == ()
