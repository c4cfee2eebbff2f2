"""The autoconfig file of a domain, fetched from the domain itself by HTTPS and nothing else."""

import asyncio
from urllib.parse import quote, urljoin

from tuimail.backends.network import Bounds
from tuimail.backends.response import Response
from tuimail.backends.web import Web
from tuimail.mail.errors import MailboxError
from tuimail.mail.setup import autoconfig
from tuimail.mail.setup.setting import Setting

PLACES = (
    "https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}",
    "https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
)
"""The first is told the address, as the format wants it; it is the domain's own."""

SECONDS, REDIRECTS, GOOD = 6.0, 3, 200


class Published:
    """Asks all `places` at once; the first that has a usable file counts."""

    def __init__(self, web: Web | None = None, places: tuple[str, ...] = PLACES) -> None:
        self._web = web or Web(Bounds(connect=SECONDS, idle=SECONDS, whole=SECONDS))
        self._places = places

    async def of(self, address: str) -> Setting | None:
        domain = address.rpartition("@")[2]
        urls = (place.format(domain=domain, address=quote(address)) for place in self._places)
        try:
            files = await asyncio.gather(*(self._fetched(url) for url in urls))
        finally:
            await self._web.close()
        found = (autoconfig.parse(file, address) for file in files)
        return next((one for one in found if one is not None), None)

    async def _fetched(self, url: str) -> bytes:
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self._followed(url)
        except (MailboxError, TimeoutError, ValueError):
            return b""
        return answer.body if answer.code == GOOD else b""

    async def _followed(self, url: str) -> Response:
        """The answer at the end of a few redirects by HTTPS; the address does not go along to other hosts."""
        for _ in range(REDIRECTS):
            answer = await self._web.ask("GET", url, longest=autoconfig.LARGEST)
            target = urljoin(url, answer.target)
            if not answer.target or not target.startswith("https://"):
                return answer
            url = target
        return answer
