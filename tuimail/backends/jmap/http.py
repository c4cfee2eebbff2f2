"""HTTP as JMAP needs it: one host, a login on every request, bounds on time and size."""

import base64
import json
import ssl
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

from tuimail.backends.jmap.server import JmapServer
from tuimail.backends.network import Bounds, is_same_place
from tuimail.backends.response import AnswerLost, Response
from tuimail.backends.web import Web
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
        self._web = Web(Bounds(limits.connect, limits.idle, limits.whole, limits.answer), context)
        self.skew = 0.0

    async def get(self, url: str) -> tuple[str, Any]:
        """The JSON at a URL, and the URL it was at last; redirects are followed on the same host only."""
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._send("GET", url)
            if not answer.target:
                return url, _decoded(self._server.host, answer.body)
            url = self._target(url, answer.target)
        raise Rejected(f"{self._server.host}: it redirects in circles", 502)

    async def post(self, url: str, body: bytes, kind: str, seconds: float | None = None) -> Any:
        """The JSON that answers a POST. `kind` is the content type, `seconds` how long all may take."""
        answer = await self._send("POST", url, {"Content-Type": kind}, body, seconds)
        if answer.target:
            raise Rejected(f"{self._server.host}: it redirects a request; its address has changed", 502)
        return _decoded(self._server.host, answer.body)

    async def close(self) -> None:
        await self._web.close()

    async def _send(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        seconds: float | None = None,
    ) -> Response:
        login = {"Authorization": await self._authorization(), "Accept": "application/json"}
        try:
            answer = await self._web.ask(method, url, (headers or {}) | login, body, seconds)
        except AnswerLost as error:
            raise Broken(str(error)) from error
        self._set_clock(answer.headers.get("date", ""))
        if not answer.target:
            self._check(answer.code, answer.body)
        return answer

    def _target(self, url: str, location: str) -> str:
        target = _joined(url, location)
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


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return location


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
