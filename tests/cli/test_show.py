import re
import time
from pathlib import Path

import pytest

from tuimail.cli.show import page

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

LETTER = """\
From: =?utf-8?b?6Yi05pyo?= <suzuki@client.example>
To: hanako@example.jp
Subject: =?utf-8?b?6KaL56mN5pu4?=
Date: Mon, 2 Nov 2026 10:02:00 +0900
Content-Type: text/plain; charset=utf-8
X-Own: one

お世話になっております。\x1b]0;owned\x07
""".encode()


def test_a_message_is_shown_as_the_reader_shows_it():
    shown = page(LETTER, 60).split("\n")
    assert shown[0] == " From     鈴木 <suzuki@client.example>"
    assert any("見積書" in row for row in shown)
    assert any("お世話になっております。" in row for row in shown)


def test_every_header_on_demand():
    assert "X-Own" not in page(LETTER, 60)
    assert "one" in page(LETTER, 60, headers=True)


def test_nothing_in_a_message_reaches_the_terminal_as_a_command(shell):
    done = shell.run("show", "-", stdin=LETTER)
    assert done.returncode == 0
    assert not CONTROLS.search(done.stdout.decode())


def test_a_file_that_is_not_there_is_one_line(shell):
    done = shell.run("show", "none.eml")
    assert (done.returncode, done.stderr) == (
        66,
        b"tuimail: none.eml: No such file or directory; nothing was read\n",
    )


def corpus() -> list[Path]:
    return sorted(path for path in CORPUS.rglob("*") if path.is_file())


@pytest.mark.corpus
def test_every_file_of_the_corpus_is_shown_in_under_a_second_without_a_control_byte():
    if not CORPUS.is_dir():
        pytest.skip(f"the mail corpus is not at {CORPUS}")
    slow, unsafe = [], []
    for path in corpus():
        began = time.perf_counter()
        shown = page(path.read_bytes(), 80)
        took = time.perf_counter() - began
        if took > 1:
            slow.append((path.name, round(took, 2)))
        if CONTROLS.search(shown):
            unsafe.append(path.name)
    assert (slow, unsafe) == ([], [])
