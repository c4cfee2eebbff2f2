"""The race in short; `python tests/rigs/race.py --undos 100000` is the long form."""

import subprocess
import sys
from pathlib import Path

RIG = Path(__file__).with_name("race.py")


def rig(*options):
    return subprocess.run(
        [sys.executable, RIG, *options], capture_output=True, text=True, timeout=120, check=False
    )


def test_of_two_thousand_undos_about_the_deadline_none_that_was_acknowledged_is_on_the_wire():
    done = rig("--undos", "2000", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "undone yet sent 0 · refused and nowhere 0 · sent twice 0 · wrong state 0" in done.stdout


def test_the_race_finds_an_undo_that_ignores_the_version():
    done = rig("--undos", "600", "--seed", "7", "--break", "version")
    assert done.returncode == 1
    assert "undone yet sent 0" not in done.stdout
