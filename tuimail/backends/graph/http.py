"""Microsoft Graph as one account speaks with it: a token on every request, three of them at once."""

import asyncio
import json
import re
import ssl
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from tuimail.backends.graph.refusal import TOO_MANY_REQUESTS, Busy, Rejected, refusal
from tuimail.backends.graph.server import GraphServer
from tuimail.backends.network import is_same_place
from tuimail.backends.response import AnswerLost, Response
from tuimail.mail.errors import LoginError, SecretError
from tuimail.mail.letter.safe import line

if TYPE_CHECKING:
    from tuimail.backends.web import Web

ME = "/v1.0/me"
MESSAGES = f"{ME}/messages"
IMMUTABLE = 'IdType="ImmutableId"'
UNAUTHORIZED, FORBIDDEN = 401, 403
_PLAIN = "',()=$/"
_CLAIMS = re.compile(r'\bclaims="([A-Za-z0-9+/=_-]+)"')


class Credential(Protocol):
    """Gives an access token, asked anew for each request; empty where none is needed.

    `claims` is a challenge that a server put, as it was written: the token before was not enough. `refused`
    is a token that the server won't have any more, whatever it says of itself. Raises SecretError.
    """

    async def __call__(self, claims: str = "", refused: str = "") -> str: ...


class Graph:
    """Requests of one account, for all that works with it. Ids are the immutable ones.

    A path is `ME…`, or begins with another version of Graph. Every method raises Unreached, AnswerLost,
    Busy, Rejected and LoginError, all of them MailboxError.
    """

    def __init__(
        self,
        server: GraphServer,
        credential: Credential,
        context: ssl.SSLContext | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.server = server
        self._credential = credential
        self._context = context
        self._now = now
        self._web: Web | None = None
        self._quiet_until = 0.0
        self._folders: dict[str, str] = {}

    async def ask(
        self,
        method: str,
        path: str,
        payload: Any = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
        longest: int | None = None,
    ) -> Response:
        """The successful answer to a request. `payload` goes as JSON, `body` as it is.

        `path` may be a whole URL that this server gave. `headers` replace the usual ones; an empty one is
        left out. A token that is refused is replaced once.
        """
        url = self._url(path)
        sent = {"Accept": "application/json", "Prefer": IMMUTABLE}
        if payload is not None:
            body, sent["Content-Type"] = json.dumps(payload).encode(), "application/json"
        sent |= headers or {}
        sent = {name: value for name, value in sent.items() if value}
        self._mind_the_pause()
        token = await self._token()
        answer = await self._send(method, url, token, sent, body, seconds, longest)
        if (claims := _wants_another(answer)) is not None:
            token = await self._token(claims, token)
            answer = await self._send(method, url, token, sent, body, seconds, longest)
        return self._checked(answer)

    async def json(self, method: str, path: str, payload: Any = None, **more: Any) -> dict[str, Any]:
        """As `ask`, the JSON object that was answered."""
        answer = await self.ask(method, path, payload, **more)
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise AnswerLost(f"{self.server.host}: its answer makes no sense: {_beginning(answer.body)}")
        return found

    async def folder(self, known: str) -> str:
        """The id of a folder by its well-known name, such as `sentitems`; asked once."""
        if known not in self._folders:
            found = await self.json("GET", query(f"{ME}/mailFolders/{known}", select="id"))
            self._folders[known] = str(found.get("id", ""))
        return self._folders[known]

    async def put(
        self, url: str, body: bytes | None, headers: Mapping[str, str], method: str = "PUT"
    ) -> Response:
        """Send to an address that Graph gave for this and that is its own permission: no token goes there."""
        answer = await (await self._opened()).ask(method, url, headers, body)
        error = refusal(self.server.host, answer, self._now)
        if error is not None:
            raise error
        return answer

    async def close(self) -> None:
        web, self._web = self._web, None
        if web is not None:
            await web.close()

    async def _send(
        self,
        method: str,
        url: str,
        token: str,
        headers: Mapping[str, str],
        body: bytes | None,
        seconds: float | None,
        longest: int | None,
    ) -> Response:
        login = {"Authorization": f"Bearer {token}"} if token else {}
        web = await self._opened()
        return await web.ask(method, url, {**headers, **login}, body, seconds, longest)

    async def _token(self, claims: str = "", refused: str = "") -> str:
        try:
            return await self._credential(claims, refused)
        except SecretError as error:
            raise LoginError(str(error)) from error

    def _checked(self, answer: Response) -> Response:
        host = self.server.host
        if _wants_another(answer) is not None:
            raise LoginError(f"{host} refused the token; {self.server.remedy}")
        error = refusal(host, answer, self._now)
        if isinstance(error, Busy):
            self._quiet_until = asyncio.get_running_loop().time() + error.pause
        if error is not None:
            raise error
        return answer

    def _mind_the_pause(self) -> None:
        """Who was told to wait is not asked before: each such request would lengthen the pause."""
        left = self._quiet_until - asyncio.get_running_loop().time()
        if left > 0:
            said = f"{self.server.host} wants fewer requests ({TOO_MANY_REQUESTS})"
            raise Busy(said, left)

    def _url(self, path: str) -> str:
        if path.startswith("/"):
            return self.server.url.rstrip("/") + path
        if not is_same_place(path, self.server.url):
            raise Rejected(f"{self.server.host} points to {line(path, 100)}; not followed", 502)
        return path

    async def _opened(self) -> "Web":
        """httpx loads with the first request, beside the loop: a screen goes on meanwhile."""
        if self._web is None:
            await asyncio.to_thread(import_module, "tuimail.backends.web")
        from tuimail.backends.web import Web

        if self._web is None:
            self._web = Web(self.server.bounds, self._context)
        return self._web


def at(name: str) -> str:
    """The path of a message by its id."""
    return f"{MESSAGES}/{quote(name, safe='')}"


def query(path: str, **options: str) -> str:
    """The path with OData's options, given without their `$`."""
    return f"{path}?" + "&".join(f"${name}={quote(value, safe=_PLAIN)}" for name, value in options.items())


def text(value: str) -> str:
    """A string as it stands in a filter."""
    return "'" + value.replace("'", "''") + "'"


def _wants_another(answer: Response) -> str | None:
    """The challenge of an answer that wants another token, perhaps an empty one; None for the others."""
    found = _CLAIMS.search(answer.headers.get("www-authenticate", ""))
    if answer.code == UNAUTHORIZED or (answer.code == FORBIDDEN and found):
        return found[1] if found else ""
    return None


def _beginning(body: bytes) -> str:
    return line(body[:100].decode("utf-8", "replace"), 100)
