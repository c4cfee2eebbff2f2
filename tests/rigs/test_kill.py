"""The kill rig in short; `python tests/rigs/kill.py` is the long form."""

import subprocess
import sys
from pathlib import Path

RIG = Path(__file__).with_name("kill.py")


def rig(*options):
    return subprocess.run(
        [sys.executable, RIG, *options], capture_output=True, text=True, timeout=120, check=False
    )


def test_nothing_is_lost_doubled_or_sent_after_undo_over_sixty_kills():
    done = rig("--kills", "60", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost 0 · altered 0 · sent after undo 0 · duplicates 0" in done.stdout


def test_the_rig_finds_the_duplicates_of_a_naive_requeue():
    done = rig("--kills", "30", "--seed", "7", "--break", "requeue")
    assert done.returncode == 1
    assert "duplicates 0" not in done.stdout
