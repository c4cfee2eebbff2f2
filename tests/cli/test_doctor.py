import asyncio
import json
import os
import shutil
import socket
import time
from typing import NamedTuple

import pytest

from tuimail import paths
from tuimail.cli import agent_unit, doctor_machine
from tuimail.cli.agent_unit import StartFile
from tuimail.cli.main import main
from tuimail.mail.hold.stop import Stop
from tuimail.store.outbox import OutboxFile

SECRET = "correct-horse-battery"


class Usage(NamedTuple):
    free: int


@pytest.fixture(autouse=True)
def own_zone():
    """A test may set TZ; the zone of the process is put right afterwards."""
    yield
    time.tzset()


def findings(capsys, *args):
    code = main(["doctor", "--json", *args])
    said = json.loads(capsys.readouterr().out)
    return code, {finding["about"]: (finding["state"], finding["line"]) for finding in said}


def use(here, line):
    here.config.write_text(here.config.read_text().replace('auth = "none"', line, 1))


def test_what_is_well_is_said_to_be(here, capsys):
    code, found = findings(capsys, "--offline")
    assert code == 0
    assert found["config"] == ("ok", str(here.config))
    assert found["outbox"] == ("ok", "empty, nothing was queued yet")
    assert found["sender"] == ("ok", "nobody sends now; mail leaves when tuimail or its agent runs")
    assert found["permissions"][0] == "ok"
    assert not any(about.endswith((" in", " out")) for about in found)


def test_a_server_that_is_not_there_makes_the_exit_code_1(here, capsys):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    here.config.write_text(here.config.read_text().replace("port = 9,", f"port = {port},"))
    code, found = findings(capsys)
    assert code == 1
    assert found["work out"][0] == "wrong"
    assert "refused" in found["work out"][1]
    assert found["work in"][0] == "ok"


def test_a_wrong_configuration_is_a_finding_with_its_line(here, capsys):
    here.config.write_text("[outbox]\nundo = 3\n")
    code, found = findings(capsys)
    assert code == 1
    assert "config.toml:2: outbox.undo" in found["config"][1]


def test_a_file_that_others_can_read_is_noted_with_the_command_that_mends_it(here, capsys):
    here.config.chmod(0o644)
    code, found = findings(capsys, "--offline")
    assert (code, found["permissions"][0]) == (0, "note")
    assert f"chmod 600 {here.config}" in found["permissions"][1]


def test_a_damaged_outbox_is_found(here, capsys):
    folder = here.home / ".local" / "share" / "tuimail"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "outbox.db").write_bytes(b"this is no database, whatever its name says" * 100)
    (folder / "outbox.db").chmod(0o600)
    code, found = findings(capsys, "--offline")
    assert code == 1
    assert found["outbox"][0] == "wrong"
    assert [file.name for file in folder.iterdir() if "damaged" in file.name] == []


def test_the_process_that_sends_is_named(here, capsys):
    from tuimail.store.lock import SenderLockFile

    lock = SenderLockFile(here.home / ".local" / "share" / "tuimail" / "sender.lock", "the other window")
    assert lock.take()
    try:
        _, found = findings(capsys, "--offline")
    finally:
        lock.release()
    assert found["sender"][1].startswith("the other window")


def test_no_secret_is_ever_printed(here, capsys):
    use(here, f'password_command = "echo {SECRET}"')
    assert main(["doctor"]) == 1
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err


def test_a_password_command_that_fails_is_said(here, capsys):
    use(here, 'password_command = "false"\nuser = "x"')
    _, found = findings(capsys)
    assert found["work login"] == ("ok", "comes from a command")
    assert found["work out"][0] == "wrong"


LETTER = b"From: hanako@example.jp\nTo: suzuki@client.example\nSubject: lunch\n\nAt noon?\n"


def queue(here, capsys) -> str:
    letter = here.home / "letter.eml"
    letter.write_bytes(LETTER)
    assert main(["send", str(letter)]) == 0
    return capsys.readouterr().out.strip()


async def stored(act) -> None:
    """Something done to the outbox file itself."""
    places = paths.find()
    store = OutboxFile(places.outbox, places.outbox_mark)
    try:
        await act(store)
    finally:
        await store.close()


def put(folder, name, text="#!/bin/sh\n"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)
    return folder / name


def test_rules_are_counted_and_a_broken_one_is_wrong(here, capsys):
    assert findings(capsys, "--offline")[1]["rules"] == ("ok", "there are none")
    good = here.config.read_text()
    here.config.write_text(good + '\n[[rules]]\nname = "slowly"\nwhen = {}\ndelay = "1m"\n')
    assert findings(capsys, "--offline")[1]["rules"] == ("ok", "1 in force")
    here.config.write_text(good + '\n[[rules]]\nname = "slowly"\nwhen = {}\ndelay = "soon"\n')
    code, found = findings(capsys, "--offline")
    assert (code, found["rules"][0]) == (1, "wrong")
    assert "delay" in found["rules"][1]
    assert "paused until" in found["rules"][1]


def test_the_calendar_and_the_zone_are_said_and_a_country_that_nobody_has_is_wrong(here, capsys, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    state, said = findings(capsys, "--offline")[1]["calendar"]
    assert state == "ok"
    assert said.startswith("Asia/Tokyo, ")
    assert "mon tue wed thu fri 09:00-18:00, no public holidays" in said
    here.config.write_text(here.config.read_text() + '\n[calendar]\ncountry = "QQ"\n')
    code, found = findings(capsys, "--offline")
    assert (code, found["calendar"][0]) == (1, "wrong")


def test_what_rests_is_said_with_what_comes_next(here, capsys):
    item = queue(here, capsys)
    assert findings(capsys, "--offline")[1]["resting"] == ("ok", "nothing waits for you")
    main(["outbox", "pause", item])
    capsys.readouterr()
    code, found = findings(capsys, "--offline")
    assert code == 0
    assert found["resting"][0] == "ok"


def test_a_stopped_account_is_wrong_with_the_command_that_lets_it_go_on(here, capsys):
    queue(here, capsys)
    asyncio.run(stored(lambda store: store.stop(Stop("work", 1_800_000_000.0, "535 no"))))
    done = here.run("doctor", "--offline", "--json")
    resting = [found for found in json.loads(done.stdout) if found["about"] == "resting"]
    assert (done.returncode, resting[0]["state"]) == (1, "wrong")
    assert resting[0]["line"].endswith("tuimail account go work")
    assert here.run("account", "go", "work").stdout == b"work: its mail goes on\n"
    assert here.run("account", "go", "work").stdout == b"work: it was not stopped\n"
    assert here.run("doctor", "--offline").returncode == 0


def test_what_was_set_aside_is_told_of(here, capsys):
    queue(here, capsys)
    (here.home / ".local/share/tuimail/outbox.damaged-20260102.db").write_bytes(b"")
    main(["doctor", "--offline"])
    assert "outbox.damaged-20260102.db was damaged and set aside" in capsys.readouterr().out


def test_an_outbox_that_was_put_back_is_told_of(here, capsys):
    """A copy has another inode than the one that its mark knows."""
    queue(here, capsys)
    places = paths.find()
    asyncio.run(stored(lambda store: store.settle_in()))
    assert b"restored" not in here.run("doctor", "--offline").stdout
    shutil.copy(places.outbox, here.home / "copy")
    os.replace(here.home / "copy", places.outbox)
    assert (
        b"this outbox was restored from a copy: mail that waits is asked"
        in here.run("doctor", "--offline").stdout
    )


def test_little_space_is_noted_and_none_is_wrong(here, capsys, monkeypatch):
    for free, state in ((10**12, "ok"), (10**8, "note"), (10**6, "wrong")):
        monkeypatch.setattr(doctor_machine.shutil, "disk_usage", lambda _, free=free: Usage(free))
        code, found = findings(capsys, "--offline")
        assert found["disk"][0] == state
        assert code == (state == "wrong")


def test_a_file_from_the_future_says_that_the_clock_is_behind(here, capsys):
    assert findings(capsys, "--offline")[1]["clock"][0] == "ok"
    ahead = time.time() + 86_400
    os.utime(here.config, (ahead, ahead))
    code, found = findings(capsys, "--offline")
    assert (code, found["clock"][0]) == (1, "wrong")
    assert str(here.config) in found["clock"][1]


def test_whose_sendmail_is_found_is_said(here, capsys, monkeypatch):
    folder = here.home / "bin"
    other = put(folder, "sendmail")
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    assert findings(capsys, "--offline")[1]["sendmail"] == ("ok", f"{other} is another program")
    other.unlink()
    other.symlink_to(put(folder, "tuimail"))
    assert findings(capsys, "--offline")[1]["sendmail"] == ("ok", f"{other} is tuimail")


def test_git_s_setting_is_told_of_when_it_names_us_and_no_other_setting_is_looked_at(
    here, capsys, monkeypatch
):
    settings = here.home / ".gitconfig"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    settings.write_text(f"[sendemail]\n\tsmtpPass = {SECRET}\n\tsmtpServer = mail.example.jp\n")
    main(["doctor", "--offline"])
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert " git " not in said.out
    settings.write_text("[sendemail]\n\tsendmailCmd = /nowhere/tuimail sendmail\n")
    code, found = findings(capsys, "--offline")
    assert (code, found["git"][0]) == (1, "wrong")
    settings.write_text(f'[sendemail "work"]\n\tsmtpServer = {put(here.home / "bin", "tuimail")}\n')
    code, found = findings(capsys, "--offline")
    assert (code, found["git"][0]) == (0, "ok")


def test_an_agent_that_is_installed_by_another_version_is_noted(here, capsys):
    unit = agent_unit.unit(None)
    unit.write()
    assert findings(capsys, "--offline")[1]["agent"][0] in ("ok", "note")
    StartFile(unit.path, "ExecStart=something else\n").write()
    state, said = findings(capsys, "--offline")[1]["agent"]
    assert state == "note"
    assert "tuimail agent install" in said
