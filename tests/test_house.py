"""What import-linter can't say: one importer per library, and what a command must not load."""

import ast
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ONE_IMPORTER = {
    "msal": "tuimail/backends/oauth/microsoft.py",
    "cryptography": "tuimail/backends/oauth/token_cache.py",
    "requests": "tuimail/backends/oauth/loopback.py",
    "aiosmtplib": "tuimail/backends/smtp/wire.py",
    "keyring": "tuimail/backends/secrets.py",
    "inscriptis": "tuimail/mail/letter/html.py",
    "aiosmtpd": "tuimail/demo/server.py",
    "platformdirs": "tuimail/paths.py",
    "httpx": "tuimail/backends/web.py",
    "re2": "tuimail/rule_values.py",
    "holidays": "tuimail/mail/when/calendar.py",
    "tzlocal": "tuimail/backends/system.py",
    "icalendar": "tuimail/mail/letter/invitation.py",
    "PIL": "tuimail/backends/images.py",
    "dns": "tuimail/backends/finding/dns.py",
}


@cache
def importers() -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "tuimail").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                found[name.partition(".")[0]].add(path.relative_to(ROOT).as_posix())
    return found


@pytest.mark.parametrize(("library", "importer"), ONE_IMPORTER.items())
def test_each_library_has_one_importer(library: str, importer: str) -> None:
    assert importers()[library] == {importer}


@pytest.mark.parametrize("command", ["--version", "outbox --help", "show --help", "send --help"])
def test_a_command_without_a_screen_loads_no_screen_and_nothing_heavy(command: str) -> None:
    heavy = ["textual", "rich", "imaplib", "aiosmtplib", "keyring", "msal", "lxml", "httpx", "requests"]
    heavy += ["holidays", "dateutil", "tzlocal", "icalendar", "PIL", "dns", "cryptography"]
    code = (
        "import sys\n"
        f"sys.argv = ['tuimail', *{command.split()!r}]\n"
        "from tuimail.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"loaded = [name for name in {heavy!r} if name in sys.modules]\n"
        "sys.exit(', '.join(loaded) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


LATER = ["tuimail.engine.after.", "tuimail.mail.setup", "tuimail.engine.setup", "tuimail.mail.after."]
LATER += [f"tuimail.backends.{room}" for room in ("graph", "oauth", "finding", "jmap", "web", "secrets")]
AT_ONCE = {"tuimail.engine.after.doors", "tuimail.mail.after.kind"}


def test_the_start_of_the_client_loads_nothing_of_what_comes_after_or_of_other_kinds_of_accounts(tmp_path):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "import tuimail.cli.screen, tuimail.ui.app, tuimail.ui.screens.mail\n"
        "from tuimail import wiring\n"
        "from tuimail.config import Account, Config, Server\n"
        "from tuimail.paths import Paths\n"
        "servers = {'imap': Server('127.0.0.1', 143, 'none'), 'smtp': Server('127.0.0.1', 25, 'none')}\n"
        "account = Account('work', 'a@x.example', **servers)\n"
        "engine = wiring.build(Config((account,)), Paths.under(Path(sys.argv[1])))\n"
        "print('\\n'.join(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split()) - AT_ONCE
    assert not [name for name in sorted(loaded) if name.startswith(tuple(LATER))]


def test_nothing_waits_so_that_it_can_not_be_ended() -> None:
    """`asyncio.wait_for` swallows being cancelled when what it waits for is done just then (before 3.12)."""
    found = [
        path.name for path in (ROOT / "tuimail").rglob("*.py") if "asyncio.wait_for(" in path.read_text()
    ]
    assert found == []
