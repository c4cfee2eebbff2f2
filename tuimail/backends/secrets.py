"""Passwords and tokens, from a command or from the system's keyring. The only importer of keyring.

No error here holds a secret, nor a command's words or output: they may be one.
"""

import asyncio
import contextlib
import os
import shlex
import signal
import threading
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from tuimail.mail.errors import SecretError
from tuimail.mail.letter.safe import line

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "tuimail"
COMMAND_SECONDS = 30.0
KEYRING_SECONDS = 120.0
"""Time for a person to unlock it; where nobody sits, mail must not wait for ever."""

PARTING_SECONDS = 1.0
TRUSTED_PRIORITY = 1


async def password(account: str, command: str | None) -> str:
    """The first line that `command` prints; without a command what the keyring has. Raises SecretError."""
    if command is not None:
        return await printed(f"password_command of {line(account)}", command)
    try:
        async with asyncio.timeout(KEYRING_SECONDS):
            found = await _aside(lambda: _keyring().get_password(SERVICE, account))
    except TimeoutError:
        raise SecretError(
            f"the keyring gave no answer for {KEYRING_SECONDS:g} seconds; unlock it, or give password_command"
        ) from None
    if not found:
        command = f"tuimail account password {line(shlex.quote(account))}"
        raise SecretError(
            f"no password for {line(account)} is stored; give password_command or run: {command}"
        )
    return found


async def store(account: str, secret: str) -> None:
    """Put a password into the keyring, and read it back: some keyrings forget. Raises SecretError."""

    def put() -> bool:
        keyring = _keyring()
        keyring.set_password(SERVICE, account, secret)
        return keyring.get_password(SERVICE, account) == secret

    if not await _aside(put):
        raise SecretError(f"the keyring did not keep the password for {line(account)}; give password_command")


async def printed(what: str, command: str, seconds: float = COMMAND_SECONDS) -> str:
    """The first line that a command prints, run without a shell; `what` names it in a SecretError."""
    process = await _started(what, command)
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


async def _started(what: str, command: str) -> Process:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise SecretError(f"{what} has a quote that is never closed") from error
    if not words:
        raise SecretError(f"{what} is empty")
    try:
        return await asyncio.create_subprocess_exec(
            *words, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, start_new_session=True
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
        raise SecretError("this computer has no keyring that keeps passwords safe; give password_command")
    return backend


async def _aside(work: Callable[[], T]) -> T:
    """Run it on a daemon thread: a keyring may wait for a person for ever, and quitting must not."""
    future: Future[T] = Future()

    def run() -> None:
        future.set_running_or_notify_cancel()
        try:
            future.set_result(work())
        except SecretError as error:
            future.set_exception(error)
        except Exception as error:  # noqa: BLE001 (the thread's guard: keyrings raise what they like)
            future.set_exception(SecretError(_trouble(error)))

    threading.Thread(target=run, name="keyring", daemon=True).start()
    return await asyncio.wrap_future(future)


def _trouble(error: Exception) -> str:
    from keyring.errors import KeyringLocked, NoKeyringError

    match error:
        case NoKeyringError():
            return "this computer has no keyring; give password_command"
        case KeyringLocked():
            return "the keyring is locked; unlock it and try again"
        case _:
            return f"the keyring could not be used ({type(error).__name__}); give password_command"
