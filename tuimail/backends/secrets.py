"""Passwords and tokens, from a command or from the system's keyring. The only importer of keyring.

No error here holds a secret, nor a command's words or output: they may be one.
"""

import asyncio
import contextlib
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from tuimail.backends.aside import aside
from tuimail.mail.errors import SecretError
from tuimail.mail.letter.safe import line

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "tuimail"
KEYS = "tuimail sign-in"
"""Under this name are the keys of what is kept of a sign-in; what they open lies in a file."""

KEY_BYTES = 32
WINDOWS_LIMIT = 1280
"""Characters: Windows keeps 2,560 bytes of UTF-16 for a name."""

COMMAND_SECONDS = 30.0
KEYRING_SECONDS = 120.0
"""Time for a person to unlock it; where nobody sits, mail must not wait for ever."""

PARTING_SECONDS = 1.0
TRUSTED_PRIORITY = 1


async def password(account: str, command: str | None) -> str:
    """The first line that `command` prints; without a command what the keyring has. Raises SecretError."""
    if command is not None:
        return await printed(f"password_command of {line(account)}", command)
    found = await _asked(lambda: _keyring().get_password(SERVICE, account), "password_command")
    if not found:
        command = f"tuimail account password {line(shlex.quote(account))}"
        raise SecretError(
            f"no password for {line(account)} is stored; give password_command or run: {command}"
        )
    return found


async def store(account: str, secret: str) -> None:
    """Put a password into the keyring, and read it back: some keyrings forget. Raises SecretError."""
    if not await _aside(lambda: _put(SERVICE, account, secret), "password_command"):
        raise SecretError(f"the keyring did not keep the password for {line(account)}; give password_command")


async def sign_in_key(account: str) -> bytes | None:
    """The key of what is kept of an account's sign-in; None when there is none. Raises SecretError."""
    found = await _asked(lambda: _keyring().get_password(KEYS, account), "token_command")
    try:
        key = bytes.fromhex(found or "")
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


async def new_sign_in_key(account: str) -> bytes:
    """Make one and keep it in the place of any other. Raises SecretError where it would not stay."""
    key = os.urandom(KEY_BYTES)
    if not await _asked(lambda: _put(KEYS, account, key.hex()), "token_command"):
        raise SecretError(f"the keyring did not keep the sign-in of {line(account)}; give token_command")
    return key


async def forget(account: str, service: str) -> None:
    """Remove what the keyring has of an account under `service`, if anything. Raises SecretError."""

    def drop() -> None:
        keyring = _keyring()
        if keyring.get_password(service, account) is not None:
            keyring.delete_password(service, account)

    await _asked(drop, "token_command")


async def missing() -> str:
    """Why this computer can keep no password; empty when it can. A keyring that is locked is one."""

    def look() -> None:
        if _keyring().priority <= 0:
            raise _NoKeyringError("this computer has no keyring")

    try:
        await _asked(look, "a command that prints the password (password_command)")
    except SecretError as error:
        return str(error)
    return ""


async def printed(
    what: str, command: str, seconds: float = COMMAND_SECONDS, told: Mapping[str, str] | None = None
) -> str:
    """The first line that a command prints, run without a shell; `what` names it in a SecretError.

    `told` are further variables of its environment: never a secret.
    """
    process = await _started(what, command, told or {})
    try:
        async with asyncio.timeout(seconds):
            said = await _first_line(process)
            status = await process.wait()
    except TimeoutError as error:
        raise SecretError(f"{what} did not finish within {seconds:g} seconds") from error
    except ValueError as error:
        raise SecretError(f"{what} printed something that is no password") from error
    finally:
        await _end(process)
    if status:
        raise SecretError(f"{what} failed (exit status {status}); run it in a terminal to see why")
    if not said:
        raise SecretError(f"{what} printed nothing; run it in a terminal to see why")
    return said


async def _started(what: str, command: str, told: Mapping[str, str]) -> Process:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise SecretError(f"{what} has a quote that is never closed") from error
    if not words:
        raise SecretError(f"{what} is empty")
    try:
        return await asyncio.create_subprocess_exec(
            *words, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, start_new_session=True, env=os.environ | told
        )
    except OSError as error:
        raise SecretError(
            f"{what}: {line(words[0])} can't be run: {(error.strerror or '').lower()}"
        ) from error


async def _first_line(process: Process) -> str:
    output = process.stdout
    return (await output.readline()).decode().rstrip("\r\n") if output else ""


async def _end(process: Process) -> None:
    """Kill what is left of it, its children too, and let go of its pipe."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PARTING_SECONDS):
            await process.communicate()


def _keyring() -> "KeyringBackend":
    """The system's keyring; one that only pretends to be safe has to be asked for by name."""
    import keyring

    backend = keyring.get_keyring()
    if backend.priority < TRUSTED_PRIORITY and "PYTHON_KEYRING_BACKEND" not in os.environ:
        raise _NoKeyringError("this computer has no keyring that keeps passwords safe")
    return backend


def _put(service: str, account: str, secret: str) -> bool:
    """Whether the keyring has it afterwards."""
    keyring = _keyring()
    characters = len(secret.encode("utf-16-le")) // 2
    if type(keyring).__module__ == "keyring.backends.Windows" and characters > WINDOWS_LIMIT:
        raise _NoKeyringError(
            f"Windows keeps {WINDOWS_LIMIT:,} characters of a secret, and this one has {characters:,}"
        )
    keyring.set_password(service, account, secret)
    return keyring.get_password(service, account) == secret


class _NoKeyringError(Exception):
    """There is none for this; what to do instead depends on what was wanted of it."""


async def _asked(work: Callable[[], T], instead: str) -> T:
    """What a keyring answers; a person may have to unlock it. `instead` is the key to give without one."""
    try:
        async with asyncio.timeout(KEYRING_SECONDS):
            return await _aside(work, instead)
    except TimeoutError:
        raise SecretError(
            f"the keyring gave no answer for {KEYRING_SECONDS:g} seconds; unlock it, or give {instead}"
        ) from None


async def _aside(work: Callable[[], T], instead: str) -> T:
    return await aside(work, "keyring", lambda error: SecretError(_trouble(error, instead)))


def _trouble(error: Exception, instead: str) -> str:
    from keyring.errors import KeyringLocked, NoKeyringError

    match error:
        case _NoKeyringError():
            return f"{error}; give {instead}"
        case NoKeyringError():
            return f"this computer has no keyring; give {instead}"
        case KeyringLocked():
            return "the keyring is locked; unlock it and try again"
        case _:
            return f"the keyring could not be used ({type(error).__name__}); give {instead}"
