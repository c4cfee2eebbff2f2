"""Behind everything: records what left, and looks through inboxes for what comes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tuimail.engine.account import Accounts
from tuimail.engine.after.recalls import Recalls
from tuimail.engine.after.receipts import Receipts
from tuimail.engine.after.sent import SentMails
from tuimail.engine.news import AfterChanged, ItemChanged, News, Newsroom, Notice, OutboxLoaded, Synced
from tuimail.engine.places import Place
from tuimail.mail.errors import TuimailError
from tuimail.mail.hold.item import State
from tuimail.mail.letter.safe import line
from tuimail.ports import AfterStore, Clock

EVERY = 60.0
FRESH, FRESH_MOST = 300.0, 20
"""For so many seconds, and for so many mails at most, recipients are taken to be as when it was sent."""

TIPS_SECONDS = 2.0


class Watch:
    """One loop. Without `reads` no inbox is looked at: whoever reads mail does that. `home` names inboxes."""

    def __init__(
        self,
        accounts: Accounts,
        home: Callable[[str], Awaitable[str]],
        sent: SentMails,
        recalls: Recalls,
        receipts: Receipts,
        store: AfterStore,
        newsroom: Newsroom,
        clock: Clock,
        reads: bool,
    ) -> None:
        self._sent, self._recalls, self._receipts = sent, recalls, receipts
        self._store, self._newsroom, self._clock = store, newsroom, clock
        self._home, self._due = home, set(accounts) if reads else set[str]()
        self._synced: set[Place] = set()
        self._reads = reads
        self._woken = asyncio.Event()
        self._said = ""
        self._foreseen: set[str] = set()

    async def run(self) -> None:
        """Never ends."""
        stop = self._newsroom.listen(self._hear)
        try:
            while True:
                await self._round()
                await self._rest()
        finally:
            stop()

    async def _round(self) -> None:
        try:
            if report := await self._store.damage_report():
                self._newsroom.announce(Notice(line(report)))
            await self._sent.catch_up()
            await self._foresee()
            await self._recalls.known()
            await self._mind_inboxes()
            while self._due:
                await self._look(self._due.pop())
            self._said = ""
        except TuimailError as error:
            if str(error) != self._said:
                self._said = str(error)
                self._newsroom.announce(Notice(line(self._said)))

    async def _foresee(self) -> None:
        """What the server tells of recipients is kept with the mail, once, and not for long waited for."""
        now = self._clock.now().wall
        for mail in await self._sent.latest(FRESH_MOST):
            fresh = now - mail.sent <= FRESH and not mail.tips and mail.message_id not in self._foreseen
            if fresh:
                self._foreseen.add(mail.message_id)
                with suppress(TimeoutError):
                    async with asyncio.timeout(TIPS_SECONDS):
                        await self._recalls.foresee(mail)

    async def _mind_inboxes(self) -> None:
        """Of the folders that were brought up to date only inboxes have what is looked for."""
        while self._synced:
            account, folder = self._synced.pop()
            if folder == await self._home(account):
                self._due.add(account)

    async def _look(self, account: str) -> None:
        await self._recalls.look(account)
        await self._receipts.look(account)

    async def _rest(self) -> None:
        waits = [asyncio.ensure_future(self._clock.sleep(EVERY)), asyncio.ensure_future(self._woken.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        self._woken.clear()

    def _hear(self, news: News) -> None:
        if isinstance(news, Synced) and self._reads:
            self._synced.add((news.account, news.folder))
        left = isinstance(news, ItemChanged) and news.item.state is State.SENT
        if self._synced or left or isinstance(news, OutboxLoaded | AfterChanged):
            self._woken.set()
