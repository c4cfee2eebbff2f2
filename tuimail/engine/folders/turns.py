"""Who may ask an account's source next: the most urgent, and of those the one who has waited longest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count


class Urgency(IntEnum):
    """What it is asked for, the most urgent first."""

    PERSON = 0
    INBOX = 1
    SENT = 2
    QUIET = 3
    LATER = 4


class Turns:
    """A turn is one question, so whoever is urgent waits for one answer at most."""

    def __init__(self) -> None:
        self._taken = False
        self._numbers = count()
        self._waiting: list[tuple[Urgency, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def turn(self, urgency: Urgency) -> AsyncIterator[None]:
        await self._take(urgency)
        try:
            yield
        finally:
            self._give()

    @property
    def quiet(self) -> bool:
        """Whether nobody asks, or waits to."""
        return not self._taken and not self._waiting

    async def _take(self, urgency: Urgency) -> None:
        if not self._taken:
            self._taken = True
            return
        mine = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (urgency, next(self._numbers), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._give()
            raise

    def _give(self) -> None:
        """To the next one who has not left meanwhile."""
        while self._waiting:
            waiting = heappop(self._waiting)[2]
            if not waiting.done():
                waiting.set_result(None)
                return
        self._taken = False
