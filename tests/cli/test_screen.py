"""The client is opened anew for another account, and asks for the first where there is none."""

import pytest

from tuimail.cli import screen
from tuimail.cli.main import main
from tuimail.mail.errors import ConfigError


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(screen, "has_terminal", lambda: True)


def test_it_is_opened_till_it_ends_for_good(here, terminal, monkeypatch):
    codes = iter((None, None, 7))
    accounts = []

    def run(config, paths, agent=None, begin=None):
        accounts.append([one.name for one in config.accounts])
        here.config.write_text(here.config.read_text().replace("home", "second", 1))
        return next(codes)

    monkeypatch.setattr(screen, "run", run)
    assert main([]) == 7
    assert len(accounts) == 3
    assert accounts[0] != accounts[1]


@pytest.mark.parametrize("text", [None, "# nothing yet\n[outbox]\n"])
def test_without_an_account_the_way_to_one_is_shown(here, terminal, monkeypatch, text):
    here.config.unlink() if text is None else here.config.write_text(text)
    monkeypatch.setattr(screen, "_first", lambda places, config: 5)
    assert main([]) == 5


def test_a_wrong_configuration_is_an_error_as_ever(here, terminal, monkeypatch, capsys):
    monkeypatch.setattr(screen, "_first", lambda places, config: 5)
    here.config.write_text("[outbox]\nundo_second = 3\n")
    assert main([]) == 78
    assert "undo_second" in capsys.readouterr().err


def test_an_error_of_the_running_client_is_no_reason_to_ask(here, terminal, monkeypatch, capsys):
    def run(*given):
        raise ConfigError("the theme is gone")

    monkeypatch.setattr(screen, "run", run)
    assert main([]) == 78
    assert "the theme is gone" in capsys.readouterr().err
