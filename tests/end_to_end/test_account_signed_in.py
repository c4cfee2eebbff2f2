"""Signing in on the way to an account: the code is shown, who signed in is said, a refusal leads back."""

import re
import threading

import pytest
from keyrings import in_memory
from msgspec.structs import replace
from servers.authority import Authority

from tuimail.config import OAuth, Server
from tuimail.mail.setup.form import Form, SignIn
from tuimail.mail.setup.setting import Way
from tuimail.paths import Paths
from tuimail.wiring import setup

NOBODY_LISTENS = Server("127.0.0.1", 9, "none")
FORM = Form(
    address="alice@example.test",
    imap="localhost",
    smtp="localhost",
    user="alice@example.test",
    name="work",
    way=Way.MICROSOFT,
    client_id="client",
    sign_in=SignIn.DEVICE,
)


@pytest.fixture
def authority(monkeypatch):
    """An authority on this computer, in the place of Microsoft's."""
    with Authority() as running:
        plain = setup.given
        monkeypatch.setattr(
            setup,
            "given",
            lambda form: replace(
                plain(form),
                oauth=OAuth(form.client_id, authority=running.url),
                imap=NOBODY_LISTENS,
                smtp=NOBODY_LISTENS,
            ),
        )
        with in_memory() as kept:
            running.kept = kept.kept
            yield running


@pytest.fixture
def trial(tmp_path):
    return setup.RealTrial(Paths.under(tmp_path))


async def tries(trial, tell):
    return [one async for one in trial.tries(FORM, "", tell)]


async def test_the_code_is_shown_and_the_servers_are_tried_with_what_came_of_it(authority, trial):
    said = []

    def tell(words):
        said.append(words)
        code = re.search(r"type the code (\S+)", words)[1]
        threading.Thread(target=authority.type_code, args=(code,), daemon=True).start()

    signed, way_in, way_out = await tries(trial, tell)
    assert signed.good and authority.user in signed.line
    assert "open http" in said[0]
    assert (way_in.good, way_in.question) == (False, "imap")
    assert (way_out.good, way_out.question) == (False, "smtp")
    await trial.forget(but="work")
    assert authority.kept
    assert next(one.good for one in await tries(trial, tell))
    await trial.forget()
    assert not authority.kept


async def test_a_refused_sign_in_is_about_the_client_and_nothing_else_is_tried(authority, trial):
    def tell(words):
        code = re.search(r"type the code (\S+)", words)[1]
        threading.Thread(target=authority.type_code, args=(code, "access_denied"), daemon=True).start()

    (signed,) = await tries(trial, tell)
    assert (signed.good, signed.question) == (False, "client_id")
    assert "sign-in work" not in signed.line and "its mail" not in signed.line
