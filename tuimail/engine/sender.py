"""The one sender: claims what is due, hands it to the server, writes down what came of it."""

import asyncio
from dataclasses import replace

from tuimail.engine.account import Account, Accounts
from tuimail.engine.items import Items
from tuimail.engine.news import Newsroom, Notice, SenderChanged
from tuimail.engine.stops import Stops
from tuimail.mail.errors import OutboxError
from tuimail.mail.hold.agenda import Agenda
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.move import Move, anew, begin_body, claim, clock_set, late, recover
from tuimail.mail.hold.outcome import Denied, Outcome, Unreachable
from tuimail.mail.hold.settle import settle
from tuimail.mail.letter.safe import line
from tuimail.ports import Clock, Ids, OutboxStore, SenderLock

LOOK_EVERY = 0.25
STORE_PAUSE = 1.0


class Sender:
    """Sends while it holds the lock; without it only watches what the holder does.

    `owner` names this process in the rows it claims. What fell due more than `late_after` seconds before it
    took the lock is paused, for a person to decide.
    """

    def __init__(
        self,
        accounts: Accounts,
        items: Items,
        stops: Stops,
        store: OutboxStore,
        lock: SenderLock,
        clock: Clock,
        ids: Ids,
        newsroom: Newsroom,
        owner: str,
        late_after: float,
    ) -> None:
        self._accounts = accounts
        self._items = items
        self._stops = stops
        self._store = store
        self._lock = lock
        self._clock = clock
        self._ids = ids
        self._newsroom = newsroom
        self._owner = owner
        self._late_after = late_after
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._closing = False
        self._holder = ""
        self._agenda = Agenda()
        self.here = False
        items.watch(self._note)

    def wake(self) -> None:
        """Look now: something may be due."""
        self._wake.set()

    async def run(self) -> None:
        """Look for due items until cancelled. An unexpected exception of an attempt comes out here."""
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
            if await self._items.catch_up():
                await self._stops.load()
            if not self.here and self._lock.take():
                await self._begin()
            await self._mind_the_clock()
        except OutboxError as error:
            self._newsroom.announce(Notice(line(str(error))))
            await self._clock.sleep(STORE_PAUSE)
            return
        if self.here:
            self._start_attempts()
        else:
            self._name_holder()

    async def _begin(self) -> None:
        """Taking over: what a dead sender left in the middle is settled before anything is claimed."""
        now = self._clock.now()
        await self._store.purge(now)
        await self._items.load()
        await self._stops.load()
        for item in self._items.all():
            move = recover(item, now) or late(item, now, self._late_after) or anew(item, now)
            await self._items.commit(move)
        self.here = True
        self._newsroom.announce(SenderChanged(True, self._lock.holder()))

    async def _mind_the_clock(self) -> None:
        """Make the agenda anew when the wall clock was set, and ask about what only that has brought."""
        now = self._clock.now()
        if not self._agenda.is_stale(now):
            return
        self._agenda.put_all(self._items.all(), now)
        if self.here:
            for item in self._items.all():
                await self._items.commit(clock_set(item, now))

    def _note(self, item_id: str, item: Item | None) -> None:
        if item is None:
            self._agenda.drop(item_id)
        else:
            self._agenda.put(item, self._clock.now())

    def _name_holder(self) -> None:
        holder = self._lock.holder()
        if holder and holder != self._holder:
            self._holder = holder
            self._newsroom.announce(SenderChanged(False, holder))

    async def _rest(self) -> None:
        pause = min(LOOK_EVERY, self._agenda.soonest(self._clock.now()))
        try:
            await asyncio.wait_for(self._wake.wait(), pause)
        except TimeoutError:
            return
        self._wake.clear()

    def _start_attempts(self) -> None:
        for name, task in list(self._busy.items()):
            if task.done():
                del self._busy[name]
                task.result()
        for name, account in self._accounts.items():
            if name not in self._busy and self._next(name):
                self._busy[name] = asyncio.create_task(self._drain(account), name=f"send {name}")

    def _next(self, account: str) -> Item | None:
        return None if account in self._stops else self._agenda.next(account, self._clock.now())

    async def _drain(self, account: Account) -> None:
        try:
            while not self._closing and (item := self._next(account.name)):
                if not await self._ask_first(item):
                    await self._attempt(account, item)
        except OutboxError as error:
            self._newsroom.announce(Notice(line(str(error))))
            await self._clock.sleep(STORE_PAUSE)

    async def _ask_first(self, item: Item) -> bool:
        """Whether the item is to be decided by a person, since its time is long past or not surely come."""
        now = self._clock.now()
        return await self._items.commit(late(item, now, self._late_after) or clock_set(item, now))

    async def _attempt(self, account: Account, item: Item) -> None:
        move = claim(item, self._clock.now(), self._owner)
        if move is None or not await self._items.commit(move):
            return
        item, outcome = await self._hand_in(account, move.new)
        now = self._clock.now()
        if isinstance(outcome, Denied):
            await self._stops.stop(account.name, line(f"{outcome.code} {outcome.text}"), now)
        settled = settle(item, outcome, now, self._ids.jitter())
        if settled is not None:
            await self._commit_for_sure(settled)

    async def _hand_in(self, account: Account, item: Item) -> tuple[Item, Outcome]:
        """The item as it stands after the attempt, and what came of it.

        An outbox that can't be read or written before the body begins is one more reason to try later.
        """

        async def body_next(said: str) -> bool:
            nonlocal item
            begun = begin_body(item, self._clock.now(), said)
            if not await self._items.commit(begun):
                return False
            item = begun.new
            return True

        try:
            submission = replace(await self._store.submission(item.id), recipients=item.pending)
            outcome = await account.submitter.submit(submission, body_next)
        except OutboxError as error:
            self._newsroom.announce(Notice(line(str(error))))
            outcome = Unreachable(str(error))
        return item, outcome

    async def _commit_for_sure(self, move: Move) -> None:
        """What the server said must not be forgotten because the disk is full just now."""
        while True:
            try:
                await self._items.commit(move)
            except OutboxError as error:
                self._newsroom.announce(Notice(line(str(error))))
                await self._clock.sleep(STORE_PAUSE)
            else:
                return
