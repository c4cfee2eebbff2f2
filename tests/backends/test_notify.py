"""New mail on the desktop and to a command: what a mail says stays text."""

import json
import os
import sys

import pytest

from tuimail.backends import notify
from tuimail.backends.notify import DesktopNotifier
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.safe import line

EVIL = "$(touch pwned) `touch pwned`; touch pwned & <b>bold</b>\x1b]0;title\x07"


def envelope(subject="Hello", name="Aiko", spec="aiko@example.jp"):
    sender = Address(spec, line(name))
    ref = Ref("work", "INBOX", "1.1")
    return Envelope(ref, sender, (), (), line(subject), 1.0, 5, frozenset(), message_id="<1@x>")


@pytest.fixture
def script(tmp_path):
    """A program that writes down its arguments, its environment and its input."""

    def make(name, ending=""):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            f"#!{sys.executable}\nimport json, os, sys\n"
            "said = {'argv': sys.argv[1:], 'input': sys.stdin.read(), 'env': dict(os.environ)}\n"
            f"open({str(tmp_path / 'said')!r}, 'w').write(json.dumps(said))\n{ending}\n"
        )
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def said(tmp_path):
    return lambda: json.loads((tmp_path / "said").read_text())


@pytest.fixture
def desktop(script, monkeypatch, tmp_path):
    def use(name):
        script(name)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        return DesktopNotifier(True, None)

    return use


async def test_one_message_is_shown_by_its_sender_and_subject(desktop, said):
    assert await desktop("notify-send").tell("work", 1, [envelope()]) == ""
    assert said()["argv"][-3:] == ["--", "Aiko", "Hello"]


async def test_several_are_counted_and_the_newest_named(desktop, said):
    newest = [envelope(f"number {n}", "", "a@b.example") for n in range(9)]
    await desktop("notify-send").tell("work", 40, newest)
    title, text = said()["argv"][-2:]
    assert title == "work: 40 new messages"
    assert text.split("\n") == [f"a@b.example: number {n}" for n in range(notify.LINES)]


async def test_what_a_mail_says_is_neither_markup_nor_an_option_nor_an_escape(desktop, said):
    await desktop("notify-send").tell("work", 1, [envelope(EVIL, "--icon=/etc/passwd")])
    mark, title, text = said()["argv"][-3:]
    assert (mark, title) == ("--", "--icon=/etc/passwd")
    assert "&lt;b&gt;bold" in text
    assert "\x1b" not in text


async def test_without_notify_send_the_desktop_is_called_itself(desktop, said):
    await desktop("gdbus").tell("work", 1, [envelope('say "hi"\\')])
    argv = said()["argv"]
    assert argv[:2] == ["call", "--session"]
    assert argv[-5:] == ['"Aiko"', '"say \\"hi\\"\\\\"', "[]", "{}", "-1"]


async def test_without_a_desktop_nothing_happens(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await DesktopNotifier(True, None).tell("work", 1, [envelope()]) == ""


async def test_the_command_is_told_by_its_environment_and_its_input_and_never_by_a_shell(
    script, said, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    command = f"{script('hook')} 'two words' $HOME"
    assert await DesktopNotifier(False, command).tell("work", 2, [envelope(EVIL), envelope()]) == ""
    heard = said()
    assert heard["argv"] == ["two words", "$HOME"]
    assert heard["env"]["TUIMAIL_FROM"] == "aiko@example.jp"
    assert heard["env"]["TUIMAIL_SUBJECT"].startswith("$(touch pwned)")
    assert (heard["env"]["TUIMAIL_ACCOUNT"], heard["env"]["TUIMAIL_COUNT"]) == ("work", "2")
    known = json.loads(heard["input"])
    assert (known["account"], known["count"]) == ("work", 2)
    assert [each["subject"] for each in known["newest"]][1] == "Hello"
    assert "pwned" not in os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("ending", "trouble"),
    [
        ("sys.exit(3)", "the new_mail command failed (exit status 3); mail is not affected"),
        ("import time; time.sleep(60)", "did not finish within 0.5 seconds and was ended"),
    ],
)
async def test_a_command_that_fails_or_hangs_is_told_of(script, monkeypatch, ending, trouble):
    monkeypatch.setattr(notify, "COMMAND_SECONDS", 0.5)
    assert trouble in await DesktopNotifier(False, str(script("hook", ending))).tell("work", 1, [envelope()])


@pytest.mark.parametrize(
    ("command", "trouble"), [("/nowhere/at/all", "can't be run"), ("'", "never closed"), (" ", "is empty")]
)
async def test_a_command_that_can_not_be_run_is_told_of(command, trouble):
    assert trouble in await DesktopNotifier(False, command).tell("work", 1, [envelope()])


async def test_a_command_that_reads_nothing_is_no_trouble(tmp_path):
    path = tmp_path / "quiet"
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o755)
    many = [envelope("x" * 2000) for _ in range(200)]
    assert await DesktopNotifier(False, str(path)).tell("work", 1, many) == ""
