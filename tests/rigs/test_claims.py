"""One sender in short; `python tests/rigs/claims.py --claims 100000` is the long form."""

import subprocess
import sys
from pathlib import Path

RIG = Path(__file__).with_name("claims.py")
NO_FAULT = "double claims 0 · double sends 0 · never sent 0 · left over 0 · wrong trails 0"


def rig(*options):
    return subprocess.run(
        [sys.executable, RIG, *options], capture_output=True, text=True, timeout=170, check=False
    )


def test_no_message_is_claimed_or_sent_twice_by_eight_processes_that_freeze_and_lose_their_lock():
    done = rig("--claims", "2000", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert NO_FAULT in done.stdout


def test_nor_by_eight_whole_engines_that_start_and_close_all_the_time():
    done = rig("--engines", "--claims", "150", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert NO_FAULT in done.stdout


def test_the_rig_finds_claims_that_ignore_the_version():
    done = rig("--claims", "1000", "--seed", "7", "--break", "version")
    assert done.returncode == 1
    assert "double claims 0" not in done.stdout
    assert "double sends 0" not in done.stdout
