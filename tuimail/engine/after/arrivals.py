"""What came into an inbox since an instant, as far as the cache knows; reports and receipts are there."""

from collections.abc import AsyncGenerator, Awaitable, Callable

from tuimail.engine.folders.mailbox import Mailbox
from tuimail.engine.folders.sync import Sync
from tuimail.engine.news import News, Newsroom, Synced
from tuimail.engine.places import Place
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.ports import Clock, MailCache

PAGE = 100
MOST = 2_000
LARGEST = 2_000_000
"""Bytes; no report is larger, and what is larger is not fetched for this."""

LOOKED_AT = 20_000
BACK = 86_400.0
"""Mail is moved into an inbox, too: so many seconds before the newest are looked through every time."""


class Arrivals:
    """Each mail is given out once by `new`; one whose text could not be had is given out again.

    Once all of an inbox that agrees with its server was looked through, only the newest day of it is; mail
    with a date to come makes no day.
    """

    def __init__(
        self, cache: MailCache, mailbox: Mailbox, sync: Sync, newsroom: Newsroom, clock: Clock
    ) -> None:
        self._cache, self._mailbox, self._sync, self._clock = cache, mailbox, sync, clock
        self._looked: dict[Ref, None] = {}
        self._synced: set[Place] = set()
        self._through: dict[str, float] = {}
        newsroom.listen(self._hear)

    async def refresh(self, account: str) -> None:
        """Ask the server what is new in the inbox. Raises MailboxError."""
        await self._sync.folder(account, await self._sync.home(account))

    async def new(
        self, account: str, since: float, wanted: Callable[[Envelope], Awaitable[bool]]
    ) -> AsyncGenerator[tuple[Envelope, bytes], None]:
        """The mail received since then (UTC seconds) that is wanted and was not given out, with its bytes."""
        view = View(account, await self._sync.home(account))
        agrees, newest = (account, view.folder) in self._synced, 0.0
        since = max(since, self._through.get(account, since + BACK) - BACK)
        for start in range(0, MOST, PAGE):
            page = await self._cache.page(view, start, PAGE)
            newest = max(newest, *(envelope.received for envelope in page), 0.0)
            for envelope in page:
                if envelope.received >= since and (raw := await self._raw(envelope, wanted)):
                    yield envelope, raw
            if len(page) < PAGE or page[-1].received < since:
                break
        if agrees:
            self._through[account] = min(newest, self._clock.now().wall)

    def _hear(self, news: News) -> None:
        if isinstance(news, Synced):
            self._synced.add((news.account, news.folder))

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
