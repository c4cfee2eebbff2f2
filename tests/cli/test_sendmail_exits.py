"""What `tuimail sendmail` ends with: the codes of sysexits.h, by which its callers decide to try again."""

import io
import json
import resource
import sqlite3
import subprocess
import sys

import pytest

from tuimail import paths
from tuimail.cli.main import main
from tuimail.store import database

LETTER = b"From: hanako@example.jp\nTo: suzuki@client.example\nSubject: lunch\n\nNoon?\n"


@pytest.fixture
def sendmail(here, capsys, monkeypatch):
    """Runs it on stdin in this process: the exit code and what it said on stderr; never a word on stdout."""

    def run(*args: str, stdin: bytes = LETTER):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(["sendmail", *args])
        said = capsys.readouterr()
        assert said.out == ""
        return code, said.err

    return run


def count(here) -> int:
    return len(json.loads(here.run("outbox", "list", "--json").stdout))


def test_0_when_it_is_queued(sendmail, here):
    code, said = sendmail("-ti")
    assert code == 0
    assert "held 60 s: lunch, to suzuki@client.example; back with: tuimail undo " in said
    assert count(here) == 1


@pytest.mark.parametrize("args", [[], ["-i"], ["-Z", "a@x.example"], ["-bd"]], ids=" ".join)
def test_64_for_a_call_that_is_wrong(sendmail, args):
    code, said = sendmail(*args)
    assert code == 64
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "stdin"),
    [
        (["a@b@x.example"], LETTER),
        (["-f", "a b@x.example", "a@x.example"], LETTER),
        (["-t"], b"Subject: to nobody\n\ntext\n"),
        (["-t"], b""),
        (["-t"], LETTER.replace(b"suzuki@client.example", b"not an address")),
        (["a@x.example"], b"Subject: x\nno field at all\n\ntext\n"),
    ],
    ids=["recipient", "sender", "nobody", "empty", "header", "garbled"],
)
def test_65_for_a_message_or_an_address_that_is_wrong(sendmail, here, args, stdin):
    code, said = sendmail(*args, stdin=stdin)
    assert code == 65
    assert said.count("\n") == 1
    assert count(here) == 0


def test_65_for_what_a_rule_refuses_with_its_words(sendmail, here):
    rule = '\n[[rules]]\nname = "rivals"\nwhen = { domains = ["client.example"] }\nblock = "none to rivals"\n'
    here.config.write_text(here.config.read_text() + rule)
    code, said = sendmail("-ti")
    assert code == 65
    assert "none to rivals" in said
    assert count(here) == 0


def test_0_for_what_a_rule_asks_and_stderr_says_that_it_is_paused(sendmail, here):
    rule = '\n[[rules]]\nname = "rivals"\nwhen = {}\nconfirm = "To rivals?"\n'
    here.config.write_text(here.config.read_text() + rule)
    code, said = sendmail("-ti")
    assert code == 0
    assert "paused, " in said
    assert "To rivals?" in said
    assert "tuimail outbox release " in said


def test_66_when_stdin_can_t_be_read(here):
    with open("/proc/self/mem", "rb") as unreadable:
        command = [sys.executable, "-m", "tuimail", "sendmail", "a@x.example"]
        done = subprocess.run(command, stdin=unreadable, capture_output=True, env=here.env, timeout=60)
    assert done.returncode == 66, done.stderr


def test_74_when_the_list_can_t_be_written(here):
    here.run("sendmail", "-ti", stdin=LETTER)
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "tuimail", "sendmail", "-bp"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=here.env, timeout=60)
    assert done.returncode == 74
    assert b"can't be written" in done.stderr


def test_75_while_another_program_holds_the_outbox(sendmail, here, monkeypatch):
    assert sendmail("-ti")[0] == 0
    monkeypatch.setattr(database, "BUSY_MS", 50)
    holder = sqlite3.connect(paths.find().outbox, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    code, said = sendmail("-ti")
    holder.close()
    assert code == 75
    assert "try again" in said
    assert count(here) == 1


def test_75_when_the_disk_is_full(here):
    """The limit stands for the disk: what goes over it can't be written."""
    assert here.run("sendmail", "-ti", stdin=LETTER).returncode == 0
    large = LETTER + (b"x" * 70 + b"\n") * 10_000
    command = [sys.executable, "-m", "tuimail", "sendmail", "-ti"]

    def little_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    done = subprocess.run(
        command, input=large, capture_output=True, env=here.env, timeout=60, preexec_fn=little_space
    )
    assert done.returncode == 75, done.stderr
    assert done.stderr.count(b"\n") == 1
    assert count(here) == 1
    assert here.run("sendmail", "-ti", stdin=large).returncode == 0


@pytest.mark.parametrize("args", [["-ti"], ["-bs"], ["-bp"], ["-bv", "root"]], ids=" ".join)
def test_78_for_a_configuration_that_is_wrong(sendmail, here, args):
    here.config.write_text("[outbox]\nundo = 3\n")
    code, said = sendmail(*args)
    assert code == 78
    assert "config.toml:2: outbox.undo" in said


def test_a_message_that_ends_in_the_middle_of_smtp_is_not_queued(here):
    said = b"MAIL FROM:<>\r\nRCPT TO:<a@x.example>\r\nDATA\r\nSubject: half a\r\n"
    done = here.run("sendmail", "-bs", stdin=said)
    assert done.returncode == 65
    assert count(here) == 0


def test_addresses_are_verified_without_a_message(here):
    done = here.run("sendmail", "-bv", "root", "a@x.example")
    assert done.returncode == 0
    assert done.stdout.decode().splitlines() == [
        "root... hanako@example.jp, by account work",
        "a@x.example... a@x.example, by account work",
    ]
    assert here.run("sendmail", "-bv", "a@b@c").returncode == 65


def test_running_the_queue_does_nothing_and_is_fine(sendmail, here):
    assert sendmail("-q", stdin=b"")[0] == 0
    assert count(here) == 0
