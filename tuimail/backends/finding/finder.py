"""All ways of finding servers, asked together; none takes longer than a few seconds."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Protocol

from tuimail.backends.finding.dns import DnsResolver
from tuimail.backends.finding.guess import guessed
from tuimail.backends.finding.published import Published
from tuimail.mail.setup import providers, srv
from tuimail.mail.setup.setting import Setting


class Resolver(Protocol):
    """What a domain's DNS is asked."""

    async def exchangers(self, domain: str) -> tuple[str, ...]: ...

    async def services(self, domain: str, names: tuple[str, ...]) -> Mapping[str, tuple[srv.Record, ...]]: ...


Way = Callable[[str], Coroutine[None, None, Setting | None]]


class ServerFinder:
    """engine.setup.Finder. A provider known by its domain is answered without a network.

    `published` and `guess` take an address; cancelling `find` ends them all.
    """

    def __init__(
        self, resolver: Resolver | None = None, published: Way | None = None, guess: Way = guessed
    ) -> None:
        self._resolver = resolver or DnsResolver()
        self._published = published or Published().of
        self._guess = guess

    async def find(self, address: str) -> tuple[Setting, ...]:
        """The settings found, the most trustworthy first; guesses only where there is nothing else."""
        if known := providers.of(address.rpartition("@")[2]):
            return (known.setting(address),)
        async with asyncio.TaskGroup() as tasks:
            named = [tasks.create_task(way(address)) for way in (self._hosted, self._published, self._srv)]
            last = tasks.create_task(self._guess(address))
            found = [setting for task in named if (setting := await task) is not None]
            if found:
                last.cancel()
                return _once(found)
            guess = await last
        return (guess,) if guess is not None else ()

    async def _hosted(self, address: str) -> Setting | None:
        domain = address.rpartition("@")[2]
        known = providers.receiving(await self._resolver.exchangers(domain))
        return known.setting(address, f"the DNS of {domain} (MX: {known.name})") if known else None

    async def _srv(self, address: str) -> Setting | None:
        domain = address.rpartition("@")[2]
        return srv.setting(await self._resolver.services(domain, srv.asked()), address)


def _once(found: list[Setting]) -> tuple[Setting, ...]:
    """The same servers only once, by whoever said so first."""
    first = {(one.imap, one.smtp): one for one in reversed(found)}
    return tuple(one for one in found if first[one.imap, one.smtp] is one)
