"""The power rig in short; `python tests/rigs/power.py` is the long form."""

import subprocess
import sys
from pathlib import Path

import pytest

RIG = Path(__file__).with_name("power.py")


def rig(*options):
    done = subprocess.run(
        [sys.executable, RIG, *options], capture_output=True, text=True, timeout=120, check=False
    )
    if "out of reach" in done.stderr:
        pytest.skip(done.stderr.strip())
    return done


def test_nothing_acknowledged_is_lost_over_150_power_cuts():
    done = rig("--cuts", "150", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "queueings lost 0 · undos lost 0 · bodies forgotten 0 · half done 0 · damaged 0" in done.stdout


@pytest.mark.parametrize("synchronous", ["normal", "off"])
def test_the_rig_finds_the_losses_of_a_store_that_does_not_wait_for_the_disk(synchronous):
    done = rig("--cuts", "60", "--seed", "7", "--synchronous", synchronous)
    assert done.returncode == 1
    assert "queueings lost 0" not in done.stdout
