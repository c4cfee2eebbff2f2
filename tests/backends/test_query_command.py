"""The command that finds people: its words, its answer, its time."""

import asyncio
import os

import pytest

from tuimail.backends import query_command
from tuimail.backends.query_command import QueryCommand, people
from tuimail.mail.errors import ContactsError
from tuimail.mail.letter.address import Address


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(query_command, "REST", 0.0)


def command(tmp_path, text):
    file = tmp_path / "find people"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o700)
    return f"'{file}' %s"


def test_people_stand_behind_the_first_line():
    said = "searching…\na@x.example\tAnn\tnote\nno address\tX\nb@x.example\n"
    assert [one.addresses[0] for one in people(said, "q")] == [
        Address("a@x.example", "Ann"),
        Address("b@x.example"),
    ]


async def test_what_was_typed_is_one_word_and_no_shell_sees_it(tmp_path):
    run = command(tmp_path, f'echo "$#"; printf "%s@x.example\\tName\\n" "$#"; echo "$1" > {tmp_path}/asked')
    (one,) = await QueryCommand(run).find("a b; touch oops $(id)", 9)
    assert one.addresses[0].spec == "1@x.example"
    assert (tmp_path / "asked").read_text() == "a b; touch oops $(id)\n"
    assert one.source == "find people"


async def test_what_looks_like_an_option_is_none(tmp_path):
    run = command(tmp_path, f'echo "$1" > {tmp_path}/asked')
    await QueryCommand(run).find("--config=x", 9)
    assert (tmp_path / "asked").read_text() == "config=x\n"


async def test_one_that_takes_too_long_is_ended_and_said(tmp_path):
    run = command(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60")
    with pytest.raises(ContactsError, match="gave no answer within"):
        await QueryCommand(run, seconds=0.3).find("a", 9)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_one_that_nobody_waits_for_is_ended(tmp_path):
    run = command(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60")
    task = asyncio.create_task(QueryCommand(run).find("a", 9))
    async with asyncio.timeout(5):
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.parametrize("written", ["/nowhere/at-all %s", "'never closed", " "])
async def test_one_that_can_not_run_is_said(written):
    with pytest.raises(ContactsError):
        await QueryCommand(written).find("a", 9)
