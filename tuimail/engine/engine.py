"""The engine: what a front end may ask, and the loops that run behind it.

What reads and writes MIME is loaded after the start, or by whoever needs it sooner: the first list needs
none of it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tuimail.engine.account import Account, Accounts
from tuimail.engine.after.doors import Doors
from tuimail.engine.aftercare import Aftercare
from tuimail.engine.deeds.ledger import Ledger
from tuimail.engine.deeds.pending import Pending
from tuimail.engine.deeds.replay import Replay
from tuimail.engine.deeds.triage import Triage
from tuimail.engine.disk import Disk
from tuimail.engine.folders.follow import Follow
from tuimail.engine.folders.mailbox import Mailbox
from tuimail.engine.folders.notify import Notify
from tuimail.engine.folders.prefetch import Prefetch
from tuimail.engine.folders.search import Search
from tuimail.engine.folders.sync import Sync
from tuimail.engine.folders.turns import Urgency
from tuimail.engine.news import Listener, Newsroom, Notice
from tuimail.engine.opening import NoOpener, Opening
from tuimail.engine.reading import Reading
from tuimail.engine.sending.checks import Checks
from tuimail.engine.sending.filing import Filing
from tuimail.engine.sending.items import Items
from tuimail.engine.sending.keeping import Keeping
from tuimail.engine.sending.outbox import Outbox
from tuimail.engine.sending.post import Post
from tuimail.engine.sending.sender import Sender
from tuimail.engine.sending.sending import Sending
from tuimail.engine.sending.stops import Stops
from tuimail.engine.writing.contacts import Contacts
from tuimail.engine.writing.copies import tidied
from tuimail.engine.writing.drafts import Drafts, Writing
from tuimail.engine.writing.invitations import Invitations
from tuimail.mail.errors import TuimailError
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.safe import line
from tuimail.ports import Clock, Ids, Opener

if TYPE_CHECKING:
    from tuimail.engine.after.corrections import Corrections
    from tuimail.engine.after.incidents import Incidents
    from tuimail.engine.after.near_misses import NearMisses
    from tuimail.engine.after.recalls import Recalls
    from tuimail.engine.after.receipts import Receipts
    from tuimail.engine.after.sent import SentMails

PATIENCE = 3.0
AFTER_STARTS = 2.0


class Engine:
    """Everything behind a screen or a command. Made by `wiring`, started and closed by the front end.

    `sending` says how mail leaves, `writing` what the composer works with, `reading` what is fetched for
    later and who is told of new mail, `aftercare` what is done about mail that left. Without an `opener`
    nothing that is in a message is opened.
    """

    def __init__(
        self,
        accounts: Accounts,
        disk: Disk,
        clock: Clock,
        ids: Ids,
        sending: Sending,
        writing: Writing = Writing(),  # noqa: B008 (it is frozen)
        reading: Reading = Reading(),  # noqa: B008 (it is frozen)
        aftercare: Aftercare = Aftercare(),  # noqa: B008 (it is frozen)
        opener: Opener | None = None,
    ) -> None:
        self._accounts, self._disk, self._clock = accounts, disk, clock
        self._loops: list[asyncio.Task[None]] = []
        self._newsroom = news = Newsroom()
        items, stops = Items(disk.outbox, news), Stops(disk.outbox, news)
        post = Post(items, stops, clock, ids, news, sending.owner, sending.late_after)
        self._sender = Sender(accounts, post, disk.outbox, disk.sending)
        self._keeping = Keeping(accounts, items, clock, ids, news)
        self.checks = Checks(sending.undo_seconds, accounts, items, disk.cache, clock, sending.rules)
        ways = self._sender, self._keeping, self.checks, clock, ids, writing.habits.flowed
        self.outbox = Outbox(accounts, items, stops, disk, *ways, self._taken_back)
        pending = Pending(disk.changes)
        self.sync = Sync(accounts, disk.cache, news, clock, pending, bell=reading.bell)
        told = clock, ids, news, self._turn_of_person, self.sync.folder
        self._replay = Replay(pending, disk.changes, disk.cache, disk.replaying, *told)
        ledger = Ledger(pending, disk.changes, disk.cache, clock, ids, news, self._replay.wake)
        self.triage = Triage(ledger, pending, disk.cache, ids, self._replay)
        self.follow = Follow(accounts, self.sync, news, clock, ids)
        self._prefetch = Prefetch(disk.cache, self.sync, self.follow, news, clock, reading.bodies)
        self._notify = Notify(reading.notifier, news, clock) if reading.notifier else None
        self.mailbox = Mailbox(accounts, disk.cache, self.sync)
        self._filing = Filing(accounts, items, disk, self._sender, news, clock, ids, self.mailbox.sync)
        self.search = Search(accounts, disk.cache, news, self.sync)
        self.drafts = Drafts(accounts, self.mailbox, disk.outbox, disk.files, clock, ids, writing)
        self.contacts = Contacts(disk.cache, writing.books)
        self.opening = Opening(self.mailbox, disk.files, opener or NoOpener())
        self.invitations = Invitations(accounts, clock, ids)
        rooms = self.outbox, self.drafts, self.mailbox, self.contacts, self.sync
        self._after = Doors(accounts, disk, clock, ids, news, items, *rooms, aftercare)

    @property
    def sent(self) -> "SentMails":
        """What left from here."""
        return self._after.sent

    @property
    def recalls(self) -> "Recalls":
        """Asking for delivered mail, and what came of it."""
        return self._after.recalls

    @property
    def receipts(self) -> "Receipts":
        """What recipients' programs and servers said became of a mail."""
        return self._after.receipts

    @property
    def near_misses(self) -> "NearMisses":
        """What undo, rules and guards caught."""
        return self._after.near_misses

    @property
    def incidents(self) -> "Incidents":
        """The records of misdirected mail."""
        return self._after.incidents

    @property
    def corrections(self) -> "Corrections":
        """Mail that puts sent mail right."""
        return self._after.corrections

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
        if mail:
            self._loop(asyncio.to_thread(_warm), "warm")
            self._loop(self.follow.screen(), "folder on screen")
            self._loop(self.opening.tidy(), "tidy")
            await self._take_up()
        self._loop(self._sender.run(), "sender")
        self._loop(self._look_at_rules(), "rules")
        self._loop(self._watch_after(mail), "after")
        for account in self.accounts:
            self._loop(self._filing.run(account, mail), f"file {account.name}")
            if account.keeper is not None:
                self._loop(self._keeping.run(account, lambda: self._sender.here), f"kept {account.name}")
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
        await self._disk.close()

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
                await self._filing.settle()
        await self._sender.close()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops.clear()
        self._filing.reopen()

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

    async def _watch_after(self, reads: bool) -> None:
        """What left is recorded, and its reports and receipts found; the first list does not wait for it."""
        await self._clock.sleep(AFTER_STARTS)
        await asyncio.to_thread(import_module, "tuimail.engine.after.watch")
        await self._after.watch(reads).run()

    async def _look_at_rules(self) -> None:
        if trouble := await self.checks.trouble():
            self._newsroom.announce(Notice(line(trouble)))


def _warm() -> None:
    import tuimail.mail.letter.compose
    import tuimail.mail.letter.parse
    import tuimail.mail.letter.reply  # noqa: F401
