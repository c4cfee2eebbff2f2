"""A home folder with a configuration: the command as other programs call it, and the engine behind it."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from terminal import Terminal, until

from tuimail import wiring
from tuimail.config import load
from tuimail.engine.engine import Engine
from tuimail.paths import Paths

NOBODY_LISTENS = 9

CONFIG = """\
[outbox]
undo_seconds = {undo_seconds}

[[accounts]]
name = "work"
address = "hanako@example.jp"
display_name = "山田花子"
{mailbox}
{login}
smtp = {{ host = "localhost", port = {port}, security = "{security}" }}
"""


class Home:
    """One account, in clear and without a login unless told otherwise; its mailbox is a Maildir."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.env = {
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "TUIMAIL": f"{sys.executable} -m tuimail --config {self.config}",
            "LC_ALL": "C.UTF-8",
        }
        for part in ("new", "cur", "tmp"):
            (folder / "Mail" / part).mkdir(parents=True)
        self.configure()

    @property
    def places(self) -> Paths:
        """Where the command keeps its things in this home."""
        share, cache = self.folder / ".local/share/tuimail", self.folder / ".cache/tuimail"
        return Paths(self.config, share, cache)

    def configure(
        self,
        port: int = NOBODY_LISTENS,
        security: str = "none",
        login: str = 'auth = "none"',
        mailbox: str = "",
        undo_seconds: int = 60,
    ) -> None:
        mailbox = mailbox or f'maildir = "{self.folder}/Mail"'
        self.config.write_text(
            CONFIG.format(
                port=port, security=security, login=login, mailbox=mailbox, undo_seconds=undo_seconds
            )
        )
        self.config.chmod(0o600)

    def run(self, *args: str, stdin: bytes = b"", **how: object) -> subprocess.CompletedProcess[bytes]:
        command = [*self.env["TUIMAIL"].split(), *args]
        given = {"input": stdin, "capture_output": True, "env": self.env, "timeout": 60} | how
        return subprocess.run(command, **given)

    def outbox(self) -> list[dict[str, object]]:
        """The items as `outbox list --json` prints them, oldest first."""
        return json.loads(self.run("outbox", "list", "--json").stdout)[::-1]

    @contextlib.asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        """The engine as the client builds it from this home's configuration; not started."""
        engine = wiring.build(load(self.config), self.places)
        try:
            yield engine
        finally:
            await engine.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def client(home):
    """Opens the client in this home, and waits until its screen is there."""
    with contextlib.ExitStack() as opened:

        def start(*args: str) -> Terminal:
            terminal = Terminal(
                [*home.env["TUIMAIL"].split(), *args], home.env | {"TMPDIR": str(home.folder)}
            )
            opened.callback(terminal.close)
            until(lambda: b"\x1b[?1049h" in terminal.shown and len(terminal.shown) > 1000)
            return terminal

        yield start
