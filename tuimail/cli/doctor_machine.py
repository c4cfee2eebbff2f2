"""The doctor's look at this computer: Python, permissions, disk, clock, and who hands mail to us."""

import platform
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path, PurePath

from tuimail import paths
from tuimail.cli.finding import Finding, State
from tuimail.cli.main import CALLED_AS
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths

GOOD_PYTHON = (3, 11, 10)
LITTLE, TOO_LITTLE = 500_000_000, 20_000_000
"""Bytes of free space: a large attachment may not fit, nothing fits for sure."""

AHEAD = 300.0
GIT_SECONDS = 5.0
SETTINGS = r"^sendemail\.(.*\.)?(sendmailcmd|smtpserver)$"


def findings(places: Paths) -> Iterator[Finding]:
    """Everything that no configuration is needed for."""
    yield _python()
    yield from _permissions(places)
    yield _space(places)
    yield _clock(places)
    yield from _sendmail()
    yield from _git()


def _python() -> Finding:
    if sys.version_info[:3] < GOOD_PYTHON:
        wanted = ".".join(map(str, GOOD_PYTHON))
        return Finding(
            "python",
            State.NOTE,
            f"{platform.python_version()} works; {wanted} or newer mends faults in its mail library",
        )
    return Finding("python", State.OK, platform.python_version())


def _permissions(places: Paths) -> Iterator[Finding]:
    looked_at = (places.config, places.data, places.cache, places.outbox, places.mail_cache)
    exposed = [warning for path in looked_at if (warning := paths.exposed(path))]
    yield from (Finding("permissions", State.NOTE, warning) for warning in exposed)
    if not exposed:
        yield Finding("permissions", State.OK, "nobody else on this computer can read your mail")


def _space(places: Paths) -> Finding:
    """Free space where the outbox is, or will be."""
    there = next((path for path in (places.data, *places.data.parents) if path.exists()), Path("/"))
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Finding("disk", State.WRONG, f"{there}: {error.strerror}")
    said = f"{free / 1_000_000:,.0f} MB free at {there}"
    if free < TOO_LITTLE:
        return Finding("disk", State.WRONG, f"{said}; nothing can be queued soon, make room")
    return Finding("disk", State.NOTE if free < LITTLE else State.OK, said)


def _clock(places: Paths) -> Finding:
    """A clock behind the files that were written by it, or behind this program, is wrong."""
    files = [Path(__file__), places.config, *_entries(places.data)]
    written = {path: path.stat().st_mtime for path in files if path.exists()}
    latest = max(written, key=lambda path: written[path])
    now = time.time()
    if written[latest] > now + AHEAD:
        shown = f"{time.strftime('%Y-%m-%d %H:%M', time.localtime(now))}"
        return Finding(
            "clock",
            State.WRONG,
            f"it says {shown}, but {latest} is from later than that: set the clock, or schedules go wrong",
        )
    return Finding("clock", State.OK, "no file of tuimail's is from the future")


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _sendmail() -> Iterator[Finding]:
    """Which program other programs find as sendmail."""
    found = shutil.which("sendmail")
    if found is None:
        return
    whose = "tuimail" if is_ours(found) else "another program"
    yield Finding("sendmail", State.OK, f"{line(found)} is {whose}")


def _git() -> Iterator[Finding]:
    """Where git send-email hands mail to tuimail, whether it can."""
    for name, value in _git_settings():
        try:
            words = shlex.split(value)
        except ValueError:
            words = []
        named = [word for word in words if PurePath(word).name in ("tuimail", *CALLED_AS)]
        if not named:
            continue
        there = shutil.which(words[0])
        if there is None:
            yield Finding(
                "git", State.WRONG, f"{name} is {line(value)!r}: there is no program {line(words[0])!r}"
            )
        elif "tuimail" in value or is_ours(there):
            yield Finding("git", State.OK, f"{name}: git send-email hands its mail to tuimail")


def _git_settings() -> list[tuple[str, str]]:
    """The two settings that name a program; none of the others, one of which is a password."""
    if shutil.which("git") is None:
        return []
    command = ["git", "config", "--get-regexp", SETTINGS]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=GIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    rows = done.stdout.decode("utf-8", "replace").splitlines()
    return [(name, value) for name, _, value in (row.partition(" ") for row in rows)]


def is_ours(program: str) -> bool:
    """Whether a link leads to tuimail."""
    return Path(program).resolve().name == "tuimail"
