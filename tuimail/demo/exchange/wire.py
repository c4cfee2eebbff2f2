"""A request and its answer, as the endpoints see them."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from msgspec import Struct

from tuimail.demo.exchange.errors import GraphError, bad_request

if TYPE_CHECKING:
    from tuimail.demo.exchange.mailbox import Mailbox
    from tuimail.demo.exchange.organisation import Organisation


class Request(Struct, frozen=True):
    """`path` is decoded and without version; header names are in lower case; `base` is the server's URL."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    base: str
    beta: bool = False

    @property
    def immutable(self) -> bool:
        """Whether ids that stay over moves are preferred."""
        return 'idtype="immutableid"' in self.headers.get("prefer", "").lower()

    def json(self) -> dict[str, Any]:
        """The body. Raises GraphError when it is no JSON object."""
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise bad_request("Unable to read JSON request payload.")
        return found

    def link(self, query: dict[str, str]) -> str:
        """This request with these parameters instead, to be followed as it is."""
        version = "beta" if self.beta else "v1.0"
        return f"{self.base}/{version}{quote(self.path)}?{urlencode(query)}"


class Reply(Struct, frozen=True):
    """What is answered."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class Ask(Struct, frozen=True):
    """A request with whom it is about: the organisation, the mailbox, the names in its path."""

    org: "Organisation"
    box: "Mailbox"
    request: Request
    names: dict[str, str]


def answer(value: Any, status: int = 200, **headers: str) -> Reply:
    """A value as JSON."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status, body, headers=tuple((k.replace("_", "-"), v) for k, v in headers.items()))


def refusal(error: GraphError) -> Reply:
    """Graph's error body."""
    inner = {"request-id": "1f0b8a52-0000-4000-8000-000000000000", "date": "2026-12-01T09:00:00"}
    told = {"code": error.trouble.code, "message": error.trouble.message, "innerError": inner}
    return Reply(error.status, json.dumps({"error": told}).encode(), headers=error.headers)
