"""The client on a terminal that is told to end, loses the terminal, or is killed."""

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time

import pytest

from tuimail import wiring

LEAVES_THE_SCREEN = b"\x1b[?1049l"
ENDINGS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


class Terminal:
    """A program on a pseudo-terminal of 80×24 whose screen is read all the time."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.modes_before = self.modes()
        self.shown = b""
        self.process = subprocess.Popen(
            command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=env | {"TERM": "xterm-256color"},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def modes(self) -> list[object]:
        return termios.tcgetattr(self._slave)

    def type(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(5)
        for descriptor in (self._slave, self._master):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._reader.join(5)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 65536):
                self.shown += data


def until(reached, within: float = 15) -> float:
    """Wait for it; the seconds it took."""
    began = time.monotonic()
    while not reached():
        assert time.monotonic() - began < within
        time.sleep(0.01)
    return time.monotonic() - began


@pytest.fixture
def client(home):
    """Opens the client in this home, and waits until its screen is there."""
    with contextlib.ExitStack() as opened:

        def start(*args: str) -> Terminal:
            terminal = Terminal(
                [*home.env["TUIMAIL"].split(), *args], home.env | {"TMPDIR": str(home.folder)}
            )
            opened.callback(terminal.close)
            until(lambda: b"\x1b[?1049h" in terminal.shown and len(terminal.shown) > 1000)
            return terminal

        yield start


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
