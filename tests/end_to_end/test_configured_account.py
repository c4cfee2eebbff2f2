"""An account as a user configures it, on a real Dovecot and a server that takes mail."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

CONFIG = """\
[outbox]
undo_seconds = 1

[[accounts]]
name = "work"
address = "{user}"
password_command = "echo {password}"
imap = {{ host = "localhost", port = {imap}, security = "{imap_security}" }}
smtp = {{ host = "localhost", port = {smtp}, security = "tls" }}
"""


class Home:
    """A home folder whose one account is on the test's servers."""

    def __init__(self, folder: Path, authority: Path, **settings: object) -> None:
        self.env = {
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "SSL_CERT_FILE": str(authority),
            "LC_ALL": "C.UTF-8",
        }
        file = folder / "config.toml"
        file.write_text(CONFIG.format(**settings))
        file.chmod(0o600)
        self.command = [sys.executable, "-m", "tuimail", "--config", str(file)]

    def run(self, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self.command, *args], input=stdin, capture_output=True, env=self.env, timeout=60
        )

    def findings(self) -> dict[str, tuple[str, str]]:
        said = json.loads(self.run("doctor", "--json").stdout)
        return {finding["about"]: (finding["state"], finding["line"]) for finding in said}


@pytest.fixture
def home(dovecot, new_sink, certificates, tmp_path):
    """`home(password=…)`: a home on Dovecot and a sink, both with verified TLS."""
    user = dovecot.user()
    sink = new_sink(security="tls", tls=certificates.good(), login=(user, "pw"))
    given = {
        "user": user,
        "password": "pw",
        "imap": dovecot.imaps,
        "imap_security": "tls",
        "smtp": sink.port,
    }

    def make(authority: Path = certificates.folder / "ca.pem", **changes: object) -> Home:
        return Home(tmp_path, authority, **{**given, **changes})

    return make


def test_the_doctor_finds_both_servers_well(home):
    found = home().findings()
    assert found["work in"][0] == found["work out"][0] == "ok", found
    assert found["work login"] == ("ok", "comes from a command")


def test_starttls_works_as_well(home, dovecot):
    found = home(imap=dovecot.imap, imap_security="starttls").findings()
    assert found["work in"][0] == "ok", found


def test_a_wrong_password_is_said_without_repeating_it(home):
    found = home(password="wrong-horse").findings()
    assert found["work in"][0] == found["work out"][0] == "wrong", found
    assert "wrong-horse" not in json.dumps(found)


def test_a_certificate_that_nobody_vouches_for_is_refused(home, tmp_path):
    nobody = tmp_path / "none.pem"
    nobody.touch()
    found = home(authority=nobody).findings()
    assert "trusts" in found["work in"][1] and "trusts" in found["work out"][1], found


def test_a_port_that_refuses_is_said(home):
    found = home(imap=1, smtp=1).findings()
    assert "refused" in found["work in"][1] and "refused" in found["work out"][1], found
