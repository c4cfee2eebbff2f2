"""Where the browser brings the answer: one request to a port of this computer (RFC 8252 §7.3, §8.3).

Either in its address, or as a form that the provider's page sends (OAuth 2.0 Form Post Response Mode).
"""

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

REQUEST_LIMIT = 16_384
REQUEST_SECONDS = 10.0
HOSTS = ("127.0.0.1", "::1")

DONE = "You have answered. You can close this page and go back to tuimail."
STRAY = "This is not the answer that tuimail waits for."
_PAGE = (
    "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\n"
    "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
)


class Redirect:
    """Listens while a person signs in. Only an answer that has our `state` counts; others change nothing."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._state = ""
        self._answer: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def answer(self, state: str) -> dict[str, str]:
        """The parameters of the request that carries this state."""
        self._state = state
        return await self._answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, EOFError, asyncio.LimitOverrunError):
            async with asyncio.timeout(REQUEST_SECONDS):
                given = await _parameters(reader)
                ours = self._is_ours(given)
                writer.write(_page("200 OK", DONE) if ours else _page("404 Not Found", STRAY))
                await writer.drain()
                if ours and not self._answer.done():
                    self._answer.set_result(given)
        writer.close()

    def _is_ours(self, given: dict[str, str]) -> bool:
        said = given.get("state", "").encode("utf-8", "replace")
        return bool(self._state) and hmac.compare_digest(said, self._state.encode())


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[Redirect]:
    """A port that listens on this computer alone, until one leaves."""
    async with contextlib.AsyncExitStack() as opened:
        waiting: list[Redirect] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await waiting[0].serve(reader, writer)

        server = await asyncio.start_server(serve, HOSTS[0], 0, limit=REQUEST_LIMIT)
        opened.callback(server.close)
        waiting.append(Redirect(server.sockets[0].getsockname()[1]))
        with contextlib.suppress(OSError):
            second = await asyncio.start_server(serve, HOSTS[1], waiting[0].port, limit=REQUEST_LIMIT)
            opened.callback(second.close)
        yield waiting[0]


async def _parameters(reader: asyncio.StreamReader) -> dict[str, str]:
    """What a request for / carries: a GET in its address, a POST in its body; any other nothing."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    parts = urlsplit(target)
    if parts.path != "/" or method not in ("GET", "POST"):
        return {}
    if method == "GET":
        return dict(parse_qsl(parts.query))
    length = next((int(field[15:]) for field in head[1:] if field.lower().startswith("content-length:")), 0)
    if not 0 <= length <= REQUEST_LIMIT:
        return {}
    return dict(parse_qsl((await reader.readexactly(length)).decode("ascii")))


def _page(status: str, words: str) -> bytes:
    page = f"<!doctype html><title>tuimail</title><p>{words}</p>".encode()
    return _PAGE.format(status=status, length=len(page)).encode() + page
