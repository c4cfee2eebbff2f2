"""The drill while a real agent sends, before a real SMTP server: other mail leaves, its own never."""

import json
import subprocess

import pytest
from terminal import until

from tuimail import wiring

LETTER = b"From: hanako@example.jp\nTo: suzuki@client.example\nSubject: for real\n\nNoon?\n"
STEPS = ["rules", "queued", "on disk", "held", "undone", "draft", "stayed", "tidied"]


@pytest.fixture
def agent(home, sink):
    """A process that sends what is due to the sink, with an undo window of three seconds."""
    home.configure(port=sink.port, undo_seconds=3)
    words = [*home.env["TUIMAIL"].split(), "agent", "run", "--quiet"]
    process = subprocess.Popen(words, env=home.env, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: f"(process {process.pid})" in wiring.who_sends(home.places))
        yield process
    finally:
        process.kill()
        process.wait(5)


def test_the_agent_sends_what_is_meant_to_leave_and_nothing_of_the_drill(home, agent, sink):
    assert home.run("sendmail", "-ti", stdin=LETTER).returncode == 0
    done = home.run("drill", "--json")
    steps = json.loads(done.stdout)
    assert done.returncode == 0, steps
    assert [step["about"] for step in steps] == STEPS
    assert "after it would have left" in steps[-2]["line"]
    until(lambda: sink.received)
    assert [b"for real" in message.wire for message in sink.received] == [True]
    assert [item["subject"] for item in home.outbox()] == ["for real"]


def test_a_drill_that_is_interrupted_has_taken_its_mail_back(home, agent, sink):
    words = [*home.env["TUIMAIL"].split(), "drill"]
    with subprocess.Popen(words, env=home.env, stdout=subprocess.PIPE) as drill:
        for line in drill.stdout:
            if line.split()[1] == b"draft":
                break
        drill.terminate()
        drill.communicate(timeout=20)
    assert drill.returncode == 130
    assert home.outbox() == []
    assert sink.received == []
