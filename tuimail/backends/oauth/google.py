"""Signing in to Google with a desktop client of one's own (RFC 6749, 7636, 8252)."""

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from tuimail.backends.network import Bounds, is_allowed
from tuimail.backends.oauth.grant import Grant, Prompt, Sealed, Show, refused, seconds
from tuimail.backends.oauth.redirect import listening
from tuimail.mail.errors import ConfigError, LoginError, MailboxError, SecretError, TuimailError
from tuimail.mail.letter.safe import line

SCOPE = "https://mail.google.com/"
"""IMAP and SMTP; Google knows no smaller one for them."""

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
PERSON_SECONDS = 900.0
MARGIN = 300.0
LONGEST_FILE = 100_000
BUSY = 500
REFUSED = {"invalid_grant", "access_denied"}
BOUNDS = Bounds(connect=30, idle=30, whole=30, answer=1 << 20)


class Client(Sealed, frozen=True):
    """What Google's console gives for a desktop client; its secret is not one, by Google's own account."""

    client_id: str
    client_secret: str
    auth_uri: str
    token_uri: str


class _File(Struct, frozen=True):
    installed: Client


class _State(Sealed, frozen=True):
    """What is kept: the refresh token, and the access token with its end (UTC seconds)."""

    refresh: str
    token: str
    expires_at: float


def client_of(file: str) -> Client:
    """The client of a file from Google's console. Raises ConfigError."""
    shown = f"oauth.client_file {line(file)}"
    try:
        with Path(file).expanduser().open("rb") as opened:
            client = msgspec.json.decode(opened.read(LONGEST_FILE), type=_File).installed
    except OSError as error:
        raise ConfigError(f"{shown} can't be read: {(error.strerror or '').lower()}") from None
    except (msgspec.DecodeError, RuntimeError):
        raise ConfigError(
            f"{shown} is not that of a desktop client; docs/accounts.md tells how to get it"
        ) from None
    if not (is_allowed(client.auth_uri) and is_allowed(client.token_uri)):
        raise ConfigError(f"{shown} would have your sign-in cross the network in clear")
    return client


class Google:
    """`Provider` for IMAP and SMTP at Google. `now` gives UTC seconds."""

    def __init__(self, account: str, client: Client, user: str, now: Callable[[], float] = time.time) -> None:
        self._account, self._client, self._user, self._now = account, client, user, now

    async def by_browser(self, resources: Sequence[str], show: Show, claims: str = "") -> Grant:
        verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(32)
        async with listening() as redirect:
            here = f"http://127.0.0.1:{redirect.port}"
            show(Prompt(self._page(here, verifier, state)))
            answer = await self._in_time(redirect.answer(state))
        if "code" not in answer:
            raise refused(
                self._account, f"Google says that the sign-in of {line(self._account)} was declined"
            )
        given = await self._ask(
            grant_type="authorization_code", code=answer["code"], code_verifier=verifier, redirect_uri=here
        )
        return self._granted(given, str(given.get("refresh_token", "")))

    async def by_device(self, resources: Sequence[str], show: Show, claims: str = "") -> Grant:
        raise SecretError(
            f"{line(self._account)}: Google has no codes for mail; sign in in a browser, without --device"
        )

    async def silent(self, state: str, resource: str, claims: str = "", refused: str = "") -> Grant:
        kept = msgspec.json.decode(state, type=_State)
        if kept.token != refused and kept.expires_at - self._now() > MARGIN:
            return Grant(state, kept.token, kept.expires_at)
        given = await self._ask(grant_type="refresh_token", refresh_token=kept.refresh)
        return self._granted(given, str(given.get("refresh_token", kept.refresh)))

    def _page(self, here: str, verifier: str, state: str) -> str:
        proof = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": here,
            "scope": SCOPE,
            "state": state,
            "code_challenge": proof,
            "code_challenge_method": "S256",
            "login_hint": self._user,
            "access_type": "offline",
            "prompt": "consent",
        }
        return f"{self._client.auth_uri}?{urlencode(asked)}"

    async def _in_time(self, waiting: Any) -> dict[str, str]:
        try:
            async with asyncio.timeout(PERSON_SECONDS):
                answer: dict[str, str] = await waiting
                return answer
        except TimeoutError:
            minutes = round(PERSON_SECONDS / 60)
            raise LoginError(
                f"{line(self._account)}: nobody signed in within {minutes} minutes; nothing was changed"
            ) from None

    async def _ask(self, **asked: str) -> Mapping[str, Any]:
        """The answer of the token endpoint, when it is a yes."""
        from tuimail.backends.web import Web

        web = Web(BOUNDS)
        client = {"client_id": self._client.client_id, "client_secret": self._client.client_secret}
        try:
            answer = await web.ask("POST", self._client.token_uri, FORM, urlencode(asked | client).encode())
        finally:
            await web.close()
        given = _object(answer.body)
        if answer.code != 200 or "access_token" not in given:
            raise self._refusal(answer.code, str(given.get("error", "")))
        return given

    def _granted(self, given: Mapping[str, Any], refresh: str) -> Grant:
        token, expires_at = str(given["access_token"]), self._now() + seconds(given.get("expires_in"))
        if not refresh:
            raise refused(self._account, f"Google gave {line(self._account)} nothing to stay signed in with")
        state = msgspec.json.encode(_State(refresh, token, expires_at)).decode()
        return Grant(state, token, expires_at)

    def _refusal(self, code: int, error: str) -> TuimailError:
        who = line(self._account)
        if code >= BUSY or not error:
            return MailboxError(f"Google can't sign {who} in now ({code})")
        if error in REFUSED:
            return refused(self._account, f"Google does not accept the sign-in of {who} any more")
        return SecretError(f"{who} can't sign in: Google says {line(error, 60)}; look at oauth.client_file")


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
