"""Real and synthetic mail, when it lies beside the project."""

import json
import random
import re
import time
from pathlib import Path

import pytest

from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.parse import parse
from tuimail.mail.letter.scan import envelope

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
NOT_MESSAGES = ("mailkit-imap-wire", "mailkit-smtp-wire", "icalendar")
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def messages():
    """Every message file: its bytes by path."""
    if not (CORPUS / "manifest.json").exists():
        pytest.skip("no mail corpus beside the project (../shared/corpus)")
    sets = json.loads((CORPUS / "manifest.json").read_text())
    folders = [CORPUS / one["name"] for one in sets if one["name"] not in NOT_MESSAGES]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in files}


def shown(letter):
    yield from (letter.text, letter.subject, letter.sender.spec, letter.sender.name, *letter.faults)
    for row in letter.headers:
        yield from row
    for person in (*letter.to, *letter.cc, *letter.reply_to):
        yield from (person.spec, person.name)
    for link in letter.links:
        yield from (link.text, link.target, link.host)
    for part in letter.parts:
        yield from (part.name, part.type)


def test_every_message_is_read_quickly_and_shows_no_control(messages):
    assert len(messages) > 500
    for path, raw in messages.items():
        begun = time.thread_time()
        letter = parse(raw)
        assert time.thread_time() - begun < 1, path
        assert not any(CONTROLS.search(text) for text in shown(letter)), path


def test_every_message_has_an_envelope(messages):
    for path, raw in messages.items():
        row = envelope(Ref("a", "b", "c"), raw, 0, len(raw), frozenset())
        assert not any(CONTROLS.search(text) for text in (row.subject, row.sender.spec, row.sender.name)), (
            path
        )


def test_damaged_messages_are_read_too(messages):
    chance = random.Random(7)
    small = [raw for raw in messages.values() if 20 < len(raw) < 20_000]
    for raw in chance.sample(small, 200):
        data = bytearray(raw)
        for _ in range(chance.randint(1, 30)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 20)] = chance.randbytes(chance.randint(0, 5))
            data = data or bytearray(b"x")
        assert not any(CONTROLS.search(text) for text in shown(parse(bytes(data))))
