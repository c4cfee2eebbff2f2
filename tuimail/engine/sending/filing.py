"""The loop that follows a sending: copies for Sent, and what is looked for there."""

import asyncio
from collections.abc import Awaitable, Callable

from tuimail.engine.account import Account, Accounts
from tuimail.engine.disk import Disk
from tuimail.engine.news import Newsroom, Notice
from tuimail.engine.places import Place
from tuimail.engine.sending.filer import Filer
from tuimail.engine.sending.finder import Finder
from tuimail.engine.sending.items import Items
from tuimail.engine.sending.sender import Sender
from tuimail.mail.errors import TuimailError
from tuimail.mail.letter.safe import line
from tuimail.ports import Clock, Ids

EVERY = 0.5
WAITS = 10.0


class Filing:
    """One loop per account, in the process that sends. `refresh` brings a folder up to date."""

    def __init__(
        self,
        accounts: Accounts,
        items: Items,
        disk: Disk,
        sender: Sender,
        newsroom: Newsroom,
        clock: Clock,
        ids: Ids,
        refresh: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._accounts, self._sender = accounts, sender
        self._finder, self._filer = Finder(items, clock), Filer(items, disk.outbox, clock, ids)
        self._newsroom, self._clock, self._refresh = newsroom, clock, refresh
        self.under_way: dict[str, asyncio.Lock] = {}
        self.reopen()

    async def run(self, account: Account, reads: bool) -> None:
        """Copies wait for the mail that is leaving, but not for ever. With `reads`, what is new is shown."""
        waited = 0.0
        while True:
            if self._sender.here and (waited >= WAITS or not self._sender.is_at_work(account.name)):
                waited = 0.0
                try:
                    changed = await self._filed(account)
                    for name, folder in changed if reads else ():
                        await self._refresh(name, folder)
                except TuimailError as error:
                    self._newsroom.announce(Notice(line(str(error))))
            await self._clock.sleep(EVERY)
            waited += EVERY

    async def settle(self) -> None:
        """Wait for what is being filed; nothing new begins before `reopen`."""
        for lock in self.under_way.values():
            await lock.acquire()

    def reopen(self) -> None:
        self.under_way = {name: asyncio.Lock() for name in self._accounts}

    async def _filed(self, account: Account) -> tuple[Place, ...]:
        async with self.under_way[account.name]:
            return (*await self._finder.round(account), *await self._filer.round(account))
