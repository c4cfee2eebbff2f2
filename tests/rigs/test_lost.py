"""The rig of lost answers in short; `TUIMAIL_LONG=1` loses 1,000, `python tests/rigs/lost.py` as told."""

import os
import subprocess
import sys
from pathlib import Path

RIG = Path(__file__).with_name("lost.py")
FAULTS = "1000" if os.environ.get("TUIMAIL_LONG") else "50"


def rig(*options):
    return subprocess.run(
        [sys.executable, RIG, *options], capture_output=True, text=True, timeout=900, check=False
    )


def test_nothing_is_sent_or_recalled_twice_lost_or_sent_after_undo_over_lost_answers():
    done = rig("--faults", FAULTS, "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "double sends 0 · double recalls 0 · lost 0 · sent after undo 0" in done.stdout


def test_the_rig_finds_the_doubles_of_who_asks_again_after_a_lost_answer():
    done = rig("--faults", "60", "--seed", "7", "--break", "resend")
    assert done.returncode == 1, done.stderr
    assert "double sends 0" not in done.stdout
