"""Passwords and keys in a real keyring (gnome-keyring, on a bus of its own): kept, locked, and none."""

import sys
import textwrap

import pytest
from servers import secret_service

pytestmark = pytest.mark.servers

KEPT = """
    async def main():
        await secrets.store("work", "pässword")
        print(await secrets.password("work", None))
        key = await secrets.new_sign_in_key("work")
        print(len(key), key == await secrets.sign_in_key("work"))
        await secrets.store("work", "another")
        print(await secrets.password("work", None), key == await secrets.sign_in_key("work"))
        await secrets.forget("work", secrets.KEYS)
        print(await secrets.sign_in_key("work"))
        try:
            await secrets.password("nobody", None)
        except SecretError as error:
            print(error)
"""
LOCKED = """
    async def main():
        import secretstorage

        await secrets.store("work", "password")
        with secretstorage.dbus_init() as bus:
            secretstorage.get_default_collection(bus).lock()
            try:
                print(await secrets.password("work", None))
            except SecretError as error:
                print(error)
"""
NEVER_UNLOCKED = """
    async def main():
        for work in (secrets.store("work", "password"), secrets.new_sign_in_key("work")):
            try:
                print(await work)
            except SecretError as error:
                print(error)
"""
BEGINNING = """
import asyncio
from tuimail.backends import secrets
from tuimail.mail.errors import SecretError
"""


def told(script: str, **how: bool) -> list[str]:
    """The lines that a program prints which runs beside such a keyring."""
    if reason := secret_service.missing():
        pytest.skip(reason)
    code = f"{BEGINNING}{textwrap.dedent(script)}\nasyncio.run(main())"
    done = secret_service.beside_a_keyring(sys.executable, "-c", code, **how)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_real_keyring_keeps_passwords_and_keys_apart_and_reads_them_back():
    assert told(KEPT) == [
        "pässword",
        "32 True",
        "another True",
        "None",
        "no password for nobody is stored; give password_command or run: tuimail account password nobody",
    ]


def test_a_locked_keyring_is_told_as_that():
    assert told(LOCKED) == ["the keyring is locked; unlock it and try again"]


def test_a_keyring_that_nobody_unlocks_is_told_in_a_line_for_each_use():
    password, key = told(NEVER_UNLOCKED, unlocked=False)
    assert password.endswith("give password_command")
    assert key.endswith("give token_command")
