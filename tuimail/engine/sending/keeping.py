"""Mail that a server keeps until its time: handed over, followed, asked back."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

from tuimail.engine.account import Account, Accounts
from tuimail.engine.news import Newsroom, Notice
from tuimail.engine.sending.items import Items
from tuimail.mail.errors import MailboxError, OutboxError, TuimailError
from tuimail.mail.hold import kept
from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.keeping import Whereabouts
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move
from tuimail.mail.hold.outcome import Denied, Outcome, Refused
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.submission import Submission
from tuimail.ports import BodyNext, Clock, Ids, Keeper

EVERY = 1.0
NO_CODE = 0
NO_KEEPER = "no server of this account keeps mail for later"


async def hand_in(
    account: Account,
    item: Item,
    submission: Submission,
    body_next: BodyNext,
    now: Moment,
) -> Outcome:
    """To the server that sends it, or to the one that keeps it: `kept.settled` says what follows.

    Mail that is to be kept is never sent here: where it can't be, it is refused, and waits for its time. A
    login that the keeper refuses is no reason to stop the account.
    """
    if not kept.is_for_server(item) or item.schedule is None:
        return await account.submitter.submit(submission, body_next)
    if account.keeper is None:
        return Refused(NO_CODE, NO_KEEPER)
    if kept.too_soon(item, now):
        return Refused(NO_CODE, "its time is too near to hand it over")
    outcome = await account.keeper.hand_over(submission, item.schedule.at, body_next)
    return Refused(outcome.code, outcome.text) if isinstance(outcome, Denied) else outcome


class Keeping:
    """Follows what servers keep, in the process that sends; asks for it back in any."""

    def __init__(self, accounts: Accounts, items: Items, clock: Clock, ids: Ids, newsroom: Newsroom) -> None:
        self._accounts = accounts
        self._items = items
        self._clock = clock
        self._ids = ids
        self._newsroom = newsroom
        self._kept: dict[str, Item] = {}
        self._tries: dict[str, int] = {}
        self._next: dict[str, float] = {}
        self._said: set[str] = set()
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        items.watch(self._note)

    async def run(self, account: Account, is_here: Callable[[], bool]) -> None:
        """Ask the server now and then, while this process is the one that sends. Never ends."""
        while True:
            if is_here():
                try:
                    await self.round(account)
                except TuimailError as error:
                    self._newsroom.announce(Notice(line(str(error))))
            await self._clock.sleep(EVERY)

    async def round(self, account: Account) -> None:
        """Ask about what is due of this account. A server that can't be asked is left for some time.

        Raises OutboxError.
        """
        if account.keeper is None:
            return
        boot = self._clock.now().boot
        due = [i for i in self._kept.values() if i.account == account.name and self._next[i.id] <= boot]
        for number, item in enumerate(due):
            async with self._asking[account.name]:
                try:
                    await self._look(account.keeper, item)
                except MailboxError as error:
                    self._put_off(due[number:], error)
                    return

    async def unsend(self, item_id: str) -> Draft | None:
        """Ask the server for it; the draft once the server agreed. None when it went out, or nobody keeps it.

        That it was asked for is on disk before, so that the answer counts even when it is heard later.
        Raises OutboxError, and MailboxError when the server keeps it or can't be asked.
        """
        known = await self._items.fresh(item_id)
        async with self._asking[known.account if known else ""]:
            item = await self._wish(item_id)
            if item is None:
                return None
            try:
                where = await self._keeper(item).unsend(item.handle)
            except MailboxError as error:
                raise MailboxError(
                    f"{error}. As far as is known nothing changed: it is on the server."
                ) from error
            return await self._answered(item.id, where)

    async def _wish(self, item_id: str) -> Item | None:
        while (item := await self._items.fresh(item_id)) is not None:
            move = kept.ask_back(item, self._clock.now())
            if move is None:
                return None
            if await self._items.commit(move):
                return move.new
        return None

    async def _answered(self, item_id: str, where: Whereabouts) -> Draft | None:
        if where is Whereabouts.KEPT:
            await self._not_given(item_id, "")
            raise MailboxError("The server does not give it back. Nothing changed: it goes out at its time.")
        while (item := await self._items.fresh(item_id)) is not None:
            move = kept.seen(item, where, self._clock.now())
            if move is None:
                return None
            draft, done = await self._commit(move)
            if done:
                return draft
        return None

    async def _not_given(self, item_id: str, trouble: str) -> None:
        with suppress(OutboxError):
            item = await self._items.fresh(item_id)
            await self._items.commit(kept.not_given(item, self._clock.now(), trouble) if item else None)

    async def _look(self, keeper: Keeper, item: Item) -> None:
        if item.state is State.UNSURE:
            handle = await keeper.find(item)
            now = self._clock.now()
            await self._items.commit(kept.found(item, now, handle) if handle else None)
            self._plan(item, now, self._tries[item.id] + 1)
            return
        where = await keeper.whereabouts(item.handle)
        self._said.discard(item.id)
        now = self._clock.now()
        move = kept.seen(item, where, now)
        if move is not None:
            await self._commit(move)
        self._plan(item, now, self._tries[item.id] + 1 if item.left(now) <= 0 else 0)

    async def _commit(self, move: Move) -> tuple[Draft | None, bool]:
        """The draft that came back, and whether the move was made."""
        if move.new.state is not State.UNDONE:
            return None, await self._items.commit(move)
        draft = await self._items.take_back(move)
        return draft, draft is not None

    def _put_off(self, items: list[Item], error: MailboxError) -> None:
        now = self._clock.now()
        for item in items:
            if item.id not in self._said and item.left(now) <= 0:
                self._said.add(item.id)
                said = f"{error}. Whether “{item.subject}” went out can't be told; asking again."
                self._newsroom.announce(Notice(line(said)))
            self._plan(item, now, self._tries.get(item.id, 0) + 1)

    def _plan(self, item: Item, now: Moment, tries: int) -> None:
        if item.id in self._kept:
            self._tries[item.id] = tries
            self._next[item.id] = now.boot + kept.look_in(item, now, tries, self._ids.jitter())

    def _keeper(self, item: Item) -> Keeper:
        account = self._accounts.get(item.account)
        if account is None or account.keeper is None:
            raise MailboxError(f"{line(item.account)}: {NO_KEEPER}")
        return account.keeper

    def _note(self, item_id: str, item: Item | None) -> None:
        if item is None or not kept.is_in_question(item):
            for known in (self._kept, self._tries, self._next):
                known.pop(item_id, None)
            return
        self._kept[item_id] = item
        self._tries.setdefault(item_id, 0)
        self._next.setdefault(item_id, self._clock.now().boot)
