"""Telling a person of new mail outside the screen, now and then."""

import asyncio
from collections import defaultdict

from tuimail.engine.news import NewMail, News, Newsroom, Notice
from tuimail.mail.letter.envelope import Envelope
from tuimail.mail.letter.safe import line
from tuimail.ports import Clock, Notifier

EVERY = 10.0
NAMED = 10


class Notify:
    """Once in ten seconds for each account, however much comes."""

    def __init__(self, notifier: Notifier, newsroom: Newsroom, clock: Clock) -> None:
        self._notifier, self._newsroom, self._clock = notifier, newsroom, clock
        self._counts: defaultdict[str, int] = defaultdict(int)
        self._newest: defaultdict[str, tuple[Envelope, ...]] = defaultdict(tuple)
        self._came: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._troubles: set[str] = set()
        newsroom.listen(self._hear)

    async def run(self, account: str) -> None:
        """Never ends."""
        while True:
            await self._came[account].wait()
            self._came[account].clear()
            count, newest = self._counts.pop(account, 0), self._newest.pop(account, ())
            self._complain(await self._notifier.tell(account, count, newest))
            await self._clock.sleep(EVERY)

    def _hear(self, news: News) -> None:
        if isinstance(news, NewMail):
            self._counts[news.account] += news.count
            self._newest[news.account] = (*news.newest, *self._newest[news.account])[:NAMED]
            self._came[news.account].set()

    def _complain(self, trouble: str) -> None:
        """Each trouble is told once."""
        if trouble and trouble not in self._troubles:
            self._troubles.add(trouble)
            self._newsroom.announce(Notice(line(trouble)))
