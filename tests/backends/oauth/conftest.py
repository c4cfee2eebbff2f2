"""An authority, a keyring that lasts as long as the test, and a person who signs in."""

import asyncio
import threading

import keyring
import keyring.backend
import pytest
from servers.authority import Authority

from tuimail.backends.oauth.grant import GRAPH, MAIL
from tuimail.backends.oauth.microsoft import Client, Microsoft
from tuimail.backends.oauth.sign_in import SignIn

BOTH = (GRAPH, MAIL)


class Memory(keyring.backend.KeyringBackend):
    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


@pytest.fixture
def memory(monkeypatch):
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    before = keyring.get_keyring()
    own = Memory()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


@pytest.fixture
def authority():
    with Authority() as running:
        yield running


class Person:
    """Shown an address, opens it in a browser of its own; shown a code, types it."""

    def __init__(self, authority, agree=True, result=""):
        self.authority, self.agree, self.result = authority, agree, result
        self.shown, self.pages, self.hands = [], [], []

    def __call__(self, prompt):
        self.shown.append(prompt)
        work = self._type if prompt.code else self._browse
        self.hands.append(threading.Thread(target=work, args=(prompt,), daemon=True))
        self.hands[-1].start()

    def _browse(self, prompt):
        self.pages.append(self.authority.browse(prompt.url, self.agree))

    def _type(self, prompt):
        self.authority.type_code(prompt.code, self.result)


@pytest.fixture
def person(authority):
    return Person(authority)


async def no_wait(_seconds):
    await asyncio.sleep(0)


@pytest.fixture
def microsoft(authority):
    def made(**client):
        given = {"client_id": "client", "authority": authority.url, "user": authority.user} | client
        return Microsoft("work", Client(**given), sleep=no_wait)

    return made


@pytest.fixture
def sign_in(authority, microsoft, memory, tmp_path):
    """Another process's view of the same account, each time it is called."""

    def made(**how):
        return SignIn("work", tmp_path / "sign-ins", microsoft(), **how)

    return made
