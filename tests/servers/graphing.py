"""What a test needs to speak with Graph: a Microsoft 365 stand-in and one account's conversation with it."""

import contextlib
import ssl

from servers.submitting import Journal, message

from tuimail.backends.graph.http import Graph
from tuimail.backends.graph.server import GraphServer
from tuimail.backends.network import Bounds
from tuimail.demo.exchange import Colleague, Group, Policy, StandIn, Tenant
from tuimail.mail.letter.submission import Submission

ME, KEN, LIST, OUT = "aiko@contoso.example", "ken@contoso.example", "all@contoso.example", "bo@other.example"
PEOPLE = (Colleague("Aiko", ME), Colleague("Ken", KEN))
GROUPS = (Group("All", LIST, (ME, KEN)),)
PATIENT = Bounds(connect=10, idle=10, whole=10, at_once=3)
HASTY = Bounds(connect=10, idle=0.2, whole=0.2, at_once=3)
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def stand_in(clock=None, people=PEOPLE, groups=GROUPS, **policy) -> StandIn:
    """An organisation with Aiko, who is `/me`, Ken, and a list of both."""
    tenant = Tenant(people, groups, policy=Policy(**policy))
    return StandIn(tenant, ME, clock) if clock else StandIn(tenant, ME)


class Tokens:
    """A credential that gives these tokens in turn, the last one for ever, and remembers the challenges."""

    def __init__(self, *tokens: str) -> None:
        self.tokens, self.claims = list(tokens or ("token",)), []

    async def __call__(self, claims: str = "", refused: str = "") -> str:
        self.claims.append(claims)
        return self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]


@contextlib.asynccontextmanager
async def graph_at(url: str, credential=None, bounds: Bounds = PATIENT):
    """One account's Graph."""
    made = Graph(GraphServer(url, ME, bounds), credential or Tokens(), NOBODY)
    try:
        yield made
    finally:
        await made.close()


def mail(to: str = KEN, *others: str, token: str = "token", cc: str = "", **changes) -> Submission:
    """A message from Aiko to one person, and others that its header does not name."""
    copies = f"Cc: {cc}\r\n" if cc else ""
    wire = (
        f"From: Aiko <{ME}>\r\nTo: {to}\r\n{copies}Subject: lunch\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
        f"Message-ID: <{token}@contoso.example>\r\nX-Tuimail-Token: {token}\r\n\r\nAt noon?\r\n"
    )
    people = (to, *([cc] if cc else []), *others)
    return Submission(ME, people, wire.encode(), f"<{token}@contoso.example>", token, **changes)


__all__ = [
    "HASTY",
    "KEN",
    "LIST",
    "ME",
    "OUT",
    "Journal",
    "Tokens",
    "graph_at",
    "mail",
    "message",
    "stand_in",
]
