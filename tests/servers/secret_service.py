"""A real keyring for one program: gnome-keyring on a session bus of its own, in a throw-away home."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NEEDED = ("gnome-keyring-daemon", "dbus-run-session")
UNLOCKED = """
printf %s throwaway | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
exec "$@"
"""
NEVER_UNLOCKED = """
gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1
exec "$@"
"""


def missing() -> str:
    """Why there can be no such keyring here; empty when there can."""
    gone = [program for program in NEEDED if shutil.which(program) is None]
    if gone:
        return f"{' and '.join(gone)} not installed (tests/servers/install.sh does on Debian and Ubuntu)"
    return ""


def beside_a_keyring(*command: str, unlocked: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command where this keyring is the system's; nothing is left of it."""
    with tempfile.TemporaryDirectory(prefix="keyring") as home:
        run = Path(home) / "run"
        run.mkdir(0o700)
        env = {
            "HOME": home,
            "PATH": os.environ["PATH"],
            "XDG_RUNTIME_DIR": str(run),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "LC_ALL": "C.UTF-8",
        }
        script = UNLOCKED if unlocked else NEVER_UNLOCKED
        words = ["dbus-run-session", "--", "sh", "-eu", "-c", script, "sh", *command]
        return subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
