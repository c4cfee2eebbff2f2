"""A first synchronisation that is killed again and again; `TUIMAIL_LONG=1` kills 200 times."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

RIG = Path(__file__).with_name("sync_kill.py")
KILLS = "200" if os.environ.get("TUIMAIL_LONG") else "20"
MESSAGES = 2_500


LETTER = (
    b"From: Aiko <aiko@example.jp>\r\nTo: me@example.test\r\nSubject: number %d\r\n"
    b"Message-ID: <%d@x>\r\n\r\nhi\r\n"
)


@pytest.fixture
def rig(dovecot):
    """The rig on a mailbox of its own."""

    def run(*options):
        user = dovecot.user()
        maildir = fill(dovecot, user)
        words = [
            RIG,
            "--port",
            str(dovecot.imap),
            "--user",
            user,
            "--other",
            maildir,
            "--seed",
            "7",
            *options,
        ]
        return subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, timeout=600, check=False
        )

    return run


def fill(dovecot, user) -> Path:
    maildir = dovecot.home(user) / "Maildir"
    for sub in ("cur", "new", "tmp"):
        (maildir / sub).mkdir(parents=True)
    for number in range(MESSAGES):
        path = maildir / "cur" / f"{1_700_000_000 + number}.M{number}P1.host:2,"
        path.write_bytes(LETTER % (number, number))
        os.utime(path, (1_700_000_000 + number,) * 2)
    if os.geteuid() == 0:
        for path in (dovecot.home(user), *dovecot.home(user).rglob("*")):
            shutil.chown(path, "mail", "mail")
    return maildir


def test_the_cache_ends_as_the_server_is_however_often_it_was_killed(rig):
    done = rig("--kills", KILLS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "missing 0 · too many 0 · flags 0 · doubled 0 · miscounted 0" in done.stdout


def test_the_rig_finds_a_mark_that_was_kept_too_early(rig):
    done = rig("--kills", "5", "--break", "early")
    assert done.returncode == 1, done.stdout + done.stderr
