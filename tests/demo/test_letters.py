import re
import zlib
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest

from tuimail.demo import files
from tuimail.demo.letters import seeds

NOW = datetime(2026, 11, 20, 10, 2, tzinfo=UTC)
IDS = re.compile(r"<[^<>\s]+>")


@pytest.fixture(scope="module")
def mail():
    return [(seed, message_from_bytes(seed.raw)) for seed in seeds(NOW)]


def test_there_is_enough_to_read_in_every_folder(mail):
    folders = {seed.folder for seed, _ in mail}
    assert {"INBOX", "Sent", "Drafts", "Archive", "Junk", "Trash", "Projects/見積"} <= folders
    assert 60 <= len(mail) <= 100


def test_times_end_just_before_now(mail):
    received = [seed.received for seed, _ in mail]
    assert timedelta(0) < NOW - max(received) < timedelta(minutes=10)


def test_every_letter_has_an_id_of_its_own_and_answers_one_that_is_there(mail):
    ids = [message["Message-ID"] for _, message in mail]
    assert len(set(ids)) == len(ids)
    answered = {parent for _, message in mail for parent in IDS.findall(message.get("In-Reply-To", ""))}
    assert answered <= set(ids)
    assert len(answered) > 25


def test_an_answer_is_younger_than_what_it_answers(mail):
    times = {message["Message-ID"]: seed.received for seed, message in mail}
    replies = [(seed, m["In-Reply-To"]) for seed, m in mail if m["In-Reply-To"]]
    assert all(seed.received > times[parent] for seed, parent in replies)


def test_there_is_html_a_list_an_invitation_and_an_old_japanese_encoding(mail):
    types = {part.get_content_type() for _, message in mail for part in message.walk()}
    assert {"text/html", "text/calendar", "application/pdf", "image/png", "text/csv"} <= types
    assert any("List-Id" in message for _, message in mail)
    assert any(part.get_content_charset() == "iso-2022-jp" for _, m in mail for part in m.walk())


def test_there_is_an_image_in_its_place_and_a_list_to_leave(mail):
    (shown,) = [m for _, m in mail if m.get_content_type() == "multipart/related"]
    page, image = shown.get_payload()
    assert f"cid:{image['Content-ID'].strip('<>')}" in page.get_payload(decode=True).decode()
    leaving = {m["List-Unsubscribe"] for _, m in mail if "List-Unsubscribe" in m}
    assert len(leaving) == 2


def test_there_is_a_quote_long_enough_to_fold(mail):
    texts = [
        m.get_payload(decode=True).decode(m.get_content_charset()) for _, m in mail if not m.is_multipart()
    ]
    assert max(sum(line.startswith(">") for line in text.splitlines()) for text in texts) > 15


def test_the_pdf_has_a_table_that_adds_up():
    kind, data = files.make("a-title.pdf", NOW)
    start = int(re.search(rb"startxref\n(\d+)", data)[1])
    assert (kind, data[start : start + 4]) == ("application/pdf", b"xref")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", data)]
    assert [data[place : place + 7] for place in places] == [b"%d 0 obj" % n for n in range(1, 6)]


def test_the_picture_has_all_its_pixels():
    _, data = files.make("shelf.png", NOW)
    length = int.from_bytes(data[33:37])
    assert len(zlib.decompress(data[41 : 41 + length])) == 64 * (1 + 96 * 3)
