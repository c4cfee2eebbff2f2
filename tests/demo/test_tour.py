import subprocess
import sys
import time

import pytest

from tuimail.cli import demo
from tuimail.cli.exits import Fault
from tuimail.demo import world


def test_the_tour_plays_without_a_terminal_and_every_step_holds(tmp_path):
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tuimail", "demo"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - began < 30
    for step in (
        "ok: it waits on this computer",
        "held 0:03",
        "ok: the draft is what was sent off",
        "ok: nothing left this computer",
        "ok: the server accepted it, once",
        "ok: the blind copy is nowhere in it",
        "ok: there is one copy in Sent",
        "ok: it is, byte for byte, what the server took",
        "ok: the answer is in the inbox",
        "ok: its file lies in the archive",
        "ok: its file lies there again",
        "ok: 見積 stands in each of them",
        "ok: every answer hangs below what it answers",
        "ok: it is known who would be sent a notice instead",
        "ok: nothing is asked before somebody agrees to the notice",
        "ok: Exchange was asked, once",
        "ok: the colleagues' copies are gone",
        "ok: it is found, and told of with the mail",
        "ok: it answers the mail it puts right",
        "Every step held.",
    ):
        assert step in done.stdout
    assert "NOT SO" not in done.stdout


def test_the_demo_leaves_the_home_folder_alone(tmp_path):
    assert list(tmp_path.iterdir()) == []


def test_a_world_is_kept_only_in_a_folder_of_its_own(tmp_path):
    """A folder with a Maildir called Mail in it would be taken for the world's own."""
    (tmp_path / "Mail").mkdir()
    with pytest.raises(Fault, match="give a folder of its own"):
        demo.main(["--tour", "--keep", str(tmp_path)], None)
    assert [path.name for path in tmp_path.rglob("*")] == ["Mail"]


def test_an_empty_name_is_no_folder_to_keep_a_world_in():
    with pytest.raises(Fault, match="names no folder"):
        demo.main(["--tour", "--keep", ""], None)


def test_a_kept_world_fits_where_it_was(tmp_path):
    root = tmp_path / "world"
    assert world.fits(root)
    for _ in range(2):
        with world.opened(root):
            pass
        assert world.fits(root)
