"""What came into an inbox since an instant, as far as the cache knows; reports and receipts are there."""

from collections.abc import AsyncGenerator, Awaitable, Callable

from tuimail.engine.folders.mailbox import Mailbox
from tuimail.engine.folders.sync import Sync
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.ports import MailCache

PAGE = 100
MOST = 2_000
LARGEST = 2_000_000
"""Bytes; no report is larger, and what is larger is not fetched for this."""

LOOKED_AT = 20_000


class Arrivals:
    """Each mail is given out once by `new`; one whose text could not be had is given out again."""

    def __init__(self, cache: MailCache, mailbox: Mailbox, sync: Sync) -> None:
        self._cache, self._mailbox, self._sync = cache, mailbox, sync
        self._looked: dict[Ref, None] = {}

    async def refresh(self, account: str) -> None:
        """Ask the server what is new in the inbox. Raises MailboxError."""
        await self._sync.folder(account, await self._sync.home(account))

    async def new(
        self, account: str, since: float, wanted: Callable[[Envelope], Awaitable[bool]]
    ) -> AsyncGenerator[tuple[Envelope, bytes], None]:
        """The mail received since then (UTC seconds) that is wanted and was not given out, with its bytes."""
        view = View(account, await self._sync.home(account))
        for start in range(0, MOST, PAGE):
            page = await self._cache.page(view, start, PAGE)
            for envelope in page:
                if envelope.received >= since and (raw := await self._raw(envelope, wanted)):
                    yield envelope, raw
            if len(page) < PAGE or page[-1].received < since:
                return

    async def _raw(self, envelope: Envelope, wanted: Callable[[Envelope], Awaitable[bool]]) -> bytes:
        """Empty for what is not wanted, was looked at, or can't be had now."""
        if envelope.ref in self._looked or envelope.size > LARGEST or not await wanted(envelope):
            return b""
        try:
            raw = await self._mailbox.raw(envelope.ref)
        except MailboxError:
            return b""
        self._looked[envelope.ref] = None
        if len(self._looked) > LOOKED_AT:
            del self._looked[next(iter(self._looked))]
        return raw
