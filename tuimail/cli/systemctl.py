"""systemd's user manager, asked through systemctl(1)."""

import os
import shutil
import subprocess

from msgspec import Struct

from tuimail.mail.letter.safe import line

SECONDS = 20.0


class Answer(Struct, frozen=True):
    """Whether it did what it was asked, and what it said."""

    ok: bool
    said: str


def is_there() -> bool:
    """Whether this system has systemd's command at all."""
    return shutil.which("systemctl") is not None


def ask(*words: str) -> Answer:
    """Run `systemctl --user` with these words; never waits for long."""
    env = {**os.environ, "LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0"}
    try:
        done = subprocess.run(
            ["systemctl", "--user", "--no-ask-password", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            env=env,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Answer(False, f"systemctl gave no answer ({type(error).__name__})")
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    return Answer(done.returncode == 0, line(said.partition("\n")[0]))
