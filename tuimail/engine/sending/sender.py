"""The one sender: takes the lock, minds the clock, and sees that each account's mail goes out in turn."""

import asyncio
from functools import partial

from tuimail.engine.account import Account, Accounts
from tuimail.engine.news import Notice, SenderChanged
from tuimail.engine.sending.delivery import STORE_PAUSE, Delivery
from tuimail.engine.sending.post import Post
from tuimail.engine.sending.silence import Silence
from tuimail.mail.errors import OutboxError
from tuimail.mail.hold.agenda import Agenda
from tuimail.mail.hold.clocks import put_right
from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import recover
from tuimail.mail.hold.restored import COPY, ask
from tuimail.mail.letter.safe import line
from tuimail.ports import OutboxStore, SenderLock

LOOK_EVERY = 0.25
ACCOUNT_RESTS = 15.0
"""Seconds for which the mail of an account is left alone whose server could not be reached."""


class Sender:
    """Sends while it holds the lock; without it only watches what the holder does.

    What fell due longer ago than `post.late_after` before it took the lock is paused, for a person to decide.
    """

    def __init__(self, accounts: Accounts, post: Post, store: OutboxStore, lock: SenderLock) -> None:
        self._accounts = accounts
        self._post = post
        self._store = store
        self._lock = lock
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._rests: dict[str, Moment] = {}
        self._closing = False
        self._holder = ""
        self._agenda = Agenda()
        self._silence = Silence(post.newsroom)
        self.here = False
        post.items.watch(self._note)

    def wake(self) -> None:
        """Look now: something may be due."""
        self._wake.set()

    def hurry(self, account: str) -> None:
        """Look now, and try the account's server even if it could not be reached a moment ago."""
        self._rests.pop(account, None)
        self.wake()

    def is_at_work(self, account: str) -> bool:
        """Whether mail of the account is leaving just now."""
        return account in self._busy and not self._busy[account].done()

    async def run(self) -> None:
        """Look for due items until cancelled. An unexpected exception of an attempt comes out here."""
        self._closing = False
        while not self._closing:
            await self._round()
            await self._rest()

    async def close(self, patience: float = 3.0) -> None:
        """Claim no more, and give the attempts under way some seconds."""
        self._closing = True
        self.wake()
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=patience)
        for task in self._busy.values():
            task.cancel()
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def hand_over(self) -> None:
        """Let another process send. Nothing of this one may be under way any more, filing included."""
        self._lock.release()
        self.here = False

    async def _round(self) -> None:
        try:
            if await self._post.items.catch_up():
                await self._post.stops.load()
                await self._tell_of_damage()
            await self._mind_the_lock()
            self._mind_the_clock()
        except OutboxError as error:
            self._post.newsroom.announce(Notice(line(str(error))))
            await self._post.clock.sleep(STORE_PAUSE)
            return
        self._end_attempts()
        if self.here:
            self._start_attempts()
        else:
            self._mind_the_holder()

    async def _mind_the_lock(self) -> None:
        """Take it when it is free. Who has lost it ends what is under way, and only then tries anew."""
        if self.here:
            self.here = self._lock.take()
        elif not self._busy and self._lock.take():
            await self._begin()

    async def _begin(self) -> None:
        """Taking over: what a dead sender left in the middle is settled before anything is claimed."""
        now = self._post.clock.now()
        await self._tell_of_damage(look=True)
        copy = await self._store.restored()
        await self._store.purge(now)
        await self._post.items.load()
        await self._post.stops.load()
        for item in self._post.items.all():
            asked = ask(item, now, COPY) if copy else None
            await self._post.items.commit(
                asked or recover(item, now) or put_right(item, now, self._post.late_after)
            )
        await self._store.settle_in()
        self.here, self._holder = True, ""
        self._post.newsroom.announce(SenderChanged(True, self._lock.holder()))

    async def _tell_of_damage(self, look: bool = False) -> None:
        report = await self._store.damage_report(look)
        if report:
            self._post.newsroom.announce(Notice(line(report)))
            await self._post.items.load()

    def _mind_the_clock(self) -> None:
        """Make the agenda anew when the wall clock was set."""
        now = self._post.clock.now()
        if self._agenda.is_stale(now):
            self._agenda.put_all(self._post.items.all(), now)

    def _note(self, item_id: str, item: Item | None) -> None:
        if item is None:
            self._agenda.drop(item_id)
        else:
            self._agenda.put(item, self._post.clock.now())

    def _mind_the_holder(self) -> None:
        """Name the one that sends, and notice when it does not."""
        holder, now = self._lock.holder(), self._post.clock.now()
        if holder and holder != self._holder:
            self._holder = holder
            self._post.newsroom.announce(SenderChanged(False, holder))
        self._silence.mind(holder, any(self._is_stuck(name, now) for name in self._accounts), now)

    def _is_stuck(self, account: str, now: Moment) -> bool:
        if account in self._post.stops or self._agenda.next(account, now) is None:
            return False
        return not any(i.account == account and i.state is State.SENDING for i in self._post.items.all())

    async def _rest(self) -> None:
        pause = min(LOOK_EVERY, self._agenda.soonest(self._post.clock.now()))
        try:
            async with asyncio.timeout(pause):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    def _end_attempts(self) -> None:
        for name, task in list(self._busy.items()):
            if task.done():
                del self._busy[name]
                task.result()

    def _start_attempts(self) -> None:
        for name, account in self._accounts.items():
            if name not in self._busy and self._next(name):
                self._busy[name] = asyncio.create_task(self._drain(account), name=f"send {name}")

    def _next(self, account: str) -> Item | None:
        now = self._post.clock.now()
        rests = account in self._rests and self._rests[account].left(now) > 0
        if self._closing or not self.here or rests or account in self._post.stops:
            return None
        return self._agenda.next(account, now)

    async def _drain(self, account: Account) -> None:
        delivery = Delivery(account, self._post)
        try:
            await delivery.run(partial(self._next, account.name))
            if delivery.failures:
                self._rests[account.name] = self._post.clock.now().later(ACCOUNT_RESTS)
        except OutboxError as error:
            self._post.newsroom.announce(Notice(line(str(error))))
            await self._post.clock.sleep(STORE_PAUSE)
        finally:
            self.wake()
