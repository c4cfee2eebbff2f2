"""What one JMAP server offers one user (RFC 8620 §2), and the calls it takes."""

import json
from typing import Any
from urllib.parse import quote, urljoin

from msgspec import Struct

from tuimail.backends.jmap.answer import Object, an_id, an_object, maybe, result, seconds
from tuimail.backends.jmap.http import Http, Rejected
from tuimail.backends.jmap.server import JmapServer
from tuimail.backends.network import is_same_place
from tuimail.mail.errors import MailboxError
from tuimail.mail.letter.safe import line

CORE, MAIL, SUBMISSION = (f"urn:ietf:params:jmap:{name}" for name in ("core", "mail", "submission"))
JSON, MESSAGE = "application/json", "message/rfc822"


class Session(Struct, frozen=True):
    """`longest` is `maxDelayedSend` in seconds, 0 for a server that keeps nothing; `largest` in bytes."""

    http: Http
    api: str
    upload: str
    account: str
    longest: float
    largest: float
    upload_seconds: float

    async def call(self, method: str, **arguments: Any) -> Object:
        """One method; its answer. Raises Broken, Rejected, LoginError."""
        return (await self.calls((method, arguments)))[0]

    async def calls(self, *calls: tuple[str, dict[str, Any]]) -> list[Object]:
        """Several methods in one request, in turn."""
        asked = [
            [method, {"accountId": self.account} | arguments, str(number)]
            for number, (method, arguments) in enumerate(calls)
        ]
        body = json.dumps({"using": [CORE, MAIL, SUBMISSION], "methodCalls": asked}).encode()
        answer = await self.http.post(self.api, body, JSON)
        return [result(answer, str(number), method) for number, (method, _) in enumerate(calls)]

    async def put(self, wire: bytes) -> str:
        """Upload a message byte for byte; its blob id."""
        if self.largest and len(wire) > self.largest:
            raise Rejected(f"the server takes at most {self.largest:.0f} bytes", 552)
        blob = an_object(await self.http.post(self.upload, wire, MESSAGE, self.upload_seconds), "the upload")
        if blob.get("size") != len(wire):
            raise Rejected(f"the server stored {line(str(blob.get('size')), 20)} of {len(wire)} bytes", 554)
        return an_id(blob.get("blobId"), "the upload's id")


async def discover(http: Http, server: JmapServer) -> Session:
    """Ask what the server can do. Raises Broken, Rejected, LoginError, MailboxError."""
    at, answer = await http.get(server.session_url)
    told = an_object(answer, "its session")
    core = maybe(maybe(told.get("capabilities")).get(CORE))
    account, longest = _account(told)
    return Session(
        http=http,
        api=_place(at, told.get("apiUrl")),
        upload=_place(at, _filled(told.get("uploadUrl"), account)),
        account=account,
        longest=longest,
        largest=seconds(core.get("maxSizeUpload")),
        upload_seconds=server.limits.upload,
    )


def _account(told: Object) -> tuple[str, float]:
    """The user's own account for submission, and how long it keeps mail there."""
    primary = maybe(told.get("primaryAccounts"))
    account = primary.get(SUBMISSION) or primary.get(MAIL)
    if not isinstance(account, str):
        return "", 0.0
    offers = maybe(maybe(maybe(told.get("accounts")).get(account)).get("accountCapabilities"))
    return account, seconds(maybe(offers.get(SUBMISSION)).get("maxDelayedSend"))


def _filled(template: Any, account: str) -> Any:
    return template.replace("{accountId}", quote(account, safe="@")) if isinstance(template, str) else None


def _place(at: str, url: Any) -> str:
    """A URL of the session, absolute; on the host that gave the session, or not at all."""
    try:
        target = urljoin(at, url) if isinstance(url, str) else ""
    except ValueError:
        target = ""
    if not target or not is_same_place(at, target):
        raise MailboxError(f"the server names another place to go on, {line(str(url), 100)}; not followed")
    return target
