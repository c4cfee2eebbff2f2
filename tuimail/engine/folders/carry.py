"""Carrying the bodies of a folder over to its new uids, after its UIDVALIDITY changed (RFC 9051 §2.3.1.1)."""

from collections.abc import Sequence

from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.ports import MailCache

PAGE = 500
MOST = 20_000
"""So many of the newest messages are known again; older ones are fetched as if they were new."""

Sign = tuple[str, int, float]


class Carry:
    """A message is known again by its Message-ID, size and time, where only one has all three."""

    def __init__(self, cache: MailCache, known: dict[Sign, Ref | None]) -> None:
        self._cache = cache
        self._known = known

    @classmethod
    async def of(cls, cache: MailCache, account: str, folder: str) -> "Carry":
        """What is cached of a folder now."""
        known: dict[Sign, Ref | None] = {}
        view = View(account, folder)
        for start in range(0, MOST, PAGE):
            page = await cache.page(view, start, PAGE)
            for envelope in page:
                sign = _sign(envelope)
                known[sign] = None if sign in known else envelope.ref
            if len(page) < PAGE:
                break
        return cls(cache, known)

    async def over(self, envelopes: Sequence[Envelope]) -> list[tuple[Ref, Ref]]:
        """Let what is cached stand under the uids of these envelopes: where each stood, and stands now."""
        went = []
        for envelope in envelopes:
            before = self._known.pop(_sign(envelope), None) if envelope.message_id else None
            if before is not None and before != envelope.ref:
                await self._cache.settle(before, envelope.ref.uid)
                went.append((before, envelope.ref))
        return went


def _sign(envelope: Envelope) -> Sign:
    return envelope.message_id, envelope.size, envelope.received
