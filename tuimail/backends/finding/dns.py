"""What the DNS says of a domain's mail: MX and SRV records. The one importer of dnspython.

Nothing here is signed as far as this program can tell: a person looks at the names before a secret goes
there.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tuimail.mail.setup.srv import Record

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver
    from dns.rdata import Rdata

SECONDS = 4.0


class DnsResolver:
    """Asks the system's name servers, or the one at `server` (address, port). What fails is nothing found."""

    def __init__(self, server: tuple[str, int] | None = None) -> None:
        self._server = server
        self._resolver: Resolver | None = None

    async def exchangers(self, domain: str) -> tuple[str, ...]:
        """The hosts that take the domain's mail, the preferred one first (RFC 5321 §5.1)."""
        from dns.rdtypes.ANY.MX import MX

        found = [one for one in await self._asked(domain, "MX") if isinstance(one, MX)]
        return tuple(one.exchange.to_text() for one in sorted(found, key=lambda one: one.preference))

    async def services(self, domain: str, names: tuple[str, ...]) -> Mapping[str, tuple[Record, ...]]:
        """The SRV records at each of `names` below the domain (RFC 2782)."""
        found = await asyncio.gather(*(self._service(f"{name}.{domain}") for name in names))
        return dict(zip(names, found, strict=True))

    async def _service(self, name: str) -> tuple[Record, ...]:
        from dns.rdtypes.IN.SRV import SRV

        found = [one for one in await self._asked(name, "SRV") if isinstance(one, SRV)]
        return tuple(Record(one.priority, one.weight, one.port, one.target.to_text()) for one in found)

    async def _asked(self, name: str, kind: str) -> "tuple[Rdata, ...]":
        from dns.exception import DNSException

        try:
            answer = await self._opened().resolve(f"{name}.", kind, lifetime=SECONDS)
        except (DNSException, OSError):
            return ()
        return tuple(answer)

    def _opened(self) -> "Resolver":
        if self._resolver is None:
            from dns.asyncresolver import Resolver

            self._resolver = Resolver(configure=self._server is None)
            if self._server is not None:
                host, self._resolver.port = self._server
                self._resolver.nameservers = [host]
        return self._resolver
