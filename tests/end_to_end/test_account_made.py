"""An account from nothing, on a real Dovecot before Postfix: found, tried, kept, tested, removed."""

import asyncio
import json
import os
import stat
import subprocess
import sys

import keyrings
import pytest
from making import World
from terminal import Terminal, until

from tuimail import config
from tuimail.cli.account_add import Asking
from tuimail.engine.setup import Setup
from tuimail.mail.setup.server import Server
from tuimail.mail.setup.setting import Setting
from tuimail.paths import Paths
from tuimail.wiring.setup import ConfigShelf, RealTrial

COMMENT = "# mine, 大切\n[outbox]\nundo_seconds = 7   # seven\n"


class House:
    """A home with a configuration that has no account, and the real servers."""

    def __init__(self, places, dovecot, capsys) -> None:
        self.places, self.capsys = places, capsys
        self.user = dovecot.user()
        self.imap, self.smtp = (
            Server("localhost", dovecot.imaps),
            Server("localhost", dovecot.submission, "starttls"),
        )
        places.config.parent.mkdir(parents=True)
        places.config.write_text(COMMENT)

    def add(self, *answers: str) -> tuple[int | None, str]:
        """The exit code and what was said; what is asked beyond `answers` ends it."""
        setting = Setting("a test", self.imap, self.smtp, self.user)
        setup = Setup(World(setting), RealTrial(self.places), ConfigShelf(self.places))
        setup.answer("address", self.user)
        left = iter(answers)

        def ask(prompt: str, secret: bool) -> str:
            print(prompt)
            try:
                return next(left)
            except StopIteration:
                raise EOFError from None

        with asyncio.Runner() as runner:
            try:
                code = Asking(setup, ask, runner).all(has_address=True)
            except EOFError:
                code = None
        return code, self.capsys.readouterr().out


@pytest.fixture
def house(tmp_path, dovecot, certificates, capsys, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.folder / "ca.pem"))
    with keyrings.in_memory() as kept:
        found = House(Paths.under(tmp_path), dovecot, capsys)
        found.kept = kept.kept
        yield found


FOUND = ["山田花子", "", "", "", "home"]
"""Display name, then the servers, the user as they were found, and a name."""

BY_PASSWORD = [*FOUND, "1"]
pytestmark = pytest.mark.servers


def test_an_account_is_kept_once_both_servers_let_us_in(house):
    code, said = house.add(*BY_PASSWORD, "pw")
    assert code == 0, said
    assert said.count("ok     mail") == 2
    assert house.places.config.read_text().startswith(COMMENT)
    assert stat.S_IMODE(house.places.config.stat().st_mode) == 0o600
    (account,) = config.load(house.places.config).accounts
    assert (account.name, account.address, account.display_name) == ("home", house.user, "山田花子")
    assert "pw" in house.kept.values()
    assert "pw" not in house.places.config.read_text().split()


def test_a_wrong_password_is_refused_by_both_and_another_one_mends_it(house):
    code, said = house.add(*BY_PASSWORD, "wrong-horse", "m", "1", "pw")
    assert code == 0, said
    assert said.count("wrong  mail") == 2
    assert "! " in said and "refused the login" in said
    assert "wrong-horse" not in said
    assert "pw" in house.kept.values()


def test_who_leaves_keeps_nothing(house):
    code, said = house.add(*BY_PASSWORD, "wrong-horse", "q")
    assert code == 77
    assert "Nothing was kept" in said
    assert house.places.config.read_text() == COMMENT
    assert not house.kept
    assert house.add(*BY_PASSWORD)[0] is None
    assert house.places.config.read_text() == COMMENT


def test_a_wrong_port_is_named_and_led_back_to(house):
    house.imap = Server("localhost", 9)
    code, said = house.add(*BY_PASSWORD, "pw", "q")
    assert code == 69
    assert "wrong  mail in   localhost:9: the connection was refused" in said
    assert "ok     mail out" in said


def test_a_port_that_is_spoken_to_the_wrong_way_is_explained(house, dovecot):
    house.imap = Server("localhost", dovecot.imap, "tls")
    code, said = house.add(
        *BY_PASSWORD, "pw", "m", f"localhost:{dovecot.imap} starttls", "", "", "", "1", "pw"
    )
    assert "the port may want starttls" in said
    assert code == 0, said


def test_a_certificate_that_nobody_vouches_for_stops_it_before_the_password(house, new_sink, certificates):
    stranger = new_sink(security="tls", tls=certificates.by_a_stranger(), login=(house.user, "pw"))
    house.smtp = Server("localhost", stranger.port)
    code, said = house.add(*BY_PASSWORD, "pw", "q")
    assert code == 69
    assert "its certificate comes from nobody this computer trusts; nothing was sent" in said
    assert stranger.received == []


def test_what_does_not_work_yet_may_be_kept(house):
    house.imap = Server("localhost", 9)
    assert house.add(*BY_PASSWORD, "pw", "k")[0] == 0
    assert [one.name for one in config.load(house.places.config).accounts] == ["home"]


def test_without_a_keyring_a_command_is_asked_for(house, monkeypatch):
    import keyring
    from keyring.backends.fail import Keyring

    keyring.set_keyring(Keyring())
    code, said = house.add(*FOUND, "echo pw")
    assert code == 0, said
    assert "no keyring" in said
    (account,) = config.load(house.places.config).accounts
    assert account.password_command == "echo pw"


@pytest.fixture
def shell(tmp_path, certificates):
    """Runs the real command in a home whose configuration is `config`."""
    file = tmp_path / "config.toml"
    env = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "XDG_RUNTIME_DIR": str(tmp_path),
        "SSL_CERT_FILE": str(certificates.folder / "ca.pem"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "LC_ALL": "C.UTF-8",
    }
    command = [sys.executable, "-m", "tuimail", "--config", str(file)]

    def run(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([*command, *args], input=stdin, capture_output=True, env=env, timeout=60)

    run.file, run.env, run.command = file, env, command
    return run


ACCOUNT = """
[[accounts]]
name = "{name}"
address = "{user}"
password_command = "echo {password}"
imap = {{ host = "localhost", port = {imap}, security = "tls" }}
smtp = {{ host = "localhost", port = {smtp}, security = "starttls" }}
"""


@pytest.fixture
def two(shell, dovecot):
    """Two accounts, the second with a wrong password."""
    given = {"user": dovecot.user(), "imap": dovecot.imaps, "smtp": dovecot.submission}
    blocks = [
        ACCOUNT.format(name=name, password=secret, **given) for name, secret in (("a", "pw"), ("b", "no"))
    ]
    shell.file.write_text("# mine\n" + "".join(blocks) + "# the end\n")
    shell.file.chmod(0o600)
    shell.first = "# mine\n" + blocks[0] + "# the end\n"
    return shell


def test_every_account_is_tried_and_each_step_has_its_result(two):
    assert two("account", "test", "a").returncode == 0
    done = two("account", "test", "--json")
    assert done.returncode == 77
    rows = json.loads(done.stdout)
    assert [(row["account"], row["what"], row["ok"]) for row in rows] == [
        ("a", "mail in", True),
        ("a", "mail out", True),
        ("b", "mail in", False),
        ("b", "mail out", False),
    ]


def test_removing_names_what_is_held_and_asks_where_it_can(two):
    mail = b"From: x@example.test\r\nTo: y@example.test\r\nSubject: still here\r\n\r\nhello\r\n"
    assert two("send", "--account", "b", stdin=mail).returncode == 0
    refused = two("account", "remove", "b")
    assert refused.returncode == 64
    assert b"still here" in refused.stdout and b"1 mail is held for b" in refused.stdout
    done = two("account", "remove", "b", "--yes")
    assert done.returncode == 0, done.stderr
    assert b"stays as it is" in done.stdout
    assert two.file.read_text() == two.first
    assert b"b  " not in two("account", "list").stdout


def test_a_list_for_programs_has_the_servers(two, dovecot):
    (first, _) = json.loads(two("account", "list", "--json").stdout)
    assert first["login"] == "password_command"
    assert first["imap"] == f"localhost:{dovecot.imaps} tls"
    assert first["graph"] is first["maildir"] is None


def test_without_a_terminal_nothing_is_asked(shell):
    done = shell("account", "add", "hanako@gmail.com", stdin=b"x\n")
    assert done.returncode == 64
    assert b"needs a terminal" in done.stderr


def test_in_a_terminal_it_asks_and_leaving_early_keeps_nothing(shell):
    terminal = Terminal([*shell.command, "account", "add", "hanako@gmail.com"], shell.env)
    try:
        until(lambda: b"Your name" in terminal.shown)
        terminal.type("山田花子\n".encode())
        until(lambda: b"imap.gmail.com:993 tls" in terminal.shown)
        terminal.type(b"\x04")
        assert terminal.process.wait(10) == 64
        until(lambda: b"nothing was kept" in terminal.shown)
    finally:
        terminal.close()
    assert not shell.file.exists()


def test_the_client_without_a_configuration_opens_the_way_to_one(shell):
    terminal = Terminal(shell.command, shell.env)
    try:
        until(lambda: b"first account" in terminal.shown)
        terminal.type(b"\x11")
        assert terminal.process.wait(10) == 0
    finally:
        terminal.close()
    assert not shell.file.exists()
