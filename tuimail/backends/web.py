"""HTTP requests, each asked once. The one importer of httpx.

Redirects are answers: whoever asked decides, and no secret follows by itself.
"""

import asyncio
import ssl
from collections.abc import Mapping

import httpx

from tuimail.backends.network import Bounds, host_of, is_allowed, trusted, why
from tuimail.backends.response import AnswerLost, Response, Unreached
from tuimail.mail.letter.safe import line

LONGEST_TEXT = 300


class Web:
    """Requests by HTTPS, or by HTTP on this computer; certificates are verified.

    `context` replaces the system's authorities. Errors begin with the host's name.
    """

    def __init__(self, bounds: Bounds, context: ssl.SSLContext | None = None) -> None:
        self._bounds = bounds
        self._context = context
        self._client: httpx.AsyncClient | None = None
        self._turns = asyncio.Semaphore(bounds.at_once)

    async def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float | None = None,
        longest: int | None = None,
    ) -> Response:
        """The answer to one request, asked once. `seconds` and `longest` (bytes) replace the bounds.

        Waits for its turn first, for as long as that takes. Raises Unreached and AnswerLost.
        """
        host = host_of(url)
        if not is_allowed(url):
            raise Unreached(f"{host}: the request would cross the network in clear; use https://")
        async with self._turns:
            client = await self._opened()
            try:
                async with asyncio.timeout(seconds or self._bounds.whole):
                    return await self._exchange(client, method, url, headers or {}, body, longest)
            except TimeoutError as error:
                raise AnswerLost(f"{host}: no answer in time") from error
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                raise Unreached(f"{host}: {_why(error)}") from error
            except UnicodeEncodeError:
                raise Unreached(f"{host}: nothing was asked; a token or header is not ASCII") from None
            except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
                raise Unreached(f"{host}: that is no address: {line(url.partition('?')[0], 100)}") from error
            except (httpx.HTTPError, httpx.StreamError, OSError) as error:
                raise AnswerLost(f"{host}: {_why(error)}") from error

    async def close(self) -> None:
        """Drop the connections; the next request makes new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _exchange(
        self,
        client: httpx.AsyncClient,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        longest: int | None,
    ) -> Response:
        most = longest or self._bounds.answer
        sent = {"Accept-Encoding": "identity", **headers}
        async with client.stream(method, url, headers=sent, content=body) as response:
            if "," in response.headers.get("content-encoding", ""):
                raise AnswerLost(f"{host_of(url)}: its answer is packed several times over")
            pieces = bytearray()
            async for piece in response.aiter_bytes():
                pieces += piece
                if len(pieces) > most:
                    raise AnswerLost(f"{host_of(url)}: its answer is too long")
            return Response(response.status_code, dict(response.headers), bytes(pieces))

    async def _opened(self) -> httpx.AsyncClient:
        if self._context is None:
            self._context = await asyncio.to_thread(trusted)
        if self._client is None:
            bounds = self._bounds
            self._client = httpx.AsyncClient(
                verify=self._context,
                timeout=httpx.Timeout(bounds.idle, connect=bounds.connect),
                limits=httpx.Limits(max_connections=bounds.at_once, keepalive_expiry=30),
                trust_env=False,
                follow_redirects=False,
            )
        return self._client


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
