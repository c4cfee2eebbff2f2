"""The HTTP server in front of an organisation: tokens, faults, a log of every request."""

import socket
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from tuimail.demo.exchange.errors import GraphError
from tuimail.demo.exchange.faults import Fault, Faults, Kind
from tuimail.demo.exchange.log import Log, Seen
from tuimail.demo.exchange.organisation import Hand, Mirrors, Organisation, nobody
from tuimail.demo.exchange.routes import Routes
from tuimail.demo.exchange.tenant import Tenant
from tuimail.demo.exchange.wire import Reply, Request, refusal

HOST = "127.0.0.1"


class StandIn:
    """Runs in threads of its own from `open` to `close`; see the package for what can be done with it.

    `me` is the address of whose mailbox `/me` is, `clock` gives UTC seconds. For `outside`, `arrived` and
    `mirrors` see `Organisation`.
    """

    def __init__(
        self,
        tenant: Tenant,
        me: str,
        clock: Callable[[], float] = time.time,
        outside: Hand = nobody,
        arrived: Hand = nobody,
        mirrors: Mirrors = lambda spec: None,
    ) -> None:
        self.org = Organisation(tenant, clock, outside, arrived, mirrors)
        self.faults, self.me = Faults(), me
        self._routes = Routes(self.org, me)
        self._server = _Server((HOST, 0), _handler(self))
        self._closed = False
        self._thread = threading.Thread(target=self._listen, name="exchange", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, without a version."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    @property
    def log(self) -> Log:
        return self.org.log

    def open(self) -> "StandIn":
        """Listen on a free port."""
        self.org.schedule.open()
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop; what was to happen later never happens."""
        self._closed = True
        socket.create_connection((HOST, self._server.server_address[1])).close()
        self._thread.join()
        self._server.server_close()
        self.org.schedule.close()

    def __enter__(self) -> "StandIn":
        return self.open()

    def __exit__(self, *error: object) -> None:
        self.close()

    def answer(self, request: Request, at_once: int) -> Reply:
        """What Graph says, with `at_once` requests under way."""
        try:
            self._let_in(request, at_once)
            with self.org.lock:
                self.org.run()
                reply = self._routes.answer(request)
                self.org.run()
                return reply
        except GraphError as error:
            return refusal(error)
        except Exception as error:  # noqa: BLE001 (the top of a request's thread: a fault here is told, not lost)
            self.log.broken.append(f"{request.method} {request.path}: {error!r}")
            return refusal(GraphError(500, "StandInBroken", repr(error)))

    def _listen(self) -> None:
        while not self._closed:
            self._server.handle_request()

    def _let_in(self, request: Request, at_once: int) -> None:
        """Raises GraphError 401 or 429."""
        tokens = self.org.policy.tokens
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        known = tokens is None or (kind == "Bearer" and token.strip() and (not tokens or token in tokens))
        if not known and not request.path.startswith("/uploads/"):
            message = "Access token is empty or not valid."
            raise GraphError(401, "InvalidAuthenticationToken", message, WWW_Authenticate='Bearer realm=""')
        if 0 < self.org.policy.concurrent < at_once:
            message = "Application is over its MailboxConcurrency limit."
            raise GraphError(429, "ApplicationThrottled", message, Retry_After="1")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in the middle is nothing to tell."""


def _handler(here: StandIn) -> type[BaseHTTPRequestHandler]:
    """A handler whose server is `here`."""

    class Handler(_Handler):
        standin = here

    return Handler


class _Handler(BaseHTTPRequestHandler):
    """One connection; each request goes through `_serve`."""

    standin: StandIn
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """The log is another one."""

    def _serve(self) -> None:
        at_once = self.standin.log.enter()
        when, request, told = self.standin.org.clock(), self._request(), _CUT
        try:
            fault = self.standin.faults.spring(request.method, request.path)
            whole = len(request.body) == int(request.headers.get("content-length") or 0)
            told = self._met(fault, request, at_once) if whole else _CUT
        finally:
            query = unquote(urlsplit(self.path).query)
            seen = Seen(request.method, request.path, query, when, told.status, request.beta)
            self.standin.log.leave(seen)
        self.close_connection |= not told.status
        self.wfile.write(told.data)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        version, path = "", parts.path
        for start in ("/v1.0", "/beta"):
            if path.startswith(start + "/"):
                version, path = start, path.removeprefix(start)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length") or 0))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        base = self.standin.url
        return Request(self.command, unquote(path), query, headers, body, base, version == "/beta")

    def _met(self, fault: Fault | None, request: Request, at_once: int) -> "_Told":
        """What goes over the wire when the request meets that fault, or none."""
        kind = fault.kind if fault else None
        if fault and kind is Kind.SLOW:
            time.sleep(fault.seconds)
        if kind is Kind.CUT:
            return _CUT
        if fault and kind is Kind.ANSWER:
            error = GraphError(fault.status, fault.code, "On demand.")
            error.headers = fault.headers
            return _told(refusal(error))
        reply = self.standin.answer(request, at_once)
        if kind is Kind.LOST:
            return _CUT
        if fault and kind is Kind.GARBAGE:
            return _told(Reply(fault.status, fault.body))
        told = _told(reply)
        return _Told(0, told.data[: _middle(told.data, reply.body)]) if kind is Kind.MIDDLE else told


class _Told(Struct, frozen=True):
    """An answer as bytes; status 0 when it is none, and the connection ends with it."""

    status: int
    data: bytes


_CUT = _Told(0, b"")


def _told(reply: Reply) -> _Told:
    kinds = (("Content-Type", reply.kind),) if reply.kind else ()
    length = () if reply.status == HTTPStatus.NO_CONTENT else (("Content-Length", str(len(reply.body))),)
    fields = (*kinds, *length, *reply.headers, ("request-id", "1f0b8a52-0000-4000-8000-000000000000"))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    whole = f"HTTP/1.1 {reply.status} {_reason(reply.status)}\r\n{head}\r\n".encode() + reply.body
    return _Told(reply.status, whole)


def _middle(whole: bytes, body: bytes) -> int:
    """Where to cut: in the body, or in the first line where there is none."""
    return len(whole) - (len(body) + 1) // 2 if body else len("HTTP/1.1 2")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
