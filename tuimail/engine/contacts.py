"""The people one writes to, as met in mail."""

from tuimail.mail.letter.address import Address
from tuimail.ports import MailCache


class Contacts:
    """Completion of addresses."""

    def __init__(self, cache: MailCache) -> None:
        self._cache = cache

    async def complete(self, prefix: str, limit: int = 8) -> tuple[Address, ...]:
        """Addresses whose name or address has a word that begins so, likeliest first."""
        return await self._cache.seen(prefix, limit) if prefix.strip() else ()
