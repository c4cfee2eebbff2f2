"""The client on a terminal that is told to end, loses the terminal, or is killed."""

import signal
import subprocess
import sys

import pytest
from terminal import LEAVES_THE_SCREEN, Terminal, until

from tuimail import wiring

ENDINGS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


def sends(home, terminal: Terminal) -> bool:
    return f"(process {terminal.process.pid})" in wiring.who_sends(home.places)


@pytest.mark.parametrize("ending", ENDINGS)
def test_told_to_end_the_client_gives_the_terminal_back(home, client, ending):
    terminal = client()
    until(lambda: sends(home, terminal))
    terminal.process.send_signal(ending)
    terminal.process.wait(5)
    until(lambda: LEAVES_THE_SCREEN in terminal.shown)
    assert terminal.modes() == terminal.modes_before
    assert b"Traceback" not in terminal.shown
    assert wiring.who_sends(home.places) == ""


def test_a_client_whose_terminal_goes_away_ends_and_lets_go_of_the_lock(home, client):
    terminal = client()
    until(lambda: sends(home, terminal))
    home.run("sendmail", "suzuki@client.example", stdin=b"Subject: it ticks\n\nso that it paints\n")
    until(lambda: b"held" in terminal.shown)
    terminal.hang_up()
    terminal.process.wait(10)
    assert wiring.who_sends(home.places) == ""


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_demo_s_world_is_thrown_away_however_it_is_told_to_end(home, client, ending):
    terminal = client("demo")
    until(lambda: list(home.folder.glob("tuimail-demo-*/data/outbox.db")))
    terminal.process.send_signal(ending)
    terminal.process.wait(5)
    assert list(home.folder.glob("tuimail-demo-*")) == []
    assert terminal.modes() == terminal.modes_before


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_tour_s_world_is_thrown_away_too(home, ending):
    command = [sys.executable, "-m", "tuimail", "demo", "--tour"]
    with subprocess.Popen(
        command, env=home.env | {"TMPDIR": str(home.folder)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as tour:
        until(lambda: list(home.folder.glob("tuimail-demo-*/data/outbox.db")))
        tour.send_signal(ending)
        assert (tour.wait(5), tour.stderr.read()) == (130, b"")
    assert list(home.folder.glob("tuimail-demo-*")) == []


def test_when_the_one_that_sends_is_killed_the_other_takes_over_within_a_second(home, client):
    first = client()
    until(lambda: sends(home, first))
    second = client()
    assert sends(home, first)
    first.process.kill()
    first.process.wait(5)
    assert until(lambda: sends(home, second)) < 1


async def test_what_was_typed_a_second_ago_is_among_the_drafts_even_after_a_kill(home, client):
    terminal = client()
    until(lambda: sends(home, terminal))
    terminal.type(b"c")
    until(lambda: b"Bcc" in terminal.shown)
    terminal.type(b"suzuki@client.example")
    until(lambda: b"draft saved" in terminal.shown)
    terminal.process.kill()
    terminal.process.wait(5)
    async with home.engine() as engine:
        ((draft, _),) = await engine.drafts.all()
    assert draft.to == "suzuki@client.example"
