"""Passwords from a command and from a keyring, and what is said when there is none."""

import asyncio
import threading
import time

import keyring
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest
from keyrings import Memory

from tuimail.backends import secrets
from tuimail.mail.errors import SecretError

SECRET = "hunter2"


@pytest.fixture
def use(monkeypatch):
    """Makes a keyring the system's."""
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


async def told(awaitable) -> str:
    with pytest.raises(SecretError) as caught:
        await awaitable
    text = str(caught.value)
    assert "\n" not in text
    assert SECRET not in text
    return text


async def test_a_stored_password_is_found_again(use):
    use(Memory())
    await secrets.store("work", SECRET)
    assert await secrets.password("work", None) == SECRET


async def test_passwords_lie_under_the_programs_name_and_the_accounts(use):
    memory = Memory()
    use(memory)
    await secrets.store("work", SECRET)
    assert memory.kept == {("tuimail", "work"): SECRET}


async def test_a_missing_password_says_how_to_store_one(use):
    use(Memory())
    text = await told(secrets.password("my work", None))
    assert text == (
        "no password for my work is stored; give password_command or run: tuimail account password 'my work'"
    )


async def test_a_keyring_that_forgets_is_found_out(use, monkeypatch):
    use(keyring.backends.null.Keyring())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    assert "did not keep the password for work" in await told(secrets.store("work", SECRET))


@pytest.mark.parametrize("kind", [keyring.backends.null.Keyring, keyring.backends.fail.Keyring])
async def test_a_keyring_that_is_none_is_not_used(use, kind):
    use(kind())
    assert "no keyring that keeps passwords safe" in await told(secrets.password("work", None))
    assert "no keyring that keeps passwords safe" in await told(secrets.store("work", SECRET))


async def test_a_keyring_without_a_backend_is_told_as_that(use, monkeypatch):
    use(keyring.backends.fail.Keyring())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    assert "this computer has no keyring" in await told(secrets.password("work", None))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (keyring.errors.KeyringLocked("Failed to unlock"), "the keyring is locked"),
        (keyring.errors.InitError(f"{SECRET}"), "could not be used (InitError)"),
        (keyring.errors.PasswordSetError(f"can't set {SECRET}"), "could not be used (PasswordSetError)"),
        (OSError("bus gone"), "could not be used (OSError)"),
    ],
)
async def test_every_trouble_of_a_keyring_is_one_line(use, error, words):
    class Broken(Memory):
        def get_password(self, service, username):
            raise error

        def set_password(self, service, username, password):
            raise error

    use(Broken())
    assert words in await told(secrets.password("work", None))
    assert words in await told(secrets.store("work", SECRET))


async def test_a_keyring_that_waits_for_a_person_holds_nothing_up(use):
    asked = threading.Event()
    answered = threading.Event()

    class Slow(Memory):
        def get_password(self, service, username):
            asked.set()
            answered.wait(5)
            return SECRET

    use(Slow())
    task = asyncio.create_task(secrets.password("work", None))
    while not asked.is_set():
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    answered.set()


async def test_a_keyring_that_never_answers_is_told_as_that(use, monkeypatch):
    gate = threading.Event()

    class Hanging(Memory):
        def get_password(self, service, username):
            gate.wait(5)

    use(Hanging())
    monkeypatch.setattr(secrets, "KEYRING_SECONDS", 0.05)
    with pytest.raises(SecretError, match="unlock it, or give password_command"):
        await secrets.password("work", None)
    gate.set()


async def test_a_command_prints_the_password_on_its_first_line():
    assert await secrets.password("work", f"printf '{SECRET} with space \\r\\nsecond\\n'") == (
        f"{SECRET} with space "
    )


async def test_no_shell_sees_the_command():
    assert await secrets.password("work", "echo '$HOME' ; false") == "$HOME ; false"


async def test_a_command_can_not_read_what_is_typed():
    assert "printed nothing" in await told(secrets.password("work", "cat"))


TROUBLE = {
    "false": "password_command of work failed (exit status 1); run it in a terminal to see why",
    "true": "password_command of work printed nothing; run it in a terminal to see why",
    "": "password_command of work is empty",
    f"echo '{SECRET}": "password_command of work has a quote that is never closed",
    "/no/such/program": "password_command of work: /no/such/program can't be run: no such file or directory",
    "/etc/passwd": "password_command of work: /etc/passwd can't be run: permission denied",
    r"printf '\377\n'": "password_command of work printed something that is no password",
}


@pytest.mark.parametrize("command", TROUBLE)
async def test_a_command_that_fails_is_told_in_one_line(command):
    assert await told(secrets.password("work", command)) == TROUBLE[command]


async def test_what_a_failing_command_printed_is_told_to_nobody():
    assert "exit status 3" in await told(
        secrets.password("work", f"sh -c 'echo {SECRET}; echo {SECRET} >&2; exit 3'")
    )


@pytest.mark.parametrize("command", ["sleep 30", "sh -c 'sleep 30 | cat'", "yes", "cat /dev/zero"])
async def test_a_command_that_does_not_end_is_ended(command):
    started = time.monotonic()
    await told(secrets.printed("token_command of work", command, seconds=0.2))
    assert time.monotonic() - started < 2


async def test_windows_keeps_1280_characters_and_more_is_told_before_it_is_tried(use):
    class WinVaultKeyring(Memory):
        __module__ = "keyring.backends.Windows"

    use(WinVaultKeyring())
    await secrets.store("work", "x" * 1280)
    text = await told(secrets.store("work", "x" * 1281))
    assert text == (
        "Windows keeps 1,280 characters of a secret, and this one has 1,281; give password_command"
    )
    assert "1,282" in await told(secrets.store("work", "\N{GRINNING FACE}" * 641))
    assert await secrets.password("work", None) == "x" * 1280
    key = await secrets.new_sign_in_key("work")
    assert await secrets.sign_in_key("work") == key


@pytest.mark.parametrize("kept", ["", "not hex", "00"])
async def test_a_key_that_is_none_counts_as_gone(use, kept):
    memory = Memory()
    memory.kept[secrets.KEYS, "work"] = kept
    use(memory)
    assert await secrets.sign_in_key("work") is None
