"""What is kept of a sign-in: one encrypted file for an account, whose key is in the keyring.

AES-256-GCM with a new nonce each time, bound to the account's name. The only importer of cryptography.
"""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

from tuimail.mail.errors import MailboxError, SecretError
from tuimail.mail.letter.safe import line

HEADER = b"tuimail sign-in 1\n"
NONCE_BYTES = 12
LOCK_SECONDS = 90.0
"""Longer than a slow answer of the provider, which another process may wait for with the lock in hand."""

LOCK_ROUND = 0.05
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600

Stamp = tuple[int, int] | None


class Unreadable(Exception):  # noqa: N818 (it is a state of the file; whoever reads says what to do)
    """The file is damaged, or the key is not the one it was written with."""


class TokenFile:
    """The file of one account in `folder`, and the lock that processes take to renew what is in it."""

    def __init__(self, folder: Path, account: str) -> None:
        name = sha256(account.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self._path, self._lock_path = folder / f"{name}.tokens", folder / f"{name}.lock"
        self._account = account

    @property
    def stamp(self) -> Stamp:
        """Differs when the file was written since; None when there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def read(self, key: bytes) -> str | None:
        """What was written last; None when nothing is kept. Raises Unreadable and SecretError."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._trouble(error) from None
        sealed = raw.removeprefix(HEADER)
        try:
            opened = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._bound)
            return opened.decode()
        except (InvalidTag, ValueError) as error:
            raise Unreadable from error

    def write(self, key: bytes, content: str) -> None:
        """Put it in the place of what was there, whole or not at all. Raises SecretError."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, content.encode(), self._bound)
        try:
            self._replace(HEADER + nonce + sealed)
        except OSError as error:
            raise self._trouble(error) from None

    def drop(self) -> bool:
        """Remove it; whether there was one. Raises SecretError."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._trouble(error) from None
        return True

    @contextlib.asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """While no other process or task has it. Raises MailboxError when one has it for too long."""
        descriptor = self._opened()
        try:
            await self._take(descriptor)
            yield
        finally:
            os.close(descriptor)

    async def _take(self, descriptor: int) -> None:
        for _ in range(round(LOCK_SECONDS / LOCK_ROUND)):
            if _taken(descriptor):
                return
            await asyncio.sleep(LOCK_ROUND)
        who = line(self._account)
        raise MailboxError(f"another tuimail has been busy with the sign-in of {who} for too long")

    @property
    def _bound(self) -> bytes:
        return HEADER + self._account.encode("utf-8", "surrogatepass")

    def _opened(self) -> int:
        try:
            for folder in (self._path.parent.parent, self._path.parent):
                folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            return os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        except OSError as error:
            raise self._trouble(error) from None

    def _replace(self, raw: bytes) -> None:
        beside = self._path.with_suffix(f".{os.urandom(8).hex()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(beside, flags, PRIVATE_FILE), "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        finally:
            beside.unlink(missing_ok=True)

    def _trouble(self, error: OSError) -> SecretError:
        why = (error.strerror or "").lower()
        return SecretError(f"the sign-in of {line(self._account)} can't be read or kept here: {why}")


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
