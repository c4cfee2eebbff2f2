"""An authority, a keyring that lasts as long as the test, and a person who signs in."""

import asyncio
import threading

import pytest
from keyrings import in_memory
from servers.authority import Authority

from tuimail.backends.oauth.grant import GRAPH, MAIL
from tuimail.backends.oauth.microsoft import Client, Microsoft
from tuimail.backends.oauth.sign_in import SignIn

BOTH = (GRAPH, MAIL)


@pytest.fixture
def memory():
    with in_memory() as own:
        yield own


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
