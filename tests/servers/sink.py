"""An SMTP server that keeps what it accepts, and misbehaves when told to."""

import asyncio
import base64
import hashlib
import json
import os
import re
import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path

from servers.background import BackgroundServer, reset

OFFERS = ("SIZE 20000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Act:
    """What to do at one step: wait, say these bytes (None: what is usual), then go on or end.

    `end`: "" goes on, "eof" closes, "rst" resets, "hang" says nothing more.
    """

    say: bytes | None = None
    delay: float = 0
    end: str = ""


@dataclass(frozen=True)
class Received:
    """One accepted message, dot-stuffing taken back. `parameters` are those of MAIL FROM."""

    sender: str
    recipients: tuple[str, ...]
    wire: bytes
    parameters: tuple[str, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.wire).hexdigest()

    @property
    def message_id(self) -> str:
        found = MESSAGE_ID.search(self.wire)
        return found[1].decode() if found else ""


@dataclass
class _Envelope:
    sender: str = ""
    parameters: tuple[str, ...] = ()
    recipients: list[str] = field(default_factory=list)


class Sink(BackgroundServer):
    """`script` has an Act for a step: CONNECT, any verb, `EHLO over TLS`, `RCPT address`, BODY (its
    first byte came), DOT, ACCEPTED (250 was said).

    An accepted message is one JSON line in `log` (sha256, message_id, sender, recipients, at), on disk
    before the 250. `heard` holds every command line, `logins` (mechanism, user, secret).
    """

    def __init__(
        self,
        log: Path,
        security: str = "none",
        tls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.security, self.tls, self.login = security, tls, login
        self.offers: list[str] = list(OFFERS)
        self.mechanisms = ["PLAIN", "LOGIN", "XOAUTH2"]
        self.script: dict[str, Act] = {}
        self.received: list[Received] = []
        self.heard: list[str] = []
        self.logins: list[tuple[str, str, str]] = []
        self.connections = 0
        self.log = log
        self._file = log.open("ab")

    def stop(self) -> None:
        super().stop()
        self._file.close()

    def keep(self, message: Received) -> None:
        entry = {"sha256": message.sha256, "message_id": message.message_id, "sender": message.sender}
        entry |= {"recipients": message.recipients, "at": time.time()}
        self._file.write(json.dumps(entry).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.received.append(message)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.security == "tls":
            await writer.start_tls(self.tls)
        await _Conversation(self, reader, writer).hold()


class _Conversation:
    """One connection."""

    def __init__(self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sink, self.reader, self.writer = sink, reader, writer
        self.secure = sink.security == "tls"
        self.logged_in = sink.login is None
        self.envelope = _Envelope()

    async def hold(self) -> None:
        await self.step("CONNECT", b"220 sink.example.test ESMTP")
        while line := await self.reader.readline():
            command = line.decode("utf-8", "replace").rstrip("\r\n")
            self.sink.heard.append(command)
            verb = command.partition(" ")[0].upper()
            answer = getattr(self, f"on_{verb.lower()}", self.on_unknown)
            await answer(command)
            if verb == "QUIT":
                return

    async def step(self, step: str, usual: bytes) -> bytes:
        """Say what the script wants at this step, or the usual; what was said."""
        act = self.sink.script.get(step, Act())
        await asyncio.sleep(act.delay)
        said = usual if act.say is None else act.say
        if said:
            self.writer.write(said + (b"" if act.end and act.say is not None else b"\r\n"))
            await self.writer.drain()
        if act.end == "hang":
            await asyncio.sleep(3600)
        if act.end:
            self.leave(act.end)
        return said

    def leave(self, how: str) -> None:
        if how == "rst":
            reset(self.writer)
        else:
            self.writer.close()
        raise EOFError

    async def on_ehlo(self, command: str) -> None:
        offers = list(self.sink.offers)
        if self.sink.security == "starttls" and not self.secure:
            offers.append("STARTTLS")
        if self.sink.login is not None and self.sink.mechanisms:
            offers.append(f"AUTH {' '.join(self.sink.mechanisms)}")
        lines = ["sink.example.test", *offers]
        said = [f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines]
        await self.step("EHLO over TLS" if self.secure else "EHLO", "\r\n".join(said).encode())

    async def on_starttls(self, command: str) -> None:
        said = await self.step("STARTTLS", b"220 go ahead")
        if said.startswith(b"220"):
            await self.writer.start_tls(self.sink.tls)
            self.secure = True

    async def on_auth(self, command: str) -> None:
        if "AUTH" in self.sink.script:
            await self.step("AUTH", b"")
            return
        _, mechanism, *initial = command.split(" ")
        user, secret = await self._credentials(mechanism.upper(), initial)
        self.sink.logins.append((mechanism, user, secret))
        self.logged_in = (user, secret) == self.sink.login
        if not self.logged_in and mechanism in ("XOAUTH2", "OAUTHBEARER"):
            await self._prompt(base64.b64encode(b'{"status":"401"}'))
        await self.say(b"235 2.7.0 welcome" if self.logged_in else b"535 5.7.8 authentication failed")

    async def _credentials(self, mechanism: str, initial: list[str]) -> tuple[str, str]:
        if mechanism == "LOGIN":
            return _decoded(await self._prompt(b"VXNlcm5hbWU6")), _decoded(
                await self._prompt(b"UGFzc3dvcmQ6")
            )
        text = _decoded(initial[0] if initial else await self._prompt(b""))
        if mechanism == "XOAUTH2":
            user, bearer, *_ = text.split("\x01")
            return user.removeprefix("user="), bearer.removeprefix("auth=Bearer ")
        if mechanism == "OAUTHBEARER":
            name, _host, _port, bearer, *_ = text.split("\x01")
            user = name.removeprefix("n,a=").removesuffix(",").replace("=2C", ",").replace("=3D", "=")
            return user, bearer.removeprefix("auth=Bearer ")
        _, user, secret = text.split("\0")
        return user, secret

    async def _prompt(self, challenge: bytes) -> str:
        await self.say(b"334 " + challenge)
        return (await self.reader.readline()).decode().strip()

    async def on_mail(self, command: str) -> None:
        if not self.logged_in:
            await self.say(b"530 5.7.0 log in first")
            return
        address, *parameters = command.partition(":")[2].split(" ")
        self.envelope = _Envelope(address.strip("<>"), tuple(parameters))
        await self.step("MAIL", b"250 2.1.0 ok")

    async def on_rcpt(self, command: str) -> None:
        address = command.partition(":")[2].strip("<>")
        step = f"RCPT {address}" if f"RCPT {address}" in self.sink.script else "RCPT"
        if (await self.step(step, b"250 2.1.5 ok")).startswith(b"25"):
            self.envelope.recipients.append(address)

    async def on_data(self, command: str) -> None:
        if not (await self.step("DATA", b"354 end with a dot")).startswith(b"354"):
            return
        if "BODY" in self.sink.script:
            await self.reader.read(1)
            await self.step("BODY", b"")
        stuffed = await self.reader.readuntil(b"\r\n.\r\n")
        wire = (b"\r\n" + stuffed[:-3]).replace(b"\r\n.", b"\r\n")[2:]
        sender, parameters = self.envelope.sender, self.envelope.parameters
        message = Received(sender, tuple(self.envelope.recipients), wire, parameters)
        answer = self.sink.script.get("DOT", Act()).say or b""
        if not answer.startswith((b"4", b"5")):
            self.sink.keep(message)
        await self.step("DOT", b"250 2.0.0 kept as %d" % len(self.sink.received))
        await self.step("ACCEPTED", b"")

    async def on_rset(self, command: str) -> None:
        self.envelope = _Envelope()
        await self.step("RSET", b"250 2.0.0 ok")

    async def on_noop(self, command: str) -> None:
        await self.step("NOOP", b"250 2.0.0 ok")

    async def on_quit(self, command: str) -> None:
        await self.step("QUIT", b"221 2.0.0 bye")

    async def on_unknown(self, command: str) -> None:
        await self.say(b"500 5.5.1 what?")

    async def say(self, answer: bytes) -> None:
        self.writer.write(answer + b"\r\n")
        await self.writer.drain()


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()
