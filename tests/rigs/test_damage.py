"""The damage rig in short; `python tests/rigs/damage.py` is the long form."""

import subprocess
import sys
from pathlib import Path

RIG = Path(__file__).with_name("damage.py")


def test_nothing_crashes_and_nothing_is_lost_in_silence_over_300_damaged_files():
    done = subprocess.run(
        [sys.executable, RIG, "--files", "300", "--seed", "7"],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "crashes 0 · hangs 0 · silent losses 0 · altered 0 · originals lost 0" in done.stdout
