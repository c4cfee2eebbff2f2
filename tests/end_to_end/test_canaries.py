"""No secret is anywhere but where it has to be: in the keyring, and on the wire to whom it is for.

Every way to log in is gone through, good and bad, with secrets that are found again wherever they are; each
process logs all that it can. Then everything that was written, shown or passed on is searched.
"""

import base64
import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from servers.authority import Authority
from terminal import Terminal, until

from tuimail.demo.exchange import Colleague, Policy, StandIn, Tenant

pytestmark = pytest.mark.servers

PASSWORD, COMMANDED, PRINTED = "canary-password-7301", "canary-command-7302", "canary-token-7303"
REFUSED = "canary-refused-7304"
TESTS = Path(__file__).parents[1]

CONFIG = """\
[outbox]
undo_seconds = 0
on_quit = "keep"

[[accounts]]
name = "work"
address = "alice@example.test"
auth = "microsoft"
oauth = {{ client_id = "client", authority = "{authority}" }}
imap = {{ host = "127.0.0.1", port = {imap}, security = "none" }}
smtp = {{ host = "127.0.0.1", port = {submission}, security = "none" }}

[[accounts]]
name = "cloud"
address = "aiko@contoso.example"
auth = "microsoft"
oauth = {{ client_id = "client", authority = "{authority}" }}
graph = {{ url = "{graph}" }}

[[accounts]]
name = "kept"
address = "kept@example.test"
imap = {{ host = "127.0.0.1", port = {imap}, security = "none" }}
smtp = {{ host = "127.0.0.1", port = {door}, security = "none" }}

[[accounts]]
name = "commanded"
address = "commanded@example.test"
password_command = "{vault}/password"
imap = {{ host = "127.0.0.1", port = {imap}, security = "none" }}
smtp = {{ host = "127.0.0.1", port = {hall}, security = "none" }}

[[accounts]]
name = "printed"
address = "printed@example.test"
auth = "google"
token_command = "{vault}/token"
imap = {{ host = "127.0.0.1", port = {imap}, security = "none" }}
smtp = {{ host = "127.0.0.1", port = {submission}, security = "none" }}
"""
LOGGING = """
import logging, os
file = os.path.join(os.environ["CANARY_LOGS"], f"{os.getpid()}.log")
logging.basicConfig(level=logging.DEBUG, filename=file)
"""
MAIL = b"To: bob@example.test\r\nSubject: lunch\r\n\r\nAt noon?\r\n"


class House:
    """A home with five accounts; `said` is all that was printed or shown, `seen` what /proc told."""

    def __init__(self, folder: Path, vault: Path, **servers: object) -> None:
        self.home, self.vault = folder, vault
        self.said = b""
        self.seen = b""
        for name in ("logs", "tmp", "python"):
            (folder / name).mkdir(0o700)
        (folder / "python" / "sitecustomize.py").write_text(LOGGING)
        for name, secret in (("password", COMMANDED), ("token", PRINTED)):
            (vault / name).write_text(f"#!/bin/sh\necho {secret}\n")
            (vault / name).chmod(0o700)
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG.format(vault=vault, **servers))
        self.config.chmod(0o600)
        self.env = {
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "TMPDIR": str(folder / "tmp"),
            "CANARY_LOGS": str(folder / "logs"),
            "PYTHONPATH": os.pathsep.join([str(folder / "python"), str(TESTS)]),
            "PYTHON_KEYRING_BACKEND": "keyrings.OnDisk",
            "TEST_KEYRING": str(vault / "keyring.json"),
            "LC_ALL": "C.UTF-8",
        }
        self.command = [sys.executable, "-m", "tuimail", "--config", str(self.config)]

    def run(self, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [*self.command, *args], input=stdin, capture_output=True, env=self.env, timeout=60
        )
        self.said += done.stdout + done.stderr
        return done

    def sign_in(self, person, *args: str) -> int:
        """`person` reads a line that is shown and does what it says."""
        command = [*self.command, "account", "sign-in", *args]
        with subprocess.Popen(
            command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            for line in process.stdout:
                self.said += line
                person(line.decode().strip())
        return process.returncode

    def agent(self, over) -> None:
        """Let the agent send until that is so, then end it."""
        words = [*self.command, "agent", "run"]
        said = self.home / "agent.txt"
        with said.open("ab") as out, subprocess.Popen(words, env=self.env, stdout=out, stderr=out) as process:
            try:
                until(over)
            finally:
                process.terminate()
        self.said += said.read_bytes()
        said.unlink()

    def stopped(self) -> set[str]:
        """The accounts whose mail waits for a person, as the agent told."""
        found = re.findall("the mail of (\\w+) waits for you", (self.home / "agent.txt").read_text())
        return set(found)

    def client(self, keys: bytes) -> None:
        """Open the screen, wait, press keys, wait till it is gone."""
        terminal = Terminal(self.command, self.env)
        with contextlib.closing(terminal):
            until(lambda: b"\x1b[?1049h" in terminal.shown and len(terminal.shown) > 1000)
            time.sleep(0.5)
            terminal.type(keys)
            until(lambda: terminal.process.poll() is not None)
            self.said += terminal.shown

    @contextlib.contextmanager
    def watched(self):
        """Look again and again at what other users of this computer may see of our processes."""
        over = threading.Event()

        def look() -> None:
            while not over.is_set():
                self.seen += what_proc_tells(str(self.home))
                over.wait(0.05)

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()


def what_proc_tells(home: str) -> bytes:
    """The command lines and environments of the processes of that home."""
    told = b""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            around = (process / "environ").read_bytes()
            if home.encode() in around:
                told += around + (process / "cmdline").read_bytes()
    return told


def forms(secret: str) -> list[bytes]:
    """A secret as it is, and as it looks inside base64, hexadecimal and UTF-16."""
    raw = secret.encode()
    shifted = (base64.b64encode(b"\0" * before + raw)[4 if before else 0 :][:-4] for before in range(3))
    return [raw, raw.hex().encode(), secret.encode("utf-16-le"), *shifted]


def hits(secrets: list[str], text: bytes) -> list[bytes]:
    return [form for secret in secrets for form in forms(secret) if form in text]


@pytest.fixture
def authority():
    with Authority() as running:
        yield running


@pytest.fixture
def house(authority, certificates, tmp_path):
    from conftest import short_folder
    from servers import dovecot
    from servers.sink import Sink

    if reason := dovecot.missing():
        pytest.skip(reason)
    vault = tmp_path / "vault"
    vault.mkdir(0o700)
    home = tmp_path / "home"
    home.mkdir(0o700)
    tenant = Tenant(
        people=(Colleague("Aiko", "aiko@contoso.example"),), policy=Policy(tokens=authority.access)
    )
    with (
        short_folder() as folder,
        Sink(folder / "sink.log") as relay,
        Sink(folder / "door.log", login=("kept@example.test", PASSWORD)) as door,
        Sink(folder / "hall.log", login=("commanded@example.test", COMMANDED)) as hall,
        StandIn(tenant, me="aiko@contoso.example") as graph,
    ):
        box = dovecot.Dovecot(folder / "d", certificates)
        box.relay, box.introspection = relay.port, f"{authority.url}/introspect"
        box.start()
        made = House(
            home, vault, authority=authority.url, imap=box.imap, submission=box.submission,
            door=door.port, hall=hall.port, graph=graph.url,
        )  # fmt: skip
        made.taken = lambda: bool(relay.received and door.received and hall.received and graph.log.sent)
        yield made
        box.stop()


def test_a_secret_is_found_in_every_form():
    for text in (
        PASSWORD.encode(),
        base64.b64encode(f"\0a\0{PASSWORD}".encode()),
        PASSWORD.encode().hex().encode(),
    ):
        assert hits([PASSWORD], b"before" + text + b"after")
    assert not hits([PASSWORD], b"canary-password")


def test_no_secret_is_anywhere_but_in_the_keyring_and_on_the_wire(house, authority):
    with house.watched():
        log_in_everywhere(house, authority)
        send_everywhere(house)
        fail_everywhere(house, authority)
    keys = list(json.loads((house.vault / "keyring.json").read_text()).values())
    secrets = [PASSWORD, COMMANDED, PRINTED, REFUSED, *authority.secrets(), *keys]
    assert len(secrets) > 12
    assert b"account" in house.seen and b"agent" in house.seen
    assert hits(secrets, house.said) == []
    assert hits(secrets, house.seen) == []
    files = [path for path in house.home.rglob("*") if path.is_file()]
    assert {".db", ".log", ".tokens"} <= {path.suffix for path in files}
    assert [path.name for path in files if hits(secrets, path.read_bytes())] == []
    assert list((house.home / "tmp").rglob("*")) == []
    assert exposed(house.home) == []


def log_in_everywhere(house: House, authority: Authority) -> None:
    def browse(line: str) -> None:
        if line.startswith("http"):
            authority.browse(line)

    def type_code(line: str) -> None:
        if "type this code: " in line:
            authority.type_code(line.rpartition(" ")[2])

    assert house.run("account", "password", "kept", stdin=PASSWORD.encode() + b"\n").returncode == 0
    assert house.sign_in(browse, "work") == 0
    assert house.sign_in(type_code, "cloud", "--device") == 0
    house.run("account", "list")
    told = {one["about"]: one["state"] for one in json.loads(house.run("doctor", "--json").stdout)}
    ways = [f"{name} {way}" for name in ("work", "cloud") for way in ("login", "in", "out")]
    assert {about: told[about] for about in ways} == dict.fromkeys(ways, "ok")
    assert (told["kept in"], told["kept out"]) == ("wrong", "ok")
    assert (told["commanded in"], told["printed in"]) == ("wrong", "wrong")


def send_everywhere(house: House) -> None:
    for account in ("work", "cloud", "kept", "commanded", "printed"):
        assert house.run("send", "--account", account, stdin=MAIL).returncode == 0
    house.agent(house.taken)


def fail_everywhere(house: House, authority: Authority) -> None:
    house.run("account", "password", "kept", stdin=REFUSED.encode() + b"\n")
    spent = dict(authority.access)
    authority.access.clear()
    authority.access["canary-of-nobody"] = ""
    authority.refuse = ("invalid_grant", [50173])
    house.run("doctor")
    for account in ("work", "cloud", "kept"):
        house.run("send", "--account", account, stdin=MAIL)
    house.agent(lambda: house.stopped() == {"work", "cloud", "kept"})
    house.client(b"q")
    authority.broken = 1
    (broken,) = (path for path in house.home.rglob("*.tokens") if path.stat().st_size == smallest(house.home))
    broken.write_bytes(broken.read_bytes()[:-3])
    house.run("doctor")
    house.run("account", "sign-out", "cloud")
    authority.access |= spent


def smallest(home: Path) -> int:
    return min(path.stat().st_size for path in home.rglob("*.tokens"))


def exposed(home: Path) -> list[str]:
    """What others on this computer could open of ours."""
    ours = [path for path in home.rglob("*") if not path.is_relative_to(home / "logs")]
    ours = [path for path in ours if not path.is_relative_to(home / "python")]
    return [str(path) for path in ours if path.stat().st_mode & 0o077]
