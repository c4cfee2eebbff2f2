"""Waiting for news of one folder by asking now and then."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from tuimail.mail.errors import LoginError, MailboxError

POLL_SECONDS = 20.0
LONGEST_PAUSE = 300.0


class GraphWatch:
    """Asks `has_news` every `POLL_SECONDS`, less often while there is no answer."""

    def __init__(self, has_news: Callable[[], Awaitable[bool]]) -> None:
        self._has_news = has_news
        self._stopped = asyncio.Event()

    @property
    def is_over(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """End `news`, now."""
        self._stopped.set()

    async def news(self) -> AsyncIterator[None]:
        """Yields at once, then whenever there is news, and when that can't be told: whoever looks finds out.

        Raises LoginError.
        """
        pause = POLL_SECONDS
        yield
        while not await self._rests(pause):
            try:
                rings, pause = await self._has_news(), POLL_SECONDS
            except LoginError:
                raise
            except MailboxError:
                rings, pause = True, min(2 * pause, LONGEST_PAUSE)
            if rings and not self.is_over:
                yield

    async def _rests(self, seconds: float) -> bool:
        """Whether it was stopped meanwhile."""
        jitter = 0.75 + random.random() / 2  # noqa: S311 (so that not all ask at once)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds * jitter):
                await self._stopped.wait()
        return self.is_over
