"""`tuimail account sign-in` and `sign-out`: what is shown, what is kept, and that the mail goes on."""

import asyncio
import json
import threading

import pytest
from keyrings import in_memory
from servers.authority import Authority

from tuimail import paths
from tuimail.backends.oauth import microsoft
from tuimail.cli import account_sign_in
from tuimail.cli.main import main
from tuimail.config import load
from tuimail.mail.after.kind import Kind
from tuimail.mail.hold.stop import Stop
from tuimail.store.outbox import OutboxFile
from tuimail.wiring.signing_in import Login

ACCOUNTS = """
[[accounts]]
name = "signed"
address = "alice@example.test"
auth = "microsoft"
oauth = {{ client_id = "client", authority = "{url}" }}
imap = {{ host = "127.0.0.1", port = 9, security = "none" }}
smtp = {{ host = "127.0.0.1", port = 9, security = "none" }}

[[accounts]]
name = "at google"
address = "alice@gmail.example"
auth = "google"
oauth = {{ client_file = "{home}/client.json" }}
imap = {{ host = "127.0.0.1", port = 9, security = "none" }}
smtp = {{ host = "127.0.0.1", port = 9, security = "none" }}
"""


@pytest.fixture
def authority():
    with Authority() as running:
        yield running


@pytest.fixture
def home(here, authority, monkeypatch):
    """A home whose accounts sign in at the authority; a keyring; a person who does what is shown."""
    here.config.write_text(here.config.read_text() + ACCOUNTS.format(url=authority.url, home=here.home))
    client = {"client_id": "id", "client_secret": "s", "auth_uri": authority.url, "token_uri": authority.url}
    (here.home / "client.json").write_text(json.dumps({"installed": client}))
    shows = account_sign_in._show

    def show(prompt) -> None:
        shows(prompt)
        act, what = (authority.type_code, prompt.code) if prompt.code else (authority.browse, prompt.url)
        threading.Thread(target=act, args=(what,), daemon=True).start()

    monkeypatch.setattr(account_sign_in, "_show", show)
    monkeypatch.setattr(microsoft.asyncio, "sleep", no_wait(asyncio.sleep))
    with in_memory():
        yield here


def no_wait(sleep):
    async def short(seconds: float) -> None:
        await sleep(min(seconds, 0.01))

    return short


def stop(account: str) -> None:
    async def stopped() -> None:
        store = OutboxFile(paths.find().make().outbox)
        await store.stop(Stop(account, 1_800_000_000.0, "535 no"))
        await store.close()

    asyncio.run(stopped())


def login(home, name: str) -> Login:
    places = paths.find(str(home.config))
    return Login(next(one for one in load(places.config).accounts if one.name == name), places)


def test_signing_in_shows_the_address_says_who_did_and_lets_the_mail_go_on(home, capsys):
    stop("signed")
    assert main(["account", "sign-in", "signed"]) == 0
    said = capsys.readouterr()
    assert "open this address in one here:\nhttp" in said.out
    assert said.out.endswith("signed: its mail goes on\n")
    assert "signed is signed in as alice@example.test" in said.err
    assert asyncio.run(login(home, "signed").secret()).startswith("canary-access")


def test_with_another_device_the_code_is_shown(home, capsys):
    assert main(["account", "sign-in", "signed", "--device"]) == 0
    said = capsys.readouterr()
    assert "Open https://login.example/device on any device and type this code: CODE1" in said.out


def test_who_signs_out_is_told_what_else_there_is_to_do(home, capsys):
    assert main(["account", "sign-in", "signed"]) == 0
    assert main(["account", "sign-out", "signed"]) == 0
    assert "signed is signed out on this computer" in capsys.readouterr().err
    assert main(["account", "sign-out", "signed"]) == 0
    assert "signed was not signed in" in capsys.readouterr().err


def test_an_account_with_a_password_has_no_sign_in(home, capsys):
    assert main(["account", "sign-in", "work"]) != 0
    assert "work has no sign-in" in capsys.readouterr().err


def test_google_has_no_codes_and_says_what_there_is_instead(home, capsys):
    assert main(["account", "sign-in", "at google", "--device"]) != 0
    assert "sign in in a browser, without --device" in capsys.readouterr().err


def test_a_refusal_is_one_line_and_the_exit_code_is_that_of_no_permission(home, capsys, authority):
    authority.refuse_sign_in = ("unauthorized_client", [700016])
    assert main(["account", "sign-in", "signed"]) == 77
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "look at oauth.client_id and oauth.tenant" in said


@pytest.mark.parametrize(
    ("tenant", "kind"), [(microsoft.PERSONAL, Kind.PERSONAL), ("a-tenant", Kind.WORK), ("", Kind.OTHER)]
)
def test_what_kind_of_account_it_is_is_known_from_signing_in(home, authority, tenant, kind):
    authority.tenant = tenant
    assert main(["account", "sign-in", "signed"]) == 0
    assert asyncio.run(login(home, "signed").kind()) == kind
    assert asyncio.run(login(home, "work").kind()) == Kind.OTHER


def test_the_doctor_says_who_is_signed_in_and_who_is_not(home, capsys):
    main(["account", "sign-in", "signed"])
    capsys.readouterr()
    main(["doctor", "--offline", "--json"])
    told = {one["about"]: one["line"] for one in json.loads(capsys.readouterr().out)}
    assert told["signed login"] == "signed in as alice@example.test"
    assert told["at google login"].endswith("sign in again: tuimail account sign-in 'at google'")
