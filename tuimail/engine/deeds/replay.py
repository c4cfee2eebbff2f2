"""Tells the servers what was done here, account by account: at once, or as soon as they can be reached."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress

from tuimail.engine.account import Account
from tuimail.engine.deeds.aftermath import Aftermath, Told
from tuimail.engine.deeds.errands import Errands, Report
from tuimail.engine.deeds.pending import Pending
from tuimail.engine.deeds.settling import Chain, Settling
from tuimail.engine.news import AccountOnline, FolderChanged, FoldersChanged, News, Newsroom, Notice
from tuimail.mail.errors import MailboxError, MailboxRefused, OutboxError
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.safe import Safe, line
from tuimail.ports import ChangeStore, Clock, Ids, MailCache, SenderLock

LOOK_EVERY = 1.0
"""Seconds after which it is looked what is due again, and what other processes wrote."""

BATCH = 500
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
MOST_TROUBLES = 20


class Replay:
    """One loop per account, in the process that holds the lock. What can't be reached is tried again, later
    each time; what is refused several times is given up, told, and shown as the server has it.
    """

    def __init__(
        self,
        pending: Pending,
        store: ChangeStore,
        cache: MailCache,
        lock: SenderLock,
        clock: Clock,
        ids: Ids,
        newsroom: Newsroom,
        turn: Callable[[str], AbstractAsyncContextManager[None]],
        look: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._pending = pending
        self._store = store
        self._lock = lock
        self._clock = clock
        self._ids = ids
        self._newsroom = newsroom
        self._turn = turn
        self._look = look
        self._settling = Settling(pending, store, cache)
        self._aftermath = Aftermath(self._settling, cache, clock, ids)
        self._wakes: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._away: dict[str, Moment] = {}
        self._failures: defaultdict[str, int] = defaultdict(int)
        self._writings = -1
        self._markless: set[str] = set()
        self.troubles: list[Safe] = []
        newsroom.listen(self._hear)

    async def run(self, account: Account) -> None:
        """Do what is due, until cancelled."""
        while True:
            try:
                await self._catch_up()
                if self._lock.take() and self._is_near(account.name):
                    await self.round(account)
            except OutboxError as error:
                self._newsroom.announce(Notice(line(str(error))))
                await self._clock.sleep(LONGEST_PAUSE / 10)
            await self._rest(account.name)

    def wake(self, account: str = "") -> None:
        """Something may be due."""
        for name in (account,) if account else tuple(self._wakes):
            self._wakes[name].set()

    def hurry(self, account: str) -> None:
        """The account can be reached again."""
        self._away.pop(account, None)
        self.wake(account)

    def hand_over(self) -> None:
        """Let another process do it."""
        self._lock.release()

    async def round(self, account: Account) -> None:
        """Do all that is due of this account. Raises OutboxError."""
        report, told = Report(), Told()
        try:
            while chains := self._due(account.name):
                await self._carry_out(account, chains, report)
                async with self._turn(account.name):
                    await self._aftermath.mind(account.name, account.source, report, told)
            for folder in sorted(told.lost):
                await self._look(account.name, folder)
            self._failures.pop(account.name, None)
        except MailboxError:
            self._stand_back(account.name)
        self._announce(account.name, report, told)

    def _due(self, account: str) -> list[Chain]:
        now = self._clock.now().wall
        mine = [chain for chain in self._pending.all() if chain[0].ref.account == account]
        due = [chain for chain in mine if all(change.due <= now for change in chain)]
        return sorted(due, key=lambda chain: chain[0].at)[:BATCH]

    async def _carry_out(self, account: Account, chains: Sequence[Chain], report: Report) -> None:
        folders: defaultdict[str, list[Chain]] = defaultdict(list)
        for chain in await self._settling.begin(chains):
            folders[chain[0].ref.folder].append(chain)
        for folder, group in folders.items():
            report.touched.add(folder)
            async with self._turn(account.name):
                try:
                    await Errands(account.source, self._settling, folder, report).run(group)
                except MailboxRefused as error:
                    report.refused += [(chain, str(error)) for chain in group]

    def _stand_back(self, account: str) -> None:
        pause = min(SHORTEST_PAUSE * 2 ** self._failures[account], LONGEST_PAUSE) * (0.5 + self._ids.jitter())
        self._failures[account] = min(self._failures[account] + 1, 16)
        self._away[account] = self._clock.now().later(pause)

    def _is_near(self, account: str) -> bool:
        return account not in self._away or self._away[account].left(self._clock.now()) <= 0

    def _announce(self, account: str, report: Report, told: Told) -> None:
        for folder in sorted(report.touched):
            self._newsroom.announce(FolderChanged(account, folder))
        if report.touched:
            self._newsroom.announce(FoldersChanged(account))
        if told.unkept and account in self._markless:
            told.unkept = ""
        self._markless |= {account} if told.unkept else set()
        if words := told.words():
            self._newsroom.announce(Notice(line(f"{account}: {words}.")))
            self.troubles = [*self.troubles, line(f"{account}: {words}")][-MOST_TROUBLES:]

    async def _catch_up(self) -> None:
        """Take over what other processes wrote, and tell of damage."""
        writings = await self._store.writings()
        if writings == self._writings:
            return
        if report := await self._store.damage_report():
            self._newsroom.announce(Notice(line(report)))
        if self._writings != -1:
            async with self._pending.lock:
                await self._pending.load()
        self._writings = writings

    async def _rest(self, account: str) -> None:
        wake = self._wakes[account]
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                await wake.wait()
        wake.clear()

    def _hear(self, news: News) -> None:
        if isinstance(news, AccountOnline):
            self.hurry(news.account)
