import os
import sys

import pytest

from tuimail import __version__
from tuimail.cli import exits
from tuimail.cli.main import COMMANDS, main
from tuimail.mail import errors


def test_the_version_is_one_line(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"tuimail {__version__}\n"


def test_help_names_every_command(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name, capsys):
    try:
        code = main([name, "--help"])
    except SystemExit as end:
        code = end.code
    assert not code
    assert f"usage: tuimail {'outbox ' if name == 'undo' else ''}{name}" in capsys.readouterr().out


def test_a_misspelt_command_gets_the_near_one_and_a_usage_code(capsys):
    assert main(["outbx"]) == exits.USAGE
    assert capsys.readouterr().err == "tuimail: 'outbx' is no command of tuimail; did you mean outbox?\n"


def test_a_misspelt_option_gets_the_near_one(capsys):
    assert main(["--confg", "x", "outbox", "list"]) == exits.USAGE
    assert capsys.readouterr().err == "tuimail: '--confg' is no option of tuimail; did you mean --config?\n"


@pytest.mark.parametrize("args", [["--config"], ["--config="], ["--config", "", "outbox", "list"]])
def test_a_config_option_without_a_file_is_a_usage_error(args, capsys):
    assert main(args) == exits.USAGE
    assert capsys.readouterr().err == "tuimail: --config needs a file; see tuimail --help\n"


def test_a_wrong_option_is_one_line_and_a_usage_code(capsys):
    assert main(["outbox", "list", "--jsno"]) == exits.USAGE
    assert capsys.readouterr().err.count("\n") == 1


def test_without_a_terminal_the_client_says_so(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    assert main([]) == exits.USAGE
    assert "needs a terminal" in capsys.readouterr().err


def test_a_terminal_that_can_t_place_its_cursor_is_none(capsys, monkeypatch):
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    assert main([]) == exits.USAGE
    assert "needs a terminal" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ConfigError, 78),
        (errors.LoginError, 77),
        (errors.SecretError, 77),
        (errors.MailboxError, 69),
        (errors.MessageGone, 66),
        (errors.AttachmentError, 66),
        (errors.AddressError, 65),
        (errors.OutboxError, 75),
        (errors.SaveError, 73),
    ],
)
def test_each_expected_error_is_one_line_and_a_code_of_sysexits(error, code, capsys):
    def fail() -> int:
        raise error("what happened; what to do")

    assert exits.guarded(fail) == code
    assert capsys.readouterr().err == "tuimail: what happened; what to do\n"


def test_an_interruption_is_calm(capsys):
    def interrupt() -> int:
        raise KeyboardInterrupt

    assert exits.guarded(interrupt) == 130
    assert capsys.readouterr() == ("", "")


def test_a_reader_that_goes_away_is_no_drama(shell):
    letter = shell.home / "letter"
    letter.write_bytes(b"Subject: x\n\n" + b"line\n" * 200_000)
    reading, writing = os.pipe()
    os.close(reading)
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "tuimail", "show", str(letter)],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=shell.env,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (exits.PIPE_CLOSED, b"")
