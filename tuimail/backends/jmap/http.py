"""HTTP as JMAP needs it: one host, a login on every request, bounds on time and size. Imports httpx."""

import asyncio
import base64
import json
import ssl
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from tuimail.backends.jmap.server import JmapServer, is_same_place
from tuimail.backends.network import why
from tuimail.mail.errors import LoginError, MailboxError, SecretError
from tuimail.mail.letter.safe import line

MOST_REDIRECTS = 3
LONGEST_TEXT = 300
LOGIN_WANTED = (401, 403)
TOO_MANY_REQUESTS = 429
MOST_SKEW = 86_400.0


class Broken(MailboxError):  # noqa: N818 (it is a state of the conversation; str() says why)
    """No answer, or one that makes no sense: what was asked may have been done."""


class Rejected(MailboxError):  # noqa: N818 (it is an answer)
    """A definite no to the whole request: nothing was done. `code` is HTTP's, or SMTP's nearest.

    `recipients` are those that it is about, where it is about them.
    """

    def __init__(self, text: str, code: int, recipients: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.code = code
        self.recipients = recipients


class Http:
    """Requests to one server, none elsewhere. Every method raises Broken, Rejected, LoginError, or plain
    MailboxError when the request did not get there.

    `skew` is how many seconds the server's clock is ahead of ours, by its last answer.
    """

    def __init__(
        self,
        server: JmapServer,
        credential: Callable[[], Awaitable[str]],
        context: ssl.SSLContext,
        now: Callable[[], float],
    ) -> None:
        self._server = server
        self._credential = credential
        self._now = now
        limits = server.limits
        self._client = httpx.AsyncClient(
            verify=context,
            timeout=httpx.Timeout(limits.idle, connect=limits.connect),
            limits=httpx.Limits(max_connections=4, keepalive_expiry=30),
            trust_env=False,
            follow_redirects=False,
        )
        self.skew = 0.0

    async def get(self, url: str) -> tuple[str, Any]:
        """The JSON at a URL, and the URL it was at last; redirects are followed on the same host only."""
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._send(self._server.limits.whole, "GET", url)
            if answer.target is None:
                return url, answer.data
            url = answer.target
        raise Rejected(f"{self._server.host}: it redirects in circles", 502)

    async def post(self, url: str, body: bytes, kind: str, seconds: float | None = None) -> Any:
        """The JSON that answers a POST. `kind` is the content type, `seconds` how long all may take."""
        headers = {"Content-Type": kind}
        answer = await self._send(
            seconds or self._server.limits.whole, "POST", url, content=body, headers=headers
        )
        if answer.target is not None:
            raise Rejected(f"{self._server.host}: it redirects a request; its address has changed", 502)
        return answer.data

    async def close(self) -> None:
        await self._client.aclose()

    async def _send(self, seconds: float, method: str, url: str, **what: Any) -> "_Answer":
        what["headers"] = what.get("headers", {}) | {
            "Authorization": await self._authorization(),
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        try:
            async with asyncio.timeout(seconds), self._client.stream(method, url, **what) as response:
                return await self._read(url, response)
        except TimeoutError as error:
            raise Broken(f"{self._server.host}: no answer in time") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise MailboxError(f"{self._server.host}: {_why(error)}") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise Broken(f"{self._server.host}: {_why(error)}") from error

    async def _read(self, url: str, response: httpx.Response) -> "_Answer":
        self._set_clock(response.headers.get("date", ""))
        if response.is_redirect:
            return _Answer(None, self._target(url, response))
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > self._server.limits.answer:
                raise Broken(f"{self._server.host}: its answer is too long")
        self._check(response.status_code, bytes(body))
        return _Answer(_decoded(self._server.host, bytes(body)), None)

    def _target(self, url: str, response: httpx.Response) -> str:
        target = str(httpx.URL(url).join(response.headers["location"]))
        if not is_same_place(url, target):
            raise Rejected(f"{self._server.host}: it redirects to {line(target, 100)}; not followed", 502)
        return target

    def _check(self, code: int, body: bytes) -> None:
        host = self._server.host
        if code in LOGIN_WANTED:
            raise LoginError(f"{host} refused the login ({code}); look at user and password")
        if code == TOO_MANY_REQUESTS:
            raise MailboxError(f"{host} wants fewer requests: {_text(body)}")
        if 400 <= code < 500:
            raise Rejected(f"{host} answered {code}: {_text(body)}", code)
        if not 200 <= code < 300:
            raise Broken(f"{host} answered {code}: {_text(body)}")

    def _set_clock(self, date: str) -> None:
        try:
            skew = parsedate_to_datetime(date).timestamp() - self._now()
        except (ValueError, OverflowError, TypeError):
            skew = 0.0
        self.skew = skew if abs(skew) < MOST_SKEW else 0.0

    async def _authorization(self) -> str:
        try:
            secret = await self._credential()
        except SecretError as error:
            raise LoginError(str(error)) from error
        if self._server.auth == "token":
            return f"Bearer {secret}"
        return f"Basic {base64.b64encode(f'{self._server.user}:{secret}'.encode()).decode()}"


class _Answer:
    """What was read: JSON, or where to ask instead."""

    def __init__(self, data: Any, target: str | None) -> None:
        self.data = data
        self.target = target


def _decoded(host: str, body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Broken(f"{host}: its answer is no JSON: {_text(body)}") from error


def _text(body: bytes) -> str:
    """What an error page says: the detail of RFC 7807, or its beginning."""
    try:
        problem = json.loads(body)
    except (ValueError, RecursionError):
        problem = None
    if isinstance(problem, dict):
        said = problem.get("detail") or problem.get("title") or problem.get("type")
        if isinstance(said, str):
            return line(said, LONGEST_TEXT)
    return line(body[:LONGEST_TEXT].decode("utf-8", "replace"))


def _why(error: Exception) -> str:
    """In plain words; a failed connection hides the system's error deep among its causes."""
    if (cause := _cause(error)) is not None:
        return why(cause)
    match error:
        case httpx.TimeoutException():
            return "no answer in time"
        case httpx.ConnectError():
            return "it can't be reached"
        case httpx.TransportError():
            return "the connection broke"
        case _:
            return line(str(error), LONGEST_TEXT)


def _cause(error: BaseException | None) -> OSError | None:
    deepest = None
    while error is not None:
        if isinstance(error, OSError):
            deepest = error
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:
            error = error.__cause__ or error.__context__
    return deepest
