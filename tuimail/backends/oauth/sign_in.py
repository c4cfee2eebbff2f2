"""One account's sign-in: begun by a person, kept encrypted, renewed without one, alike for every process."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from tuimail.backends import secrets
from tuimail.backends.aside import aside
from tuimail.backends.oauth.grant import Grant, Provider, Sealed, Show, again, signed_out
from tuimail.backends.oauth.token_cache import Stamp, TokenFile, Unreadable
from tuimail.mail.errors import LoginError, SecretError
from tuimail.mail.letter.safe import line

T = TypeVar("T")

MARGIN = 300.0
"""Seconds before its end from which on a token is not given out: a long sending must end with it."""


class Kept(Sealed, frozen=True):
    """What the file holds: the provider's `state`, who signed in, and a challenge yet to be met."""

    state: str
    user: str = ""
    tenant: str = ""
    claims: str = ""


class _Known(Sealed, frozen=True):
    """A token in memory, as good as the file it came with."""

    token: str
    expires_at: float
    stamp: Stamp


class SignIn:
    """The tokens of one account. `folder` is private; `now` gives UTC seconds."""

    def __init__(
        self, account: str, folder: Path, provider: Provider, now: Callable[[], float] = time.time
    ) -> None:
        self._account, self._provider, self._now = account, provider, now
        self._file = TokenFile(folder, account)
        self._key: bytes | None = None
        self._known: dict[str, _Known] = {}
        self._renewing: dict[tuple[str, str], asyncio.Task[str]] = {}

    async def by_browser(self, resources: Sequence[str], show: Show) -> str:
        """Sign in in a browser; who did. Cancelling gives up. Raises what `Provider` does."""
        return await self._begun(lambda claims: self._provider.by_browser(resources, show, claims))

    async def by_device(self, resources: Sequence[str], show: Show) -> str:
        """The same on another device."""
        return await self._begun(lambda claims: self._provider.by_device(resources, show, claims))

    async def token(self, resource: str, claims: str = "", refused: str = "") -> str:
        """A token that is good for some minutes at least; `claims` asks for one that meets a challenge,
        `refused` for another one than that.

        Who gives up waiting stops nothing: what is being renewed is kept. Raises LoginError and SecretError
        when a person has to sign in again, MailboxError when it can't be renewed now.
        """
        known = self._known.get(resource)
        if known is not None and not claims and known.token != refused and self._is_good(known):
            return known.token
        wanted = (resource, claims)
        if wanted not in self._renewing:
            task = asyncio.create_task(self._renewed(resource, claims, refused))
            task.add_done_callback(lambda done: self._is_renewed(wanted, done))
            self._renewing[wanted] = task
        return await asyncio.shield(self._renewing[wanted])

    async def kept(self) -> Kept | None:
        """What is kept, who signed in among it; None when nobody did. Raises SecretError."""
        if self._file.stamp is None:
            return None
        return await self._read()

    async def forget(self) -> bool:
        """Sign out here; whether anybody was signed in. Raises SecretError."""
        async with self._file.locked():
            there = self._file.drop()
            self._known.clear()
            self._key = None
            await secrets.forget(self._account, secrets.KEYS)
        return there

    def _is_renewed(self, wanted: tuple[str, str], done: asyncio.Task[str]) -> None:
        self._renewing.pop(wanted, None)
        if not done.cancelled():
            done.exception()

    def _is_good(self, known: _Known) -> bool:
        return known.expires_at - self._now() > MARGIN and known.stamp == self._file.stamp

    async def _begun(self, grant: Callable[[str], Awaitable[Grant]]) -> str:
        key, claims = await self._prepared()
        given = await grant(claims)
        async with self._file.locked():
            await self._write(key, Kept(given.state, given.user, given.tenant))
            self._known.clear()
        return given.user

    async def _prepared(self) -> tuple[bytes, str]:
        """The key, made if there is none, so that nobody signs in for nothing; and the challenge to meet."""
        async with self._file.locked():
            self._key = await secrets.sign_in_key(self._account)
            if self._key is None:
                self._key = await secrets.new_sign_in_key(self._account)
            try:
                kept = await self.kept()
            except SecretError:
                kept = None
            return self._key, kept.claims if kept else ""

    async def _renewed(self, resource: str, claims: str, refused: str) -> str:
        async with self._file.locked():
            kept = await self._read()
            try:
                given = await self._provider.silent(kept.state, resource, claims, refused)
            except LoginError:
                if claims:
                    await self._write(await self._the_key(), msgspec.structs.replace(kept, claims=claims))
                raise
            if given.state != kept.state:
                await self._write(await self._the_key(), msgspec.structs.replace(kept, state=given.state))
            self._known[resource] = _Known(given.token, given.expires_at, self._file.stamp)
        return given.token

    async def _read(self) -> Kept:
        """Raises SecretError when there is nothing, or nothing that can be read."""
        try:
            content = await self._opened()
            if content is None:
                raise signed_out(self._account)
            return msgspec.json.decode(content, type=Kept)
        except (Unreadable, msgspec.DecodeError):
            raise SecretError(
                f"what was kept of the sign-in of {line(self._account)} is damaged, or its key is gone "
                f"from the keyring; {again(self._account)}"
            ) from None

    async def _opened(self) -> str | None:
        if self._key is not None:
            try:
                return self._file.read(self._key)
            except Unreadable:
                self._key = None
        return self._file.read(await self._the_key()) if self._file.stamp else None

    async def _the_key(self) -> bytes:
        self._key = self._key or await secrets.sign_in_key(self._account)
        if self._key is None:
            raise Unreadable
        return self._key

    async def _write(self, key: bytes, kept: Kept) -> None:
        content = msgspec.json.encode(kept).decode()
        await aside(lambda: self._file.write(key, content), "sign-in")
