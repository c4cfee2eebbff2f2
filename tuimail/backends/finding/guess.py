"""The names that servers mostly have, tried one and all by connecting; the last resort."""

import asyncio
from collections.abc import Awaitable, Callable

from tuimail.backends.finding import probe
from tuimail.backends.network import trusted
from tuimail.mail.setup import providers
from tuimail.mail.setup.server import USUAL, Kind, Server
from tuimail.mail.setup.setting import BY_PASSWORD, Setting

Answers = Callable[[Server, Kind], Awaitable[bool]]

HOSTS = {Kind.IMAP: ("imap.{}", "mail.{}", "{}"), Kind.SMTP: ("smtp.{}", "mail.{}", "{}")}


def candidates(domain: str, kind: Kind) -> tuple[Server, ...]:
    """What to try, the best first: TLS from the first byte before STARTTLS."""
    names = [host.format(domain) for host in HOSTS[kind]]
    return tuple(Server(name, port, how) for port, how in USUAL[kind].items() for name in names)


async def guessed(address: str, answers: Answers | None = None) -> Setting | None:
    """The servers that answer for an address's domain; None unless there is one of either kind."""
    domain = address.rpartition("@")[2]
    asked = answers or await _over_the_network()
    imap, smtp = await asyncio.gather(*(_first(candidates(domain, kind), kind, asked) for kind in Kind))
    if imap is None or smtp is None:
        return None
    known = providers.serving(imap.host)
    ways = known.ways if known else BY_PASSWORD
    return Setting("trying usual names", imap, smtp, address, ways, help=known.help if known else "")


async def _first(servers: tuple[Server, ...], kind: Kind, answers: Answers) -> Server | None:
    found = await asyncio.gather(*(answers(server, kind) for server in servers))
    return next((server for server, good in zip(servers, found, strict=True) if good), None)


async def _over_the_network() -> Answers:
    context = await asyncio.to_thread(trusted)

    async def answers(server: Server, kind: Kind) -> bool:
        return await probe.answers(server, kind, context)

    return answers
