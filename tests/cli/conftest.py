import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """\
[outbox]
undo_seconds = 60

[[accounts]]
name = "work"
address = "hanako@example.jp"
display_name = "山田花子"
maildir = "{home}/Mail"
auth = "none"
smtp = {{ host = "127.0.0.1", port = 9, security = "none" }}

[[accounts]]
name = "home"
address = "hana@home.example"
maildir = "{home}/Mail"
auth = "none"
smtp = {{ host = "127.0.0.1", port = 9, security = "none" }}
"""


class Shell:
    """Runs the command in a home of its own, as a process or in this one."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {
            "HOME": str(home),
            "PATH": "/usr/bin:/bin",
            "XDG_RUNTIME_DIR": str(home),
            "LC_ALL": "C.UTF-8",
        }
        for part in ("new", "cur", "tmp"):
            (home / "Mail" / part).mkdir(parents=True)
        self.config = home / ".config" / "tuimail" / "config.toml"
        self.config.parent.mkdir(parents=True)
        self.config.write_text(CONFIG.format(home=home))
        self.config.chmod(0o600)

    def run(self, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "tuimail", *args],
            input=stdin,
            capture_output=True,
            env=self.env,
            timeout=60,
        )


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


@pytest.fixture
def here(shell, monkeypatch):
    """The same home for commands that run in this process."""
    for name, value in shell.env.items():
        monkeypatch.setenv(name, value)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return shell
