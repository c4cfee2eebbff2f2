"""Which calls belong together: those of one program, whatever shells it puts between."""

import subprocess
import sys

import pytest

from tuimail.cli.caller import batch

TELL = [sys.executable, "-c", "from tuimail.cli.caller import batch; print(batch())"]


class Proc:
    """A made-up /proc."""

    def __init__(self, folder) -> None:
        self.folder = folder
        (folder / "sys/kernel/random").mkdir(parents=True)
        (folder / "sys/kernel/random/boot_id").write_text("boot-1\n")

    def put(self, pid: int, parent: int, started: int, *command: str) -> None:
        (self.folder / str(pid)).mkdir()
        rest = " ".join(["0"] * 17)
        (self.folder / str(pid) / "stat").write_text(f"{pid} (a ) b) S {parent} {rest} {started} 0")
        (self.folder / str(pid) / "cmdline").write_text("".join(f"{word}\0" for word in command))


@pytest.fixture
def proc(tmp_path):
    made = Proc(tmp_path)
    made.put(7, 1, 70, "-bash")
    made.put(8, 7, 80, "/usr/bin/perl", "/usr/lib/git-core/git-send-email", "--to=x")
    return made


def test_calls_by_one_program_are_one_batch_and_by_the_next_run_of_it_another(proc):
    proc.put(9, 7, 90, "/usr/bin/perl", "/usr/lib/git-core/git-send-email", "--to=x")
    assert batch(proc.folder, 8) == "8.80.boot-1"
    assert batch(proc.folder, 9) == "9.90.boot-1"


@pytest.mark.parametrize("option", ["-c", "-ec", "-lc"])
def test_a_shell_that_only_runs_the_command_is_looked_through(proc, option):
    proc.put(20, 8, 200, "sh", option, 'tuimail sendmail "$@"', "-", "-i", "a@x.example")
    proc.put(21, 20, 210, "/bin/bash", option, "tuimail sendmail -i a@x.example")
    assert batch(proc.folder, 20) == batch(proc.folder, 21) == batch(proc.folder, 8)


@pytest.mark.parametrize("command", [["-bash"], ["bash"], ["zsh", "-i"], ["/bin/fish"], ["bash", "--norc"]])
def test_a_shell_that_somebody_types_into_makes_no_batch(proc, command):
    proc.put(20, 1, 200, *command)
    proc.put(21, 20, 210, "sh", "-c", "tuimail send letter")
    assert batch(proc.folder, 20) == batch(proc.folder, 21) == ""


def test_a_script_makes_a_batch(proc):
    proc.put(20, 7, 200, "/bin/sh", "invitations.sh")
    assert batch(proc.folder, 20) == "20.200.boot-1"


def test_where_nothing_is_told_about_processes_the_parent_s_id_is_the_batch(tmp_path):
    assert batch(tmp_path, 4711) == "4711"


def test_two_real_calls_of_this_program_are_one_batch_with_and_without_a_shell():
    plain = subprocess.run(TELL, capture_output=True, text=True, check=True).stdout
    command = 'for _ in 1; do "$@"; done'
    shell = subprocess.run(
        ["sh", "-c", command, "-", *TELL], capture_output=True, text=True, check=True
    ).stdout
    assert plain == shell
    assert plain.strip()
