"""The kill rig in short; `TUIMAIL_LONG=1` kills 2,000 times, `python tests/rigs/kill.py` as often as told."""

import os
import subprocess
import sys
from pathlib import Path

RIG = Path(__file__).with_name("kill.py")
KILLS = "2000" if os.environ.get("TUIMAIL_LONG") else "160"


def rig(*options):
    return subprocess.run(
        [sys.executable, RIG, *options], capture_output=True, text=True, timeout=900, check=False
    )


def test_nothing_is_lost_doubled_or_sent_after_undo_over_a_hundred_and_sixty_kills():
    done = rig("--kills", KILLS, "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost 0 · altered 0 · sent after undo 0 · duplicates 0" in done.stdout


def test_the_rig_finds_the_duplicates_of_a_naive_requeue():
    done = rig("--kills", "40", "--seed", "7", "--break", "requeue")
    assert done.returncode == 1
    assert "duplicates 0" not in done.stdout


def test_the_rig_finds_what_was_promised_before_it_was_on_disk():
    done = rig("--kills", "40", "--seed", "7", "--break", "early")
    assert done.returncode == 1
    assert "lost 0" not in done.stdout or "sent after undo 0" not in done.stdout
