"""The clocks in short; `python tests/rigs/clocks.py --clocks 100000` is the long form."""

import subprocess
import sys
from pathlib import Path

import pytest

RIG = Path(__file__).with_name("clocks.py")


def rig(*options):
    return subprocess.run(
        [sys.executable, RIG, *options], capture_output=True, text=True, timeout=120, check=False
    )


def test_no_mail_is_early_none_is_late_without_a_question_on_ten_thousand_clocks():
    done = rig("--clocks", "10000", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "early by the wall clock 0 · early in true time 0 · undo window cut short 0" in done.stdout
    assert "late while awake 0 · not asked though long past 0 · rests silently 0" in done.stdout


@pytest.mark.parametrize(
    ("broken", "found"), [("wall", "undo window cut short"), ("silent", "late while awake")]
)
def test_the_clocks_find_a_countdown_by_the_time_of_day_and_a_question_never_asked(broken, found):
    done = rig("--clocks", "500", "--seed", "7", "--break", broken)
    assert done.returncode == 1
    assert f"{found} 0" not in done.stdout
