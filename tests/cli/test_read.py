"""`tuimail FILE`: what it opens, and what it refuses before a screen opens."""

import asyncio

import pytest

from tuimail.cli import main, screen
from tuimail.cli.exits import NO_INPUT, USAGE
from tuimail.mail.letter.envelope import Ref

RAW = b"From: a@b.example\r\nSubject: hello\r\n\r\ntext\r\n"


class Mailbox:
    """The part of an engine that lends messages."""

    def lend(self, name, raw):
        assert raw == RAW
        return Ref("work", "", name)


class Engine:
    mailbox = Mailbox()


@pytest.mark.parametrize("name", ["hello.eml", "1700000000.M1P1.host:2,S"])
def test_a_file_is_opened_under_its_name_wherever_it_is(name, tmp_path, monkeypatch):
    (tmp_path / name).write_bytes(RAW)
    monkeypatch.chdir(tmp_path)
    opened = []
    monkeypatch.setattr(screen, "has_terminal", lambda: True)
    monkeypatch.setattr(screen, "start", lambda config, begin: opened.append(begin) or 0)
    assert main.main([name]) == main.main([str(tmp_path / name)]) == 0
    assert [asyncio.run(begin(Engine())) for begin in opened] == [(Ref("work", "", name), "")] * 2


@pytest.mark.parametrize("name", ["gone.eml", "/nowhere/at/all"])
def test_a_file_that_is_not_there_is_named(name, capsys):
    assert main.main([name]) == NO_INPUT
    assert capsys.readouterr().err == f"tuimail: {name}: No such file or directory; nothing was read\n"


def test_one_message_at_a_time_and_not_without_a_terminal(tmp_path, capsys):
    path = tmp_path / "hello.eml"
    path.write_bytes(RAW)
    assert main.main([str(path), "other.eml"]) == USAGE
    assert main.main([str(path)]) == USAGE
    assert "needs a terminal" in capsys.readouterr().err
