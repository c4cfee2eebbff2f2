"""`tuimail account`: what is configured, and a password that never is an argument."""

import asyncio
import io
import sys

import pytest

from tuimail import paths, wiring
from tuimail.cli.main import main
from tuimail.mail.hold.stop import Stop
from tuimail.store.outbox import OutboxFile


def test_the_accounts_are_listed_with_their_way_to_log_in(shell):
    done = shell.run("account", "list")
    assert done.returncode == 0
    assert done.stdout.decode().splitlines() == [
        "work  hanako@example.jp  none",
        "home  hana@home.example  none",
    ]


def test_without_a_keyring_a_password_is_refused_in_one_line_that_does_not_hold_it(shell):
    shell.env["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    done = shell.run("account", "password", "work", stdin=b"hunter2\n")
    assert done.returncode == 77
    assert len(done.stderr.splitlines()) == 1
    assert b"hunter2" not in done.stdout + done.stderr


def test_a_misspelt_account_is_named_with_the_one_meant(shell):
    done = shell.run("account", "password", "wrok", stdin=b"hunter2\n")
    assert done.returncode == 64
    assert b"did you mean work?" in done.stderr


async def stopped(*accounts: str) -> list[str]:
    """Stop these accounts, as a refused login does; those that are stopped then."""
    store = OutboxFile(paths.find().outbox)
    try:
        for account in accounts:
            await store.stop(Stop(account, 1_800_000_000.0, "535 no"))
        return [stop.account for stop in await store.stops()]
    finally:
        await store.close()


def test_a_new_password_lets_the_mail_of_its_account_go_on_and_no_other(here, capsys, monkeypatch):
    kept = []

    async def keep(account: str, secret: str) -> None:
        kept.append((account, secret))

    monkeypatch.setattr(wiring, "keep_password", keep)
    monkeypatch.setattr(sys, "stdin", io.StringIO("hunter2\n"))
    asyncio.run(stopped("work", "home"))
    assert main(["account", "password", "work"]) == 0
    assert kept == [("work", "hunter2")]
    said = capsys.readouterr()
    assert said.out == "work: its mail goes on\n"
    assert "hunter2" not in said.err
    assert asyncio.run(stopped()) == ["home"]


@pytest.mark.parametrize("name", ["work", "home"])
def test_an_account_that_was_not_stopped_stays_as_it_is(here, capsys, name):
    assert main(["account", "go", name]) == 0
    assert capsys.readouterr().out == f"{name}: it was not stopped\n"


def test_going_on_is_for_accounts_that_there_are(here, capsys):
    assert main(["account", "go", "wrok"]) == 64
    assert "did you mean work?" in capsys.readouterr().err
