"""Signing in to Microsoft (Entra v2.0). The only importer of msal, which works on a thread of its own.

Its own browser flow can't be given up and logs the code that the browser brings; so the flow is msal's, with
PKCE, state and nonce, and the port the browser comes back to is ours (`redirect`).
"""

import asyncio
import base64
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from tuimail.backends.aside import aside
from tuimail.backends.network import is_allowed
from tuimail.backends.oauth.aadsts import refusal, wants_consent
from tuimail.backends.oauth.grant import GRAPH, MAIL, Grant, Prompt, Show, seconds, signed_out
from tuimail.backends.oauth.redirect import listening
from tuimail.mail.errors import LoginError, MailboxError, SecretError
from tuimail.mail.letter.safe import line

if TYPE_CHECKING:
    from tuimail.backends.oauth.loopback import Loopback

T = TypeVar("T")
Result = Mapping[str, Any]

WORLD = "https://graph.microsoft.com"
GRAPH_SCOPES = ("Mail.ReadWrite", "Mail.Send", "User.Read")
MAIL_SCOPES = (
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
)
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant (`tid`) of all personal Microsoft accounts."""

HTTP_SECONDS = 30.0
LONGEST_URL = 8_000
PERSON_SECONDS = 900.0
USUAL_PAUSE, LONGEST_PAUSE = 5.0, 60.0
WAITING = {"authorization_pending", "slow_down"}


class Client(Struct, frozen=True):
    """The application that somebody registered, and for whom it signs in."""

    client_id: str
    tenant: str = "common"
    authority: str = "https://login.microsoftonline.com"
    graph: str = WORLD
    user: str = ""
    """The address that the sign-in page begins with."""


class Microsoft:
    """`Provider` by msal. `web` takes the place of its HTTP client; `sleep` waits between two looks."""

    def __init__(
        self, account: str, client: Client, web: Any = None, sleep: Callable[[float], Any] = asyncio.sleep
    ) -> None:
        self._account, self._client = account, client
        self._web, self._sleep = web, sleep
        self._http_cache: dict[str, Any] = {}

    async def by_browser(self, resources: Sequence[str], show: Show, claims: str = "") -> Grant:
        return await self._for_all(resources, show, claims, self._browse)

    async def by_device(self, resources: Sequence[str], show: Show, claims: str = "") -> Grant:
        return await self._for_all(resources, show, claims, self._type_code)

    async def silent(self, state: str, resource: str, claims: str = "", refused: str = "") -> Grant:
        session = await self._opened(state, resource)
        result = await self._aside(lambda: self._from_cache(session, resource, claims, refused))
        if result is None:
            raise signed_out(self._account)
        return self._granted(session, result)

    async def _for_all(self, resources: Sequence[str], show: Show, claims: str, ask: "_Ask") -> Grant:
        """Sign in for the first; again for another that was not agreed to along with it."""
        session = await self._opened("", resources[0])
        first = self._granted(session, await ask(session, resources, show, claims))
        for resource in resources[1:]:
            session = await self._opened(session.cache.serialize(), resource)
            result = await self._aside(partial(self._from_cache, session, resource, ""))
            if result is None or ("error" in result and wants_consent(result)):
                result = await ask(session, (resource,), show, claims)
            self._granted(session, result)
        return Grant(session.cache.serialize(), first.token, first.expires_at, first.user, first.tenant)

    async def _browse(self, session: "_Session", resources: Sequence[str], show: Show, claims: str) -> Result:
        scopes = [scope for resource in resources for scope in self._scopes(resource)]
        async with listening() as redirect:
            flow = await self._aside(
                lambda: session.app.initiate_auth_code_flow(
                    scopes,
                    redirect_uri=f"http://localhost:{redirect.port}",
                    login_hint=self._client.user or None,
                    claims_challenge=_challenge(claims),
                    response_mode="form_post",
                )
            )
            show(Prompt(self._page(flow["auth_uri"])))
            answer = await self._in_time(redirect.answer(flow["state"]))
        own = self._scopes(resources[0])
        result: Result = await self._aside(
            lambda: session.app.acquire_token_by_auth_code_flow(flow, answer, scopes=own)
        )
        return result

    async def _type_code(
        self, session: "_Session", resources: Sequence[str], show: Show, claims: str
    ) -> Result:
        own = self._scopes(resources[0])
        flow = await self._aside(
            lambda: session.app.initiate_device_flow(own, claims_challenge=_challenge(claims))
        )
        if not (flow.get("user_code") and flow.get("verification_uri")):
            raise refusal(self._account, flow)
        show(Prompt(line(str(flow["verification_uri"])), line(str(flow["user_code"]))))
        result: Result = await self._in_time(self._typed(session, flow, claims))
        return result

    async def _typed(self, session: "_Session", flow: dict[str, Any], claims: str) -> Result:
        while True:
            await self._sleep(_pause(flow.get("interval")))
            flow["latest_attempt_at"] = 0
            result: Result = await self._aside(
                lambda: session.app.acquire_token_by_device_flow(
                    flow, claims_challenge=_challenge(claims), exit_condition=lambda _: True
                )
            )
            if str(result.get("error")) not in WAITING:
                return result

    async def _in_time(self, waiting: Any) -> Any:
        try:
            async with asyncio.timeout(PERSON_SECONDS):
                return await waiting
        except TimeoutError:
            minutes = round(PERSON_SECONDS / 60)
            raise LoginError(
                f"{line(self._account)}: nobody signed in within {minutes} minutes; nothing was changed"
            ) from None

    def _from_cache(self, session: "_Session", resource: str, claims: str = "", refused: str = "") -> Any:
        people = session.app.get_accounts()
        ask = partial(
            session.app.acquire_token_silent_with_error,
            self._scopes(resource),
            people[0] if people else None,
            claims_challenge=_challenge(claims),
        )
        result = ask()
        is_refused = refused and result and result.get("access_token") == refused
        return ask(force_refresh=True) if is_refused else result

    def _granted(self, session: "_Session", result: Result) -> Grant:
        if "access_token" not in result:
            raise refusal(self._account, result)
        said = result.get("id_token_claims") or {}
        return Grant(
            session.cache.serialize() if session.cache.has_state_changed else session.state,
            result["access_token"],
            time.time() + seconds(result.get("expires_in")),
            str(line(str(said.get("preferred_username", "")), 320)),
            str(line(str(said.get("tid", "")), 100)),
        )

    def _scopes(self, resource: str) -> list[str]:
        if resource == MAIL:
            return list(MAIL_SCOPES)
        graph = self._client.graph if self._client.graph.startswith("https://") else WORLD
        return [f"{graph.rstrip('/')}/{scope}" for scope in GRAPH_SCOPES]

    async def _opened(self, state: str, resource: str) -> "_Session":
        return await self._aside(lambda: self._open(state, resource), first=not state)

    def _open(self, state: str, resource: str) -> "_Session":
        """msal's application on what was kept. Only Graph is told that we can meet challenges.

        At its debug level msal writes codes and verifiers into the log.
        """
        import msal

        logging.getLogger("msal").setLevel(logging.INFO)
        cache = msal.SerializableTokenCache()
        cache.deserialize(state)
        secure = self._client.authority.replace("http://", "https://", 1).rstrip("/")
        app = msal.PublicClientApplication(
            self._client.client_id,
            authority=f"{secure}/{self._client.tenant}",
            token_cache=cache,
            http_client=self._web or self._loopback(),
            http_cache=self._http_cache,
            client_capabilities=["CP1"] if resource == GRAPH else None,
            instance_discovery=False,
            timeout=HTTP_SECONDS,
        )
        return _Session(app, cache, state)

    def _loopback(self) -> "Loopback | None":
        plain = self._client.authority.rstrip("/")
        if not plain.startswith("http://"):
            return None
        from tuimail.backends.oauth.loopback import Loopback

        return Loopback(plain)

    def _page(self, url: str) -> str:
        """The address of the sign-in page, which the authority told. Raises SecretError for a strange one."""
        loopback = self._loopback()
        url = loopback.plain(url) if loopback else url
        if not is_allowed(url) or line(url, LONGEST_URL) != url:
            raise SecretError(
                f"{line(self._account)}: Microsoft's sign-in has a strange address: {line(url, 100)}"
            )
        return url

    async def _aside(self, work: Callable[[], T], first: bool = False) -> T:
        return await aside(work, "sign-in", lambda error: self._told(error, first))

    def _told(self, error: Exception, first: bool) -> Exception:
        """msal says of a tenant that is none what it says of a discovery that failed: told apart by whether
        somebody signed in there before.
        """
        from msal.exceptions import MsalError

        who = line(self._account)
        match error:
            case OSError() | MsalError():
                return MailboxError(
                    f"Microsoft's sign-in for {who} can't be reached ({type(error).__name__})"
                )
            case ValueError() | KeyError() if first:
                tenant = line(self._client.tenant)
                return SecretError(f"{who} can't sign in: there is no tenant {tenant}; look at oauth.tenant")
            case ValueError() | KeyError() | RuntimeError():
                return MailboxError(
                    f"the answer of Microsoft's sign-in for {who} makes no sense ({type(error).__name__})"
                )
        return error


def _pause(said: Any) -> float:
    """Between two looks whether somebody typed the code (RFC 8628 §3.2), where 5 seconds are usual."""
    return min(seconds(said) or USUAL_PAUSE, LONGEST_PAUSE)


def _challenge(claims: str) -> str | None:
    """What msal wants of a challenge: JSON, which a server writes in base64. One that is neither is none."""
    if not claims or claims.startswith("{"):
        return claims or None
    try:
        padded = claims.rstrip("=") + "=" * (-len(claims.rstrip("=")) % 4)
        found = base64.b64decode(padded, altchars=b"-_").decode()
    except ValueError:
        return None
    return found if found.startswith("{") else None


class _Session:
    """msal's application, the cache it fills, and what that was made of."""

    def __init__(self, app: Any, cache: Any, state: str) -> None:
        self.app, self.cache, self.state = app, cache, state


_Ask = Callable[[_Session, Sequence[str], Show, str], Awaitable[Result]]
