"""A small JMAP server that keeps mail in memory, and answers as it is told to."""

import asyncio
import json
from dataclasses import dataclass

from servers.background import BackgroundServer

CORE, MAIL, SUBMISSION = (f"urn:ietf:params:jmap:{name}" for name in ("core", "mail", "submission"))
ACCOUNT = "a1"


@dataclass(frozen=True)
class Say:
    """An answer: `body` is sent as it is when it is bytes, as JSON otherwise; `end` as in servers.sink.Act.

    `done` says that what was asked is done all the same.
    """

    body: object = b""
    status: int = 200
    headers: tuple[str, ...] = ()
    end: str = ""
    done: bool = False
    delay: float = 0


class JmapDouble(BackgroundServer):
    """`script` has a Say for a step: session, upload, or the name of a method.

    `emails` (id to wire), `submissions` (id to what was created) and `heard` are what came in.
    """

    def __init__(self) -> None:
        super().__init__()
        self.script: dict[str, Say] = {}
        self.session: dict[str, object] = {}
        self.emails: dict[str, bytes] = {}
        self.submissions: dict[str, dict] = {}
        self.heard: list[tuple[str, object]] = []
        self.logins: list[str] = []
        self._blobs: list[bytes] = []
        self.longest = 86_400
        self.remembers = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def steps(self) -> list[str]:
        return [step for step, _ in self.heard]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            path = line.decode().split(" ")[1]
            headers = await _headers(reader)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.logins.append(headers.get("authorization", ""))
            await self._answer(writer, path, body)

    async def _answer(self, writer: asyncio.StreamWriter, path: str, body: bytes) -> None:
        step, usual = self._step(path, body)
        say = self.script.get(step, Say(usual, done=True))
        answer = usual() if say.done else None
        await asyncio.sleep(say.delay)
        if say.end == "hang":
            await asyncio.sleep(3_600)
        if say.end:
            raise EOFError
        said = say.body if step in self.script and (say.body or not say.done) else answer
        writer.write(_http(say, said if isinstance(said, bytes) else json.dumps(said).encode()))
        await writer.drain()

    def _step(self, path: str, body: bytes):
        if path.startswith("/upload/"):
            self.heard.append(("upload", body))
            return "upload", lambda: self._upload(body)
        if path != "/api":
            self.heard.append(("session", path))
            return "session", self._session
        calls = json.loads(body)["methodCalls"]
        self.heard += [(name, arguments) for name, arguments, _ in calls]
        scripted = next((name for name, _, _ in calls if name in self.script), calls[0][0])
        return scripted, lambda: {"methodResponses": [self._call(*call) for call in calls]}

    def _session(self):
        told = {
            "capabilities": {CORE: {"maxSizeUpload": 1_000_000}, MAIL: {}, SUBMISSION: {}},
            "primaryAccounts": {MAIL: ACCOUNT, SUBMISSION: ACCOUNT},
            "accounts": {ACCOUNT: {"accountCapabilities": {SUBMISSION: {"maxDelayedSend": self.longest}}}},
            "apiUrl": "/api",
            "uploadUrl": f"{self.url}/upload/{{accountId}}/",
        }
        return told | self.session

    def _upload(self, body: bytes):
        self._blobs.append(body)
        return {"blobId": f"b{len(self._blobs)}", "size": len(body)}

    def _call(self, name: str, given: dict, number: str):
        answer = getattr(self, f"_{name.replace('/', '_').lower()}")(given)
        return [name, answer, number]

    def _identity_get(self, given):
        return {
            "list": [{"id": "i0", "email": "other@example.test"}, {"id": "i1", "email": "alice@example.test"}]
        }

    def _mailbox_get(self, given):
        return {
            "list": [{"id": "m1", "role": "drafts"}, {"id": "m2", "role": "sent"}, {"id": "m3", "role": None}]
        }

    def _email_import(self, given):
        [email] = given["emails"].values()
        name = f"e{len(self.emails) + 1}"
        self.emails[name] = self._blobs[int(email["blobId"][1:]) - 1]
        return {"created": {"m": {"id": name}}, "notCreated": None}

    def _email_set(self, given):
        for name in given.get("destroy", ()):
            self.emails.pop(name, None)
        return {"destroyed": given.get("destroy")}

    def _email_get(self, given):
        return {"list": [{"id": name, "keywords": {}} for name in given["ids"] if name in self.emails]}

    def _email_query(self, given):
        wanted = ": ".join(given["filter"]["header"]).encode()
        return {"ids": [name for name, wire in self.emails.items() if wanted in wire]}

    def _emailsubmission_set(self, given):
        for wanted in given.get("create", {}).values():
            name = f"s{len(self.submissions) + 1}"
            self.submissions[name] = {"id": name, "undoStatus": "pending", **wanted}
            return {"created": {"s": {"id": name, "undoStatus": "pending", "sendAt": "2030-01-01T00:00:00Z"}}}
        [name] = given["update"]
        if self.submissions.get(name, {}).get("undoStatus") != "pending":
            return {"updated": None, "notUpdated": {name: {"type": "cannotUnsend"}}}
        self.submissions[name]["undoStatus"] = "canceled"
        return {"updated": {name: None}}

    def _emailsubmission_get(self, given):
        return {
            "list": [self.submissions[n] for n in given["ids"] if n in self.submissions and self.remembers]
        }

    def _emailsubmission_query(self, given):
        emails = given["filter"]["emailIds"]
        return {"ids": [name for name, one in self.submissions.items() if one["emailId"] in emails]}


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    found = {}
    while line := (await reader.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        found[name.lower()] = value.strip()
    return found


def _http(say: Say, body: bytes) -> bytes:
    head = [f"HTTP/1.1 {say.status} whatever", f"Content-Length: {len(body)}", *say.headers]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body
