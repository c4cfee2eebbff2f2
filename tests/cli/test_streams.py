"""Callers that close the standard streams, fill them up, or speak another encoding."""

import json
import subprocess
import sys

import pytest

from tuimail.cli import exits

LETTER = "From: hanako@example.jp\nTo: suzuki@client.example\nSubject: 見積書 🍊\n\n本文\n".encode()


def sh(shell, redirections: str, *args: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    command = ["sh", "-c", f'exec "$0" -m tuimail "$@" {redirections}', sys.executable, *args]
    return subprocess.run(command, capture_output=True, input=LETTER, env=shell.env | env, timeout=60)


@pytest.fixture
def queued(shell):
    assert shell.run("send", stdin=LETTER).returncode == 0
    return shell


def items(shell) -> int:
    return len(json.loads(shell.run("outbox", "list", "--json").stdout))


@pytest.mark.parametrize("args", [("outbox", "list"), ("show", "-"), ("demo", "--tour")], ids=" ".join)
def test_what_can_t_be_written_is_one_line(queued, args):
    done = sh(queued, ">/dev/full", *args)
    assert done.returncode == exits.IO_ERROR
    assert done.stderr == b"tuimail: the output can't be written: No space left on device\n"


@pytest.mark.parametrize("redirections", ["2>/dev/full", "2>&-", ">&-", ">&- 2>&-"])
def test_a_mail_that_is_queued_is_no_failure_though_nobody_hears_of_it(shell, redirections):
    """A caller that took it for one would send the mail a second time."""
    assert sh(shell, redirections, "sendmail", "-t").returncode == 0
    assert items(shell) == 1


@pytest.mark.parametrize("args", [("send",), ("sendmail", "-t"), ()], ids=" ".join)
def test_a_closed_stdin_is_an_empty_one(shell, args):
    done = sh(shell, "<&-", *args)
    assert done.returncode in (exits.USAGE, exits.DATA)
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("args", [("outbox", "list"), ("show", "-")], ids=" ".join)
@pytest.mark.parametrize("encoding", ["ascii", "euc_jp", "latin-1"])
def test_letters_the_terminal_lacks_are_escapes_and_no_failure(queued, args, encoding):
    done = sh(queued, "", *args, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding)
    assert "\\U0001f34a" in text
    assert ("見積書" in text) is (encoding == "euc_jp")
