"""The client and the background agent as real processes on one outbox, before a real SMTP server."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from servers.sink import Act
from terminal import until

from tuimail import wiring

LATE = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1) / 4)
"""Seconds. A machine with four times as much to do as it can is given more."""

TAKE_OVER = 0.5


@pytest.fixture
def agent(home):
    """Starts an agent in this home, and waits until it is there: holding the lock, or waiting for it."""
    with contextlib.ExitStack() as started:

        def start(*options: str) -> subprocess.Popen[bytes]:
            words = [*home.env["TUIMAIL"].split(), "agent", "run", *options]
            said = started.enter_context((home.folder / "agent.err").open("ab"))
            process = subprocess.Popen(words, env=home.env, stdin=subprocess.DEVNULL, stderr=said)
            started.callback(end, process)
            until(lambda: f"(process {process.pid})" in wiring.presence(home.places).holder())
            return process

        yield start


@pytest.fixture(autouse=True)
def nobody_is_left(home):
    """An agent that a client started is ended by its id."""
    yield
    for holder in (wiring.presence(home.places).holder(), wiring.who_sends(home.places)):
        if found := re.search(r"\(process (\d+)\)", holder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(found[1]), signal.SIGKILL)


def end(process):
    process.kill()
    process.wait(5)


def sends(home, process) -> bool:
    return f"(process {process.pid})" in wiring.who_sends(home.places)


async def queued(engine, seconds):
    """One mail for each, due so many seconds after its undo window; when each is due, by the wall clock."""
    due = {}
    for number, left in enumerate(seconds):
        raw = f"To: a{number}@client.example\nSubject: {number}\n\nx\n".encode()
        item = await engine.outbox.send_raw("work", raw)
        assert await engine.outbox.later(item.id, left)
        item = await engine.outbox.item(item.id)
        due[item.message_id] = engine.now().wall + item.left(engine.now())
    return due


def arrived(sink):
    """When each message was accepted, by its Message-ID; none may be there twice."""
    entries = [json.loads(line) for line in sink.log.read_text().splitlines()]
    times = {entry["message_id"]: entry["at"] for entry in entries}
    assert len(times) == len(entries), "something was sent twice"
    return times


def on_time(due, sink):
    """All arrived, none early, none late."""
    until(lambda: len(arrived(sink)) == len(due))
    late = sorted(round(arrived(sink)[name] - at, 3) for name, at in due.items())
    assert 0 <= late[0] <= late[-1] <= LATE, late


@pytest.mark.parametrize("waiting", [True, False], ids=["an agent waits", "none runs"])
async def test_mail_that_falls_due_while_the_client_hands_over_leaves_on_time_and_once(
    home, client, agent, sink, waiting
):
    home.configure(port=sink.port, undo_seconds=1)
    terminal = client()
    until(lambda: sends(home, terminal.process))
    if waiting:
        agent()
    async with home.engine() as engine:
        due = await queued(engine, [n / 12 for n in range(24)])
    terminal.type(b"q")
    await asyncio.to_thread(until, lambda: b"Leave it to the agent" in terminal.shown)
    terminal.type(b"a")
    await asyncio.to_thread(terminal.process.wait, 15)
    assert not waiting or wiring.who_sends(home.places).startswith("tuimail agent")
    await asyncio.to_thread(on_time, due, sink)
    if not waiting:
        await asyncio.to_thread(until, lambda: not wiring.presence(home.places).holder())


async def test_an_agent_that_finds_nothing_it_could_send_keeps_nobody(home, client):
    terminal = client()
    until(lambda: sends(home, terminal.process))
    async with home.engine() as engine:
        item = await engine.outbox.send_raw("work", b"To: a@client.example\nSubject: x\n\nx\n")
        assert await engine.outbox.pause(item.id)
    terminal.type(b"q")
    await asyncio.to_thread(until, lambda: b"Leave it to the agent" in terminal.shown)
    terminal.type(b"a")
    assert await asyncio.to_thread(terminal.process.wait, 15) == 0
    assert home.outbox()[0]["state"] == "paused"


async def test_the_configuration_may_leave_it_to_the_agent_without_a_question(home, client, agent, sink):
    home.configure(port=sink.port, undo_seconds=1)
    text = home.config.read_text().replace("[outbox]", '[outbox]\non_quit = "agent"')
    home.config.write_text(text)
    terminal = client()
    until(lambda: sends(home, terminal.process))
    async with home.engine() as engine:
        due = await queued(engine, [2.0])
    terminal.type(b"q")
    await asyncio.to_thread(terminal.process.wait, 15)
    await asyncio.to_thread(on_time, due, sink)


async def test_what_is_taken_back_while_the_agent_sends_never_leaves(home, client, agent, sink):
    home.configure(port=sink.port, undo_seconds=1)
    process = agent()
    until(lambda: sends(home, process))
    taken = set()
    async with home.engine() as engine:
        due = await queued(engine, [0.5 + n / 20 for n in range(30)])
        for number, (name, at) in enumerate(due.items()):
            await asyncio.sleep(max(0.0, at - time.time() + (number % 7 - 4) / 100))
            item = next(i for i in await engine.outbox.items() if i.message_id == name)
            if await engine.outbox.undo(item.id):
                taken.add(name)
        await asyncio.to_thread(until, lambda: len(arrived(sink)) + len(taken) == len(due))
    assert taken
    assert set(arrived(sink)) == due.keys() - taken


async def test_u_in_the_client_takes_back_what_the_agent_was_to_send(home, client, agent, sink):
    home.configure(port=sink.port, undo_seconds=1)
    process = agent()
    until(lambda: sends(home, process))
    terminal = client()
    await asyncio.to_thread(until, lambda: b"tuimail agent" in terminal.shown)
    async with home.engine() as engine:
        await queued(engine, [1.5])
        await asyncio.to_thread(until, lambda: b"a0@client.example" in terminal.shown)
        terminal.type(b"u")
        await asyncio.to_thread(until, lambda: not home_is_holding(home))
    await asyncio.sleep(2.5)
    assert arrived(sink) == {}


def home_is_holding(home):
    return any(item["state"] == "waiting" for item in home.outbox())


def test_when_the_agent_is_killed_the_client_takes_over_at_once(home, client, agent):
    process = agent()
    until(lambda: sends(home, process))
    terminal = client()
    time.sleep(0.5)
    end(process)
    assert until(lambda: sends(home, terminal.process)) < TAKE_OVER


async def test_an_agent_that_was_stopped_is_named_and_doubles_nothing_when_it_goes_on(
    home, client, agent, sink
):
    home.configure(port=sink.port, undo_seconds=1)
    process = agent()
    until(lambda: sends(home, process))
    terminal = client()
    process.send_signal(signal.SIGSTOP)
    async with home.engine() as engine:
        due = await queued(engine, [0.2, 0.4, 0.6])
    words = f"tuimail agent (process {process.pid}) sends nothing".encode()
    await asyncio.to_thread(until, lambda: words in terminal.shown)
    assert arrived(sink) == {}
    process.send_signal(signal.SIGCONT)
    await asyncio.to_thread(until, lambda: len(arrived(sink)) == len(due))
    await asyncio.sleep(0.6)
    assert arrived(sink).keys() == due.keys()


async def test_a_client_whose_agent_is_stopped_goes_on_sending_and_says_so(home, client, agent, sink):
    home.configure(port=sink.port, undo_seconds=1)
    terminal = client()
    until(lambda: sends(home, terminal.process))
    process = agent()
    process.send_signal(signal.SIGSTOP)
    async with home.engine() as engine:
        due = await queued(engine, [7.0])
    terminal.type(b"q")
    await asyncio.to_thread(until, lambda: b"Leave it to the agent" in terminal.shown)
    terminal.type(b"a")
    await asyncio.to_thread(until, lambda: b"did not take over" in terminal.shown)
    assert terminal.process.poll() is None
    assert await asyncio.to_thread(until, lambda: sends(home, terminal.process)) < TAKE_OVER
    await asyncio.to_thread(on_time, due, sink)


def test_told_to_end_the_agent_gives_the_message_under_way_its_seconds(home, agent, sink):
    home.configure(port=sink.port, undo_seconds=0)
    sink.script["DOT"] = Act(delay=1.0)
    process = agent()
    until(lambda: sends(home, process))
    home.run("send", stdin=b"To: a@client.example\nSubject: x\n\nx\n")
    until(lambda: any(command.upper().startswith("DATA") for command in sink.heard))
    process.terminate()
    assert process.wait(5) == 0
    assert home.outbox()[0]["state"] == "sent"


def test_a_changed_configuration_is_used_and_a_broken_one_is_told_and_left(home, agent, new_sink):
    before, after = new_sink(), new_sink()
    home.configure(port=before.port, undo_seconds=0)
    process = agent()
    home.run("send", stdin=b"To: a@client.example\nSubject: one\n\nx\n")
    until(lambda: before.received)
    good = home.config.read_text()
    home.config.write_text(good + "\n[nonsense]\n")
    until(lambda: "nonsense" in (home.folder / "agent.err").read_text())
    home.config.write_text(good.replace(str(before.port), str(after.port)))
    until(lambda: "used from now on" in (home.folder / "agent.err").read_text())
    home.run("send", stdin=b"To: a@client.example\nSubject: two\n\nx\n")
    until(lambda: after.received)
    assert process.poll() is None


def test_a_second_agent_waits_quietly_and_takes_over(home, agent):
    first = agent()
    until(lambda: sends(home, first))
    words = [*home.env["TUIMAIL"].split(), "agent", "run", "--quiet"]
    with subprocess.Popen(words, env=home.env, stderr=subprocess.PIPE) as second:
        time.sleep(1.0)
        assert sends(home, first)
        end(first)
        assert until(lambda: sends(home, second)) < 1
        until(lambda: f"(process {second.pid})" in wiring.presence(home.places).holder())
        second.terminate()
        assert (second.wait(5), second.stderr.read()) == (0, b"")


def test_an_account_whose_login_was_mended_in_the_configuration_goes_on(home, agent, new_sink):
    server = new_sink(login=("hanako@example.jp", "right"))
    secret = home.folder / "secret"
    secret.write_text("wrong")
    login = f'auth = "password"\npassword_command = "cat {secret}"'
    home.configure(port=server.port, undo_seconds=0, login=login)
    agent()
    home.run("send", stdin=b"To: a@client.example\nSubject: x\n\nx\n")
    until(lambda: "waits for you" in (home.folder / "agent.err").read_text())
    (home.folder / "other").write_text("right")
    home.configure(port=server.port, undo_seconds=0, login=login.replace("secret", "other"))
    until(lambda: server.received)


def test_what_nobody_expected_ends_the_agent_with_a_fault_and_the_mail_is_kept(home, sink):
    home.configure(port=sink.port, undo_seconds=0)
    home.run("send", stdin=b"To: a@client.example\nSubject: x\n\nx\n")
    broken = (
        "from tuimail.cli.main import main\n"
        "from tuimail.engine.sending.delivery import Delivery\n"
        "Delivery.run = lambda *_: 1 / 0\n"
        f"main(['--config', '{home.config}', 'agent', 'run'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", broken],
        env=home.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=15,
    )
    assert done.returncode == 1
    assert b"ZeroDivisionError" in done.stderr
    assert home.outbox()[0]["state"] == "waiting"
