"""The engine: what a front end may ask, and the loops that run behind it.

What reads and writes MIME is loaded after the start, or by whoever needs it sooner: the first list needs
none of it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tuimail.engine.account import Account, Accounts
from tuimail.engine.deeds.ledger import Ledger
from tuimail.engine.deeds.pending import Pending
from tuimail.engine.deeds.replay import Replay
from tuimail.engine.deeds.triage import Triage
from tuimail.engine.folders.follow import Follow
from tuimail.engine.folders.mailbox import Mailbox
from tuimail.engine.folders.notify import Notify
from tuimail.engine.folders.prefetch import Prefetch
from tuimail.engine.folders.search import Search
from tuimail.engine.folders.sync import Sync
from tuimail.engine.folders.turns import Urgency
from tuimail.engine.news import Listener, Newsroom, Notice
from tuimail.engine.opening import NoOpener, Opening
from tuimail.engine.places import Place
from tuimail.engine.reading import Reading
from tuimail.engine.sending.checks import Checks, HouseRules
from tuimail.engine.sending.filer import Filer
from tuimail.engine.sending.finder import Finder
from tuimail.engine.sending.items import Items
from tuimail.engine.sending.keeping import Keeping
from tuimail.engine.sending.outbox import Outbox
from tuimail.engine.sending.post import Post
from tuimail.engine.sending.sender import Sender
from tuimail.engine.sending.stops import Stops
from tuimail.engine.writing.contacts import Contacts
from tuimail.engine.writing.copies import tidied
from tuimail.engine.writing.drafts import Drafts, Writing
from tuimail.engine.writing.invitations import Invitations
from tuimail.mail.errors import TuimailError
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.safe import line
from tuimail.ports import (
    AfterStore,
    ChangeStore,
    Clock,
    Files,
    Ids,
    MailCache,
    Opener,
    OutboxStore,
    SenderLock,
)

if TYPE_CHECKING:
    from tuimail.engine.after.corrections import Corrections
    from tuimail.engine.after.incidents import Incidents
    from tuimail.engine.after.near_misses import NearMisses
    from tuimail.engine.after.practice import Practice
    from tuimail.engine.after.recalls import Recalls
    from tuimail.engine.after.receipts import Receipts
    from tuimail.engine.after.sent import SentMails

FILING_EVERY = 0.5
KEPT_EVERY = 1.0
PATIENCE = 3.0
FILING_WAITS = 10.0
AFTER_STARTS = 2.0


class Engine:
    """Everything behind a screen or a command. Made by `wiring`, started and closed by the front end.

    `owner` names this process in the rows it claims; `undo_seconds` is the plain undo window;
    what fell due more than `late_after` seconds ago while nothing ran is asked about first. There are no
    `rules` unless given; `writing` is what the composer works with, `reading` says what is fetched for
    later, and who is told of new mail. Without an `opener` nothing that is in
    a message is opened. `recall` is whether asking for delivered mail is offered at all,
    `practice` what is done about a misdirected one.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        store: OutboxStore,
        cache: MailCache,
        changes: ChangeStore,
        after: AfterStore,
        lock: SenderLock,
        changes_lock: SenderLock,
        files: Files,
        clock: Clock,
        ids: Ids,
        owner: str,
        undo_seconds: float,
        late_after: float = 86_400.0,
        rules: HouseRules | None = None,
        writing: Writing = Writing(),  # noqa: B008 (it is frozen)
        reading: Reading = Reading(),  # noqa: B008 (it is frozen)
        opener: Opener | None = None,
        recall: bool = True,
        practice: "Callable[[], Practice] | None" = None,
    ) -> None:
        self._accounts, self._store, self._cache, self._clock = accounts, store, cache, clock
        self._changes, self._after, self._recall = changes, after, recall
        self._shelf = writing.corrections
        self._practice, self._files, self._ids = practice, files, ids
        self._newsroom = Newsroom()
        self._items = Items(store, self._newsroom)
        self._stops = Stops(store, self._newsroom)
        post = Post(self._items, self._stops, clock, ids, self._newsroom, owner, late_after)
        self._sender = Sender(accounts, post, store, lock)
        self._keeping = Keeping(accounts, self._items, clock, ids, self._newsroom)
        self._finder = Finder(self._items, clock)
        self._filer = Filer(self._items, store, clock, ids)
        self._loops: list[asyncio.Task[None]] = []
        self._reads = False
        self._filing: dict[str, asyncio.Lock] = {}
        self.checks = Checks(undo_seconds, accounts, self._items, cache, clock, rules)
        self.outbox = Outbox(
            accounts,
            self._items,
            self._stops,
            store,
            self._sender,
            self._keeping,
            self.checks,
            files,
            clock,
            ids,
            writing.habits.flowed,
            self._taken_back,
        )
        pending = Pending(changes)
        self.sync = Sync(accounts, cache, self._newsroom, clock, pending, bell=reading.bell)
        self._replay = Replay(
            pending,
            changes,
            cache,
            changes_lock,
            clock,
            ids,
            self._newsroom,
            self._turn_of_person,
            self.sync.folder,
        )
        ledger = Ledger(pending, changes, cache, clock, ids, self._newsroom, self._replay.wake)
        self.triage = Triage(ledger, pending, cache, ids, self._replay)
        self.follow = Follow(accounts, self.sync, self._newsroom, clock, ids)
        self._prefetch = Prefetch(cache, self.sync, self.follow, self._newsroom, clock, reading.bodies)
        self._notify = Notify(reading.notifier, self._newsroom, clock) if reading.notifier else None
        self.mailbox = Mailbox(accounts, cache, self.sync)
        self.search = Search(accounts, cache, self._newsroom, self.sync)
        self.drafts = Drafts(accounts, self.mailbox, store, files, clock, ids, writing)
        self.contacts = Contacts(cache, writing.books)
        self.opening = Opening(self.mailbox, files, opener or NoOpener())
        self.invitations = Invitations(accounts, clock, ids)

    @cached_property
    def sent(self) -> "SentMails":
        """What left from here."""
        from tuimail.engine.after.sent import SentMails

        return SentMails(self._accounts, self._items, self._store, self._after, self.mailbox, self._cache)

    @cached_property
    def recalls(self) -> "Recalls":
        """Asking for delivered mail, and what came of it."""
        from tuimail.engine.after.arrivals import Arrivals
        from tuimail.engine.after.recalls import Recalls

        return Recalls(
            self._accounts,
            self.sent,
            self._items,
            self._after,
            self._newsroom,
            self._clock,
            Arrivals(self._cache, self.mailbox, self.sync, self._newsroom),
            self._files,
            self._recall,
        )

    @cached_property
    def receipts(self) -> "Receipts":
        """What recipients' programs and servers said became of a mail."""
        from tuimail.engine.after.arrivals import Arrivals
        from tuimail.engine.after.receipts import Receipts

        arrivals = Arrivals(self._cache, self.mailbox, self.sync, self._newsroom)
        return Receipts(self.sent, self._items, self._after, arrivals, self._newsroom, self._clock)

    @cached_property
    def near_misses(self) -> "NearMisses":
        """What undo, rules and guards caught."""
        from tuimail.engine.after.near_misses import NearMisses

        return NearMisses(self._after, self._clock)

    @cached_property
    def incidents(self) -> "Incidents":
        """The records of misdirected mail."""
        from tuimail.engine.after.incidents import Incidents
        from tuimail.engine.after.practice import Practice

        return Incidents(
            self._after,
            self.outbox,
            self.drafts,
            self.contacts,
            self._files,
            self._clock,
            self._ids,
            self._newsroom,
            self._practice() if self._practice else Practice(),
        )

    @cached_property
    def corrections(self) -> "Corrections":
        """Mail that puts sent mail right."""
        from tuimail.engine.after.corrections import Corrections
        from tuimail.engine.after.originals import Originals

        originals = Originals(self._accounts, self.sent, self.mailbox, self._store, self._cache, self._clock)
        return Corrections(
            self._accounts, self.drafts, originals, self._items, self._store, self._ids, self._shelf
        )

    @property
    def accounts(self) -> tuple[Account, ...]:
        return tuple(self._accounts.values())

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear all news from now on, on the engine's loop; the answer stops it."""
        return self._newsroom.listen(listener)

    def now(self) -> Moment:
        return self._clock.now()

    async def start(self, mail: bool = True) -> None:
        """Begin to send and file what is due and, with `mail`, to keep the folders up to date.

        Only somebody who reads mail needs what reads it.
        """
        self._reads = mail
        if mail:
            self._loop(asyncio.to_thread(_warm), "warm")
            self._loop(self.follow.screen(), "folder on screen")
            self._loop(self.opening.tidy(), "tidy")
            await self._take_up()
        self._loop(self._sender.run(), "sender")
        self._loop(self._look_at_rules(), "rules")
        self._loop(self._watch_after(), "after")
        self._filing = {account.name: asyncio.Lock() for account in self.accounts}
        for account in self.accounts:
            self._loop(self._file(account), f"file {account.name}")
            if account.keeper is not None:
                self._loop(self._follow_kept(account), f"kept {account.name}")
            if mail:
                self._loop(self._replay.run(account), f"changes {account.name}")
                self._loop(self._tidy(account), f"drafts {account.name}")
                self._loop(self.follow.inbox(account), f"inbox {account.name}")
                self._loop(self.follow.others(account), f"folders {account.name}")
                self._loop(self._prefetch.run(account), f"bodies {account.name}")
            if mail and self._notify:
                self._loop(self._notify.run(account.name), f"notify {account.name}")

    async def stop(self) -> None:
        """Let another process send. What is asked of the outbox is answered all the same; `start` goes on."""
        await self._end()
        self._sender.hand_over()
        self._replay.hand_over()

    async def close(self) -> None:
        """Let the attempt under way finish, for a few seconds; then stop everything."""
        await self._end()
        await asyncio.gather(
            *(way.close() for a in self.accounts for way in (a.source, a.submitter, a.keeper) if way)
        )
        self._sender.hand_over()
        self._replay.hand_over()
        await asyncio.gather(
            self._store.close(), self._cache.close(), self._changes.close(), self._after.close()
        )

    async def failure(self) -> None:
        """Waits until a loop fails, which nothing expected, and raises what it raised."""
        loops = tuple(self._loops)
        await asyncio.wait(loops, return_when=asyncio.FIRST_EXCEPTION)
        for loop in loops:
            if loop.done() and not loop.cancelled():
                loop.result()

    async def _end(self) -> None:
        """End the loops; what is being sent or filed is given some seconds, and nothing new begins.

        What falls due while a copy is still being filed is sent here, since nobody else could send it yet.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                for filing in self._filing.values():
                    await filing.acquire()
        await self._sender.close()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops.clear()
        self._filing.clear()

    def _loop(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._loops.append(asyncio.create_task(work, name=name))

    def _turn_of_person(self, account: str) -> AbstractAsyncContextManager[None]:
        return self.sync.turns(account).turn(Urgency.PERSON)

    async def _taken_back(self, item: Item) -> None:
        await self.near_misses.taken_back(item)

    async def _take_up(self) -> None:
        """What was done to messages and waits for the servers, before these are asked for anything."""
        try:
            await self.triage.load()
        except TuimailError as error:
            self._newsroom.announce(Notice(line(str(error))))

    async def _tidy(self, account: Account) -> None:
        await self.follow.met(account.name)
        await tidied(self.drafts.copies, account)

    async def _watch_after(self) -> None:
        """What left is recorded, and its reports and receipts found; the first list does not wait for it."""
        await self._clock.sleep(AFTER_STARTS)
        await asyncio.to_thread(import_module, "tuimail.engine.after.watch")
        from tuimail.engine.after.watch import Watch

        parts = self._accounts, self.sync.home, self.sent, self.recalls, self.receipts, self._after
        await Watch(*parts, self._newsroom, self._clock, self._reads).run()

    async def _look_at_rules(self) -> None:
        if trouble := await self.checks.trouble():
            self._newsroom.announce(Notice(line(trouble)))

    async def _file(self, account: Account) -> None:
        """Copies for Sent wait for the mail that is leaving, but not for ever."""
        waited = 0.0
        while True:
            if self._sender.here and (waited >= FILING_WAITS or not self._sender.is_at_work(account.name)):
                waited = 0.0
                try:
                    changed = await self._filed(account)
                    for name, folder in changed if self._reads else ():
                        await self.mailbox.sync(name, folder)
                except TuimailError as error:
                    self._newsroom.announce(Notice(line(str(error))))
            await self._clock.sleep(FILING_EVERY)
            waited += FILING_EVERY

    async def _filed(self, account: Account) -> tuple[Place, ...]:
        async with self._filing[account.name]:
            return (*await self._finder.round(account), *await self._filer.round(account))

    async def _follow_kept(self, account: Account) -> None:
        """Ask the server about the mail it keeps, while this process is the one that sends."""
        while True:
            if self._sender.here:
                try:
                    await self._keeping.round(account)
                except TuimailError as error:
                    self._newsroom.announce(Notice(line(str(error))))
            await self._clock.sleep(KEPT_EVERY)


def _warm() -> None:
    import tuimail.mail.letter.compose
    import tuimail.mail.letter.parse
    import tuimail.mail.letter.reply  # noqa: F401
