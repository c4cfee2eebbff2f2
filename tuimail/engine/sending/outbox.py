"""What a front end may do with the outbox."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from msgspec.structs import replace

from tuimail.engine.account import Account, Accounts
from tuimail.engine.disk import Disk
from tuimail.engine.sending.checks import Checks
from tuimail.engine.sending.items import Items
from tuimail.engine.sending.keeping import Keeping
from tuimail.engine.sending.sender import Sender
from tuimail.engine.sending.stops import Stops
from tuimail.engine.writing.finishing import stamp, with_files
from tuimail.mail.errors import DraftError
from tuimail.mail.hold.batch import last_batch
from tuimail.mail.hold.hold import hold
from tuimail.mail.hold.item import Entry, Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move, later, pause, queue, release, reschedule, resolve, undo, unpause
from tuimail.mail.hold.stop import Stop
from tuimail.mail.letter.address import unique
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.submission import Submission
from tuimail.mail.rule.decision import Decision, allowed, scheduled, unattended
from tuimail.mail.when.schedule import Schedule
from tuimail.ports import Clock, Ids

UNFINISHED = {State.WAITING, State.PAUSED, State.SENDING}


class Outbox:
    """Queue, take back, send now. Whatever it answers is on disk by then."""

    def __init__(
        self,
        accounts: Accounts,
        items: Items,
        stops: Stops,
        disk: Disk,
        sender: Sender,
        keeping: Keeping,
        checks: Checks,
        clock: Clock,
        ids: Ids,
        flowed: bool = False,
        caught: Callable[[Item], Awaitable[None]] | None = None,
    ) -> None:
        self._flowed = flowed
        self._caught = caught
        self._accounts = accounts
        self._items = items
        self._stops = stops
        self._store = disk.outbox
        self._sender = sender
        self._keeping = keeping
        self._checks = checks
        self._files = disk.files
        self._clock = clock
        self._ids = ids

    @property
    def sending_here(self) -> bool:
        """Whether it is this process that sends."""
        return self._sender.here

    async def weigh(self, draft: Draft) -> Decision:
        """What the rules say of the draft as it stands."""
        return await self._checks.decide(draft)

    async def send(self, draft: Draft, confirmed: bool = False) -> Item:
        """Freeze the draft and queue it. Raises DraftError, OutboxError; then the draft stays as it was.

        `confirmed` says that a person agreed to what a rule asks; without it that is a ConfirmError.
        """
        from tuimail.mail.letter.compose import freeze

        account = self._account(draft.account)
        decision = allowed(await self._checks.decide(draft), confirmed)
        wished = replace(draft, receipts=draft.receipts or decision.receipts)
        whole = await with_files(wished, self._files)
        sender = account.sender(draft)
        mark = stamp(sender.spec, self._clock, self._ids)
        submission = await asyncio.to_thread(freeze, whole, sender, mark, self._flowed)
        return await self._queue(whole, submission, decision)

    async def send_raw(
        self,
        account: str,
        raw: bytes,
        sender: str = "",
        recipients: tuple[str, ...] = (),
        *,
        schedule: Schedule | None = None,
        batch: str = "",
        confirmed: bool = False,
    ) -> Item:
        """Queue a message that is already written; `recipients` are taken from its header when empty.

        `batch` is the same for all that one call of a program sends off. Raises as `send`; what a rule asks
        a person and nobody can be asked about is paused.
        """
        from tuimail.mail.letter.compose import draft_of, freeze_raw

        own = self._account(account)
        submission = freeze_raw(
            raw, sender or own.address.spec, recipients, stamp(own.address.spec, self._clock, self._ids)
        )
        draft = replace(draft_of(raw, self._ids.item(), own.name), schedule=schedule)
        decision = unattended(await self._checks.decide(draft, submission.recipients), confirmed)
        return await self._queue(draft, submission, decision, batch)

    def known(self) -> tuple[Item, ...]:
        """The items as last heard of, newest first; for painting."""
        return self._items.all()

    def stops(self) -> tuple[Stop, ...]:
        """The accounts whose mail waits for a person to act, as last heard of."""
        return self._stops.all()

    async def damage(self, told: bool) -> str:
        """What of the outbox was damaged and kept, in one line; `told` says that a person hears it now."""
        return await (self._store.damage_report() if told else self._store.untold())

    async def items(self) -> tuple[Item, ...]:
        """The items as they are on disk, newest first."""
        await self._items.load()
        await self._stops.load()
        return self._items.all()

    async def held(self) -> tuple[Item, ...]:
        """The items that are still on this computer and meant to leave, newest first."""
        return tuple(item for item in await self.items() if item.state in UNFINISHED and not item.handle)

    async def item(self, item_id: str) -> Item | None:
        return await self._items.fresh(item_id)

    async def trail(self, item_id: str) -> tuple[Entry, ...]:
        """What happened to the item, oldest first."""
        return await self._store.trail(item_id)

    async def wire(self, item_id: str) -> bytes:
        """The frozen bytes."""
        return (await self._store.submission(item_id)).wire

    async def undo(self, item_id: str | None = None, caught: bool = True) -> Draft | None:
        """Take back the item, or the newest that can be; its draft, which is among the local drafts again.

        None when there is nothing to take back, or the message has begun to leave. One that a server keeps
        is asked back from it. `caught` says that this may be a near miss, which is counted. Raises
        OutboxError, and for that MailboxError.
        """
        item = await self._items.fresh(item_id) if item_id else await self._newest()
        if item is not None and item.handle:
            return await self._counted(item, await self._keeping.unsend(item.id), caught)
        while item is not None and (move := undo(item, self._clock.now())):
            draft = await self._items.take_back(move)
            if draft is not None:
                return await self._counted(item, draft, caught)
            before, item = item.version, await self._items.fresh(item.id)
            if item is not None and item.version == before:
                return None
        return None

    async def batch(self) -> tuple[Item, ...]:
        """The newest held item that can be taken back, and all that one call of a program sent off with it.

        Oldest first; those that have left are among them.
        """
        return last_batch(await self.items())

    async def undo_batch(self) -> tuple[Draft, ...]:
        """Take back all of `batch` that can be, what a server keeps last.

        Raises as `undo`; what was taken back by then stays so.
        """
        together = sorted(await self.batch(), key=lambda item: bool(item.handle))
        taken = [await self.undo(item.id) for item in together]
        return tuple(draft for draft in taken if draft is not None)

    async def now(self, item_id: str) -> bool:
        """End the wait, or try a failed one again; False when it is past that. A stopped account goes on."""
        if not await self._move(item_id, release):
            return False
        item = self._items.get(item_id)
        if item is not None:
            await self.go(item.account)
        return True

    async def go(self, account: str) -> None:
        """Try the mail of a stopped account again."""
        await self._stops.load()
        await self._stops.go(account)
        self._sender.hurry(account)

    async def later(self, item_id: str, seconds: float) -> bool:
        """Wait so much longer; False when it is past that."""
        return await self._move(item_id, partial(later, seconds=seconds))

    async def reschedule(self, item_id: str, schedule: Schedule) -> bool:
        """Leave at another time; False when it is past that."""
        return await self._move(item_id, partial(reschedule, schedule=schedule))

    async def pause(self, item_id: str) -> bool:
        """Rest until it is released; False when it does not wait."""
        return await self._move(item_id, pause)

    async def release(self, item_id: str) -> bool:
        """A paused one waits for the undo window, then leaves; False when it is not paused."""
        return await self._move(item_id, partial(unpause, seconds=self._checks.undo_seconds))

    async def settle(self, item_id: str, sent: bool) -> bool:
        """The person's answer about an unsure item: it was sent, or send the same bytes again."""
        why = "sent, says the user" if sent else "sent again by the user, the same bytes"

        return await self._move(item_id, lambda item, now: resolve(item, now, sent, why))

    async def delete(self, item_id: str) -> bool:
        """Forget a finished or failed item and its text; False for one that is still to leave."""
        item = await self._items.fresh(item_id)
        if item is None or item.state in UNFINISHED or not await self._store.delete(item):
            return False
        self._items.forget(item_id)
        return True

    async def _move(self, item_id: str, decide: Callable[[Item, Moment], Move | None]) -> bool:
        while (item := await self._items.fresh(item_id)) is not None:
            move = decide(item, self._clock.now())
            if move is None:
                return False
            if await self._items.commit(move):
                self._sender.wake()
                return True
        return False

    async def _counted(self, item: Item, draft: Draft | None, caught: bool) -> Draft | None:
        """The draft; who counts near misses is told of the item as it was before."""
        if draft is not None and caught and self._caught is not None:
            await self._caught(item)
        return draft

    async def _newest(self) -> Item | None:
        return next((i for i in await self.held() if i.can_be_taken_back), None)

    async def _queue(self, draft: Draft, submission: Submission, decision: Decision, batch: str = "") -> Item:
        now = self._clock.now()
        people = unique((*submission.recipients, *decision.bcc))
        wished = submission.receipts or decision.receipts
        submission = replace(submission, recipients=people, receipts=wished)
        held = hold(decision, scheduled(draft.schedule, decision), now)
        item, entry = queue(self._ids.item(), draft, submission, held, now, batch)
        await self._store.add(item, submission, draft, entry)
        self._items.know(item)
        self._sender.wake()
        return item

    def _account(self, name: str) -> Account:
        if name not in self._accounts:
            raise DraftError(f"There is no account {name!r}. Nothing was queued; choose another account.")
        return self._accounts[name]
