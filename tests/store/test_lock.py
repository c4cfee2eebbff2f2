"""The sender lock: one process holds it, and the kernel takes it back from the dead."""

import fcntl
import os
import signal
import stat
import subprocess
import sys

import pytest

from tuimail.mail.errors import OutboxError
from tuimail.store.lock import SenderLockFile

HOLDER = """
import sys
from pathlib import Path
from tuimail.store.lock import SenderLockFile
print(SenderLockFile(Path(sys.argv[1]), "the agent").take(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "sender.lock"


@pytest.fixture
def elsewhere(path):
    """A process that holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()


def test_one_of_two_takes_it_and_the_other_after_it_was_released(path):
    one, other = SenderLockFile(path, "one"), SenderLockFile(path, "other")
    assert one.take()
    assert one.take()
    assert not other.take()
    one.release()
    assert other.take()
    assert not one.take()
    other.release()


def test_it_says_who_holds_it(path):
    one, other = SenderLockFile(path, "the agent"), SenderLockFile(path, "the screen")
    assert other.holder() == ""
    one.take()
    assert one.holder() == other.holder() == f"the agent (process {os.getpid()})"
    one.release()
    assert other.holder() == ""


def test_another_process_keeps_it_until_it_is_killed(path, elsewhere):
    lock = SenderLockFile(path, "the screen")
    assert not lock.take()
    assert lock.holder() == f"the agent (process {elsewhere.pid})"
    elsewhere.send_signal(signal.SIGKILL)
    elsewhere.wait()
    assert lock.take()
    lock.release()


def test_a_stopped_holder_still_holds_it(path, elsewhere):
    elsewhere.send_signal(signal.SIGSTOP)
    assert not SenderLockFile(path, "the screen").take()
    elsewhere.send_signal(signal.SIGCONT)


def test_asking_who_holds_it_takes_it_from_nobody(path):
    one, other = SenderLockFile(path, "one"), SenderLockFile(path, "other")
    one.take()
    one.release()
    other.holder()
    assert one.take()
    one.release()


@pytest.mark.parametrize("replaced", [True, False])
def test_who_holds_the_lock_of_a_file_that_is_gone_has_lost_it_and_may_try_anew(path, replaced):
    one, other = SenderLockFile(path, "one"), SenderLockFile(path, "other")
    one.take()
    path.unlink()
    if replaced:
        assert other.take()
    assert not one.take()
    assert one.take() is not replaced
    assert other.holder() == ("other" if replaced else "one") + f" (process {os.getpid()})"
    one.release()
    other.release()


def test_a_file_that_is_removed_between_opening_and_locking_is_no_lock(path, monkeypatch):
    lock, flock = SenderLockFile(path, "one"), fcntl.flock

    def removed_first(descriptor, how):
        path.unlink()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", removed_first)
    assert not lock.take()
    monkeypatch.undo()
    assert lock.take()
    lock.release()


def test_the_file_is_for_its_owner_only(path):
    lock = SenderLockFile(path, "one")
    lock.take()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lock.release()


def test_a_lock_that_can_not_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "data").write_text("a file, not a folder")
    lock = SenderLockFile(tmp_path / "data" / "sender.lock", "one")
    with pytest.raises(OutboxError, match=r"can't be locked: .*Nothing is sent; all is kept\.$"):
        lock.take()
    assert lock.holder() == ""
