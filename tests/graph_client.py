"""A plain HTTP client for tests against the Microsoft 365 stand-in, and an organisation to start it with."""

import base64
import json
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote, urlsplit

from msgspec import Struct

from tuimail.demo.exchange import Colleague, Group, Tenant

AIKO, KEN, MIKA = "aiko@contoso.example", "ken@contoso.example", "mika@contoso.example"
SALES, OUTSIDER = "sales@contoso.example", "orders@supplier.example"
IMMUTABLE = 'IdType="ImmutableId"'


def tenant(**switches) -> Tenant:
    """Aiko writes; Ken and Mika are colleagues; `sales` is a list with Mika and somebody outside."""
    people = (Colleague("Aiko", AIKO), Colleague("Ken", KEN), Colleague("中島 美香", MIKA))
    whole = Tenant(people, (Group("Sales", SALES, (MIKA, OUTSIDER)),))
    return whole if not switches else Tenant(people, whole.groups, policy=whole.policy.__class__(**switches))


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Answer(Struct, frozen=True):
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Of an error."""
        return self.json["error"]["code"]


class GraphClient:
    """Speaks to one stand-in, over one connection."""

    def __init__(self, standin, token: str = "any") -> None:
        self._standin, self._token = standin, token
        self._connection = HTTPConnection(urlsplit(standin.url).netloc, timeout=5)

    def ask(self, method: str, path: str, body=None, *, beta=False, **headers) -> Answer:
        """`path` as in Graph without a version, or a whole link; `body` is bytes, or goes as JSON."""
        if path.startswith("http"):
            target = path.removeprefix(self._standin.url)
        else:
            target = f"/{'beta' if beta else 'v1.0'}{quote(path, safe='/?=&$%')}"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        fields = {"Content-Type": "application/json"} if data else {}
        fields |= {"Authorization": f"Bearer {self._token}"} if self._token else {}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            self._connection.request(method, target, data, fields)
            reply = self._connection.getresponse()
            return Answer(reply.status, reply.read(), dict(reply.getheaders()))
        except (HTTPException, OSError):
            self._connection.close()
            raise

    def get(self, path: str, **headers) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body=None, **headers) -> Answer:
        return self.ask("POST", path, body, **headers)

    def draft(self, wire: bytes, **headers) -> Answer:
        """A draft from MIME; its id is an immutable one."""
        given = {"Content_Type": "text/plain", "Prefer": IMMUTABLE, **headers}
        return self.post("/me/messages", base64.b64encode(wire), **given)

    def send(self, wire: bytes) -> str:
        """Send MIME; the immutable id."""
        name = self.draft(wire).json["id"]
        assert self.post(f"/me/messages/{name}/send").status == 202
        return name

    def recall(self, name: str) -> Answer:
        return self.post(f"/me/mailFolders/sentitems/messages/{name}/recall", beta=True)

    def close(self) -> None:
        self._connection.close()


def letter(to: str = KEN, subject: str = "Prices", message_id: str = "<one@contoso.example>", more: str = ""):
    """A mail from Aiko, CRLF lines; `more` is further header lines."""
    head = f"From: Aiko <{AIKO}>\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: {message_id}\r\n{more}"
    return f"{head}Date: Tue, 01 Dec 2026 09:00:00 +0900\r\n\r\nThe price is 180.\r\n".encode()
