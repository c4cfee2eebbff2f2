"""`tuimail agent install`, `uninstall` and `status`, with a systemctl that writes down what it is asked."""

import json
import shutil
import subprocess
import sys

import pytest
from builders import a_queued

from tuimail.cli import agent_unit
from tuimail.cli.agent_config import LOOK_EVERY, ConfigFile
from tuimail.cli.agent_words import Teller
from tuimail.cli.main import main
from tuimail.engine.news import AccountStopped, ItemChanged, Notice, SenderChanged
from tuimail.mail.hold.stop import Stop
from tuimail.mail.letter.safe import Safe, line

SYSTEMCTL = """#!/bin/sh
echo "$*" >> {folder}/asked
case "$*" in *is-enabled*) echo enabled;; *is-active*) echo active;; esac
[ ! -e {folder}/broken ] || {{ echo "Failed to connect to bus: No medium found" >&2; exit 1; }}
"""
ENABLE = [
    "--user --no-ask-password daemon-reload",
    "--user --no-ask-password enable --now tuimail-agent.service",
]


class Systemd:
    """`asked` are the calls so far; while `broken` exists there is no bus."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "bin").mkdir()
        program = folder / "bin" / "systemctl"
        program.write_text(SYSTEMCTL.format(folder=folder))
        program.chmod(0o700)

    @property
    def asked(self):
        log = self.folder / "asked"
        return log.read_text().splitlines() if log.exists() else []

    def break_(self):
        (self.folder / "broken").touch()


@pytest.fixture
def systemd(here, monkeypatch, tmp_path):
    made = Systemd(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    return made


@pytest.fixture
def without_systemd(here, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


@pytest.fixture
def unit(here):
    return here.home / ".config/systemd/user/tuimail-agent.service"


@pytest.fixture
def entry(here):
    return here.home / ".config/autostart/tuimail-agent.desktop"


def test_install_writes_the_unit_and_starts_it(systemd, unit, capsys):
    assert main(["agent", "install"]) == 0
    assert f'ExecStart="{sys.executable}" "-m" "tuimail" "agent" "run" "--quiet"' in unit.read_text()
    assert systemd.asked == ENABLE
    said = capsys.readouterr().out
    assert f"wrote {unit}" in said
    assert "loginctl enable-linger" in said


def test_installing_again_changes_nothing(systemd, unit):
    main(["agent", "install"])
    before = unit.stat().st_mtime_ns
    assert main(["agent", "install"]) == 0
    assert unit.stat().st_mtime_ns == before
    assert systemd.asked == ENABLE + ENABLE


def test_another_configuration_replaces_the_unit_and_restarts_it(systemd, unit, here):
    main(["agent", "install"])
    assert main(["--config", "~/other.toml", "agent", "install"]) == 0
    assert f'"--config" "{here.home}/other.toml"' in unit.read_text()
    assert systemd.asked[-1].endswith("try-restart tuimail-agent.service")


def test_a_unit_that_was_changed_by_hand_is_kept_and_said(systemd, unit, capsys):
    main(["agent", "install"])
    unit.write_text(unit.read_text() + "Nice=5\n")
    assert main(["agent", "install"]) == 0
    assert unit.read_text().endswith("Nice=5\n")
    assert "was changed by hand and stays as it is" in capsys.readouterr().err
    assert main(["agent", "uninstall"]) == 0
    assert unit.exists()
    assert systemd.asked[-1].endswith("disable --now tuimail-agent.service")
    assert "stays; remove it yourself" in capsys.readouterr().err


def test_a_unit_that_is_not_ours_is_left_alone(systemd, unit, capsys):
    unit.parent.mkdir(parents=True)
    unit.write_text("[Service]\nExecStart=/bin/true\n")
    assert main(["agent", "install"]) == 73
    assert main(["agent", "uninstall"]) == 0
    assert unit.read_text() == "[Service]\nExecStart=/bin/true\n"
    assert systemd.asked == []


def test_without_a_bus_the_unit_is_written_and_the_next_command_is_told(systemd, unit, capsys):
    systemd.break_()
    assert main(["agent", "install"]) == 69
    assert unit.exists()
    said = capsys.readouterr()
    assert "systemctl --user daemon-reload && systemctl --user enable --now tuimail-agent" in said.out
    assert "No medium found" in said.err


def test_without_systemd_the_desktop_starts_it(without_systemd, unit, entry, capsys):
    assert main(["agent", "install"]) == 0
    assert not unit.exists()
    assert f'Exec="{sys.executable}" "-m" "tuimail" "agent" "run" "--quiet"' in entry.read_text()
    assert "nohup tuimail agent run" in capsys.readouterr().out
    assert main(["agent", "uninstall"]) == 0
    assert not entry.exists()


def test_uninstall_stops_it_and_removes_the_unit(systemd, unit, capsys):
    main(["agent", "install"])
    assert main(["agent", "uninstall"]) == 0
    assert not unit.exists()
    assert [asked.split()[2] for asked in systemd.asked[2:]] == ["disable", "daemon-reload"]
    assert main(["agent", "uninstall"]) == 0
    assert "not installed" in capsys.readouterr().out


def test_a_folder_that_can_t_be_written_is_one_line(systemd, unit, capsys):
    unit.parent.parent.write_text("a file in the way")
    assert main(["agent", "install"]) == 69
    assert "can't be" in capsys.readouterr().err


def test_places_set_here_go_into_the_unit_and_nothing_in_them_means_anything(here, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", '/srv/50% "mine"')
    text = agent_unit.unit('/tmp/a $b %c "d".toml').text
    assert 'Environment="XDG_DATA_HOME=/srv/50%% \\"mine\\""' in text
    assert '"--config" "/tmp/a $$b %%c \\"d\\".toml"' in text
    assert '"/tmp/a \\\\$b %%c \\\\"d\\\\".toml"' in agent_unit.entry('/tmp/a $b %c "d".toml').text


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here")
def test_systemd_takes_the_unit(here, tmp_path):
    file = agent_unit.unit("/tmp/a b.toml")
    path = tmp_path / agent_unit.UNIT
    path.write_text(file.whole)
    done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, timeout=30)
    assert (done.returncode, [said for said in done.stderr.splitlines() if b"tuimail" in said]) == (0, [])


def test_status_says_that_none_runs_and_what_is_held(systemd, here, capsys):
    here.run("send", stdin=b"To: a@b.example\nSubject: hello\n\nx\n")
    assert main(["agent", "status"]) == 3
    said = capsys.readouterr().out
    assert "agent    does not run" in said
    assert "sender   nobody sends now" in said
    assert "unit     missing, enabled, active" in said
    assert "held     1, the next leaves on" in said
    assert "nobody sends on this computer; one mail waits · open tuimail, or start its agent" in said


def test_status_in_json_has_the_promised_keys(systemd, here, capsys):
    main(["agent", "status", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [
        "running", "agent_pid", "sender", "sender_pid", "unit", "autostart", "held", "next_due", "concerns"
    ]  # fmt: skip
    assert found["unit"]["state"] == "missing"
    assert found["unit"]["enabled"] is True
    assert (found["held"], found["next_due"], found["concerns"]) == (0, None, [])


def test_status_without_a_configuration_tells_what_it_can(without_systemd, here, capsys):
    here.config.unlink()
    assert main(["agent", "status", "--json"]) == 3
    said = capsys.readouterr()
    assert json.loads(said.out)["held"] is None
    assert json.loads(said.out)["unit"]["active"] is None
    assert "there is no configuration yet" in said.err


def test_until_empty_with_nothing_to_send_ends_at_once(here):
    done = here.run("agent", "run", "--until-empty", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_until_empty_without_a_configuration_is_an_error(here):
    here.config.unlink()
    assert here.run("agent", "run", "--until-empty").returncode == 78


class File:
    """A configuration file, a clock, and what was said of it."""

    def __init__(self, path, text):
        self.path, self.good, self.seconds, self.said = path, text, 0.0, []
        self.file = ConfigFile(path, lambda: self.seconds)

    def look(self):
        self.seconds += LOOK_EVERY
        return self.file.changed(self.said.append)


@pytest.fixture
def file(here):
    return File(here.config, here.config.read_text())


def test_a_configuration_that_stays_as_it_is_is_read_once(file):
    assert file.look() is not None
    assert file.look() is file.look() is None
    file.path.write_text(file.good + "\n")
    assert file.look() is file.look() is None


def test_a_changed_one_is_told_when_its_editor_has_left_it_alone_for_a_look(file):
    file.look()
    file.path.write_text(file.good.replace("60", "30"))
    assert file.look() is None
    assert file.look().outbox.undo_seconds == 30
    assert file.look() is None


def test_a_broken_or_missing_one_is_told_once_and_the_next_good_one_is_used(file):
    file.look()
    file.path.write_text("nonsense = 1\n" + file.good)
    assert [file.look() for _ in range(4)] == [None] * 4
    file.path.unlink()
    assert [file.look() for _ in range(4)] == [None] * 4
    assert len(file.said) == 2
    assert all("goes on with what it read before" in said for said in file.said)
    file.path.write_text(file.good.replace("60", "30"))
    assert [file.look() for _ in range(2)][1] is not None


def test_one_that_is_not_there_at_the_start_is_waited_for(file):
    file.path.unlink()
    assert file.look() is None
    assert "the agent waits for it" in file.said[0]
    file.path.write_text(file.good)
    assert file.look() is not None


def test_the_agent_says_a_line_for_each_event_and_the_same_trouble_once(capsys):
    item, teller = a_queued()[0], Teller(quiet=False)
    teller.know([item])
    teller.hear(SenderChanged(True, ""))
    teller.hear(ItemChanged(item))
    teller.hear(Notice(Safe("The disk is full.")))
    teller.hear(Notice(Safe("The disk is full.")))
    teller.hear(AccountStopped(Stop("work", 0.0, line("535 no\x1b[31m"))))
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["tuimail: sending what is due", "tuimail: The disk is full."]
    assert len(said) == 3
    assert "\x1b" not in said[2]


def test_a_quiet_agent_says_only_what_is_wrong(capsys):
    teller = Teller(quiet=True)
    teller.hear(ItemChanged(a_queued()[0]))
    teller.hear(Notice(Safe("all is well"), trouble=False))
    teller.hear(Notice(Safe("The disk is full.")))
    assert capsys.readouterr().err == "tuimail: The disk is full.\n"
