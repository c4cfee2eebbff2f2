"""From a bare connection to a server that takes mail: greeting, hello, TLS, login (RFC 5321, 3207)."""

import re
import ssl
from functools import partial

from tuimail.backends.smtp.auth import log_in
from tuimail.backends.smtp.server import Broken, Credential, Server, Stop
from tuimail.backends.smtp.wire import Reply, Wire, open_wire
from tuimail.mail.hold.outcome import Denied, Refused, Unreachable
from tuimail.mail.letter.address import check
from tuimail.mail.letter.submission import Submission

READY, CLOSING, NO_CONVERSION = 220, 421, 554
ENVID_LIMIT = 100
LOGIN_WANTED = (530, 534, 535, 538)

_BEYOND_XTEXT = re.compile(rb"[^!-*,-<>-~]")


class Session:
    """A server that let us in. `offers` are its extensions, upper case, with their parameters."""

    def __init__(self, server: Server, wire: Wire, offers: dict[str, str]) -> None:
        self.server = server
        self.wire = wire
        self.offers = offers

    async def say(self, *words: bytes) -> Reply:
        """One command. Raises Broken, and Stop for the two answers that end any session."""
        reply = await self.wire.say(*words, timeout=self.server.timeouts.command)
        if reply.code == CLOSING:
            raise Stop(Unreachable(f"{self.server.host} closes the connection: 421 {reply.text}"))
        if reply.code in LOGIN_WANTED:
            raise Stop(Denied(reply.code, reply.text))
        return reply

    async def ask(self, *words: bytes) -> Reply:
        """One command whose answer can only be yes or no."""
        reply = await self.say(*words)
        if not (reply.positive or reply.negative):
            raise Broken(f"it answered {reply.code} {reply.text}")
        return reply

    async def mail(self, submission: Submission, *more: bytes) -> Reply:
        """MAIL FROM with what the message needs, and `more` parameters. Raises Stop when the server can't
        carry it as it is.
        """
        parameters = [*self._parameters(submission), *more]
        return await self.ask(b"MAIL", b"FROM:" + path(submission.sender), *parameters)

    async def reset(self) -> None:
        """RSET, so that the connection can carry another message; where that fails it is closed."""
        try:
            await self.ask(b"RSET")
        except (Broken, Stop):
            self.wire.hang_up()

    async def quit(self) -> None:
        """QUIT, and wait a moment for the answer."""
        try:
            await self.wire.say(b"QUIT", timeout=self.server.timeouts.quit)
        except Broken:
            return
        self.wire.hang_up()

    def _parameters(self, submission: Submission) -> list[bytes]:
        parameters = [b"SIZE=%d" % len(submission.wire)] if "SIZE" in self.offers else []
        if not submission.wire.isascii():
            if "8BITMIME" not in self.offers:
                raise Stop(
                    Refused(NO_CONVERSION, f"{self.server.host} takes no text of 8 bits (no 8BITMIME)")
                )
            parameters.append(b"BODY=8BITMIME")
        return [*parameters, *self._wishes(submission)]

    def _wishes(self, submission: Submission) -> list[bytes]:
        """That reports return the header alone, and name the message (RFC 3461 §4.3, §4.4)."""
        if not self.reports_on(submission):
            return []
        name = xtext(submission.message_id.strip("<>"))
        return [b"RET=HDRS", *([b"ENVID=" + name] if len(name) <= ENVID_LIMIT else [])]

    def reports_on(self, submission: Submission) -> bool:
        """Whether word of delivery is wished for and the server can be asked for it."""
        return submission.receipts and "DSN" in self.offers


def xtext(text: str) -> bytes:
    """Text as a parameter carries it (RFC 3461 §4); for what is no ASCII there is no such form."""
    return _BEYOND_XTEXT.sub(lambda found: b"+%02X" % found[0][0], text.encode("ascii", "replace"))


def path(spec: str) -> bytes:
    """An address as a command carries it (RFC 5321 §4.1.2), its domain in ASCII; `<>` for none."""
    return b"<%b>" % check(spec).encode("ascii") if spec else b"<>"


async def open_session(server: Server, context: ssl.SSLContext, credential: Credential) -> Session:
    """Connect and log in. Raises Broken, and Stop with Unreachable or Denied; then nothing stays open."""
    at_once = context if server.security == "tls" else None
    wire = await open_wire(server.host, server.port, at_once, server.timeouts.connect)
    try:
        return await _enter(server, wire, context, credential)
    except BaseException:
        wire.bid_farewell()
        raise


async def _enter(server: Server, wire: Wire, context: ssl.SSLContext, credential: Credential) -> Session:
    greeting = await wire.greeting(server.timeouts.connect)
    if greeting.code != READY:
        raise Stop(Unreachable(f"{server.host} takes no mail now: {greeting.code} {greeting.text}"))
    offers = await _hello(server, wire)
    if server.security == "starttls":
        if "STARTTLS" not in offers:
            raise Stop(Unreachable(f"{server.host} offers no STARTTLS; nothing was sent in clear"))
        await wire.secure(context, server.host, server.timeouts.connect)
        offers = await _hello(server, wire)
    if server.auth != "none":
        say = partial(wire.say, timeout=server.timeouts.command)
        await log_in(server, say, offers.get("AUTH", "").split(), credential)
    return Session(server, wire, offers)


async def _hello(server: Server, wire: Wire) -> dict[str, str]:
    reply = await wire.say(b"EHLO", server.helo.encode(), timeout=server.timeouts.command)
    if not reply.positive:
        raise Stop(Unreachable(f"{server.host} does not say hello: {reply.code} {reply.text}"))
    offers = (offer.replace("AUTH=", "AUTH ").partition(" ") for offer in reply.raw.upper().split("\n")[1:])
    return {keyword: parameters for keyword, _, parameters in offers}
