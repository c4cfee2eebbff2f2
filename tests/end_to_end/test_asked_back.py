"""Mail that a server keeps, asked back from the command line."""

import subprocess

import pytest
from servers.jmapdouble import JmapDouble
from terminal import until

LETTER = b"From: hanako@example.jp\nTo: suzuki@client.example\nSubject: later\n\nNoon?\n"
RULE = '\n[[rules]]\nname = "the server keeps it"\nwhen = {}\nserver = true\n'


@pytest.fixture
def keeping():
    with JmapDouble() as running:
        yield running


@pytest.fixture
def kept(home, keeping):
    """The id of a mail that the server keeps for two hours."""
    login = f'password_command = "echo pw"\njmap = {{ url = "{keeping.url}" }}'
    home.configure(login=login, undo_seconds=0)
    home.config.write_text(home.config.read_text() + RULE)
    item = home.run("send", "--at", "in 2 hours", stdin=LETTER).stdout.decode().strip()
    words = [*home.env["TUIMAIL"].split(), "agent", "run"]
    agent = subprocess.Popen(words, env=home.env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        until(lambda: "EmailSubmission/set" in keeping.steps())
    finally:
        agent.terminate()
        agent.communicate(timeout=20)
    return item


def test_the_server_gives_it_back_and_undo_says_so(home, keeping, kept):
    assert home.outbox()[0]["schedule"]["by_server"] is True
    newest = home.run("undo")
    assert newest.returncode == 69
    assert f"the server keeps {kept}, ask it back with: tuimail undo {kept}".encode() in newest.stderr
    for verb in ("now", "pause"):
        done = home.run("outbox", verb, kept)
        assert done.returncode == 69
        assert f"the server keeps {kept} until its time; take it back first".encode() in done.stderr
    done = home.run("undo", kept)
    assert done.stdout == b"taken back to Drafts: later; the server gave it back, and it went to nobody\n"
    assert home.outbox()[0]["state"] == "undone"


def test_a_server_that_can_t_be_asked_is_said_and_nothing_changes(home, keeping, kept):
    home.config.write_text(home.config.read_text().replace(keeping.url, "http://127.0.0.1:9"))
    done = home.run("undo", kept)
    assert done.returncode == 69
    assert done.stderr.count(b"\n") == 1
    assert b"it is on the server" in done.stderr
    assert home.outbox()[0]["state"] == "waiting"
