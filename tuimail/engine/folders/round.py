"""One synchronisation of one folder: what `mail.folder.plan` says, in batches that stand on their own."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

from msgspec.structs import replace

from tuimail.engine.deeds.overlay import Overlay
from tuimail.engine.folders.ahead import ahead
from tuimail.engine.folders.carry import Carry
from tuimail.engine.folders.progress import Report
from tuimail.engine.folders.turns import Turns, Urgency
from tuimail.mail.folder import plan
from tuimail.mail.folder.folder import Listing
from tuimail.mail.folder.plan import Deeds, Plan
from tuimail.mail.folder.sync import LAST, Look, Mark, Stretch
from tuimail.mail.letter.envelope import Envelope
from tuimail.ports import MailCache, MailSource

T = TypeVar("T")

FIRST_PAGE = 100
BATCH = 500
"""So many envelopes are asked for and kept at a time: what a kill costs at most."""

NO_MORE = Stretch(0, 0, {})

Batches = AsyncGenerator[tuple[Envelope, ...], None]


class Halt(Exception):  # noqa: N818 (somebody asked for it)
    """A person stopped the round; it goes on with the next one."""


class FolderRound:
    """Made for one `run`. `urgency` and `stopped` may be set while it runs.

    The mark is kept after all that came before it is in the cache: a round that was cut, by whatever,
    is begun again where it has to be. Where something is not shown as the server has it, and may be taken
    back, the next round compares everything.
    """

    def __init__(
        self,
        folder: str,
        source: MailSource,
        cache: MailCache,
        turns: Turns,
        report: Report,
        pending: Overlay,
        urgency: Urgency,
    ) -> None:
        self._account, self._folder = report.account, folder
        self._source, self._cache, self._turns = source, cache, turns
        self._report, self._pending = report, pending
        self.urgency = urgency
        self.stopped = False
        self.came: list[Envelope] = []
        self._veiled = False
        self._end: Mark | None = None

    async def run(self) -> None:
        """Make the cache agree with the folder; `came` are then the unread messages that came.

        Raises MailboxError, and Halt when it was stopped; what was fetched until then stays.
        """
        with self._pending.looking(self._account, self._folder):
            try:
                await self._run()
            finally:
                self._report.end()

    async def _run(self) -> None:
        reached = await self._cache.reached(self._account, self._folder)
        if reached is None:
            await self._first_page()
        look = await self._ask(self._source.look(self._folder, reached))
        kind = plan.kind(reached, look)
        await self._bring(kind, look)
        if reached is not None and kind in (plan.Round.CHANGES, plan.Round.NOTHING):
            await self._drop_passing(reached, look)
        self._veiled |= self._pending.doubted(self._account, self._folder)
        if self._veiled or look.mark != reached:
            mark = None if self._veiled else self._end or look.mark
            await self._cache.reach(self._account, self._folder, mark)

    async def _bring(self, kind: plan.Round, look: Look) -> None:
        if kind is plan.Round.CHANGES:
            self._report.expect(len(look.flags))
            self._veiled |= not self._untold().isdisjoint((*look.flags, *look.gone))
            await self._drop(look.gone, seen_to_go=True)
            await self._keep(self._changes(look))
        elif kind is not plan.Round.NOTHING:
            self._report.expect(look.mark.total)
            carry = await self._begin_anew() if kind is plan.Round.ANEW else None
            if carry is not None:
                await self._keep(self._whole(look.mark, dropping=False), carry)
            await self._keep(self._whole(look.mark))

    async def _first_page(self) -> None:
        """What a person sees first, before anything is compared."""
        newest = await self._ask(self._source.newest(self._folder, FIRST_PAGE))
        await self._put(newest)

    async def _begin_anew(self) -> Carry:
        """All uids are others now. The rows stay on screen until their successors are known."""
        self._report.renumbered()
        carry = await Carry.of(self._cache, self._account, self._folder)
        await self._cache.reach(self._account, self._folder, None)
        return carry

    async def _drop_passing(self, reached: Mark, look: Look) -> None:
        """What we ourselves brought here and others took away again, all of it since the mark.

        A look speaks of what went of the messages it knew, and of what came and is there.
        """
        if 0 < reached.next < look.mark.next:
            known = await self._known(reached.next, look.mark.next - 1)
            await self._drop(tuple(uid for uid in known.flags if uid not in look.flags))

    async def _keep(self, batches: Batches, carry: Carry | None = None) -> None:
        async with aclosing(ahead(batches)) as coming:
            async for envelopes in coming:
                self.came += await self._put(envelopes, carry)
                if self.stopped:
                    raise Halt

    async def _changes(self, look: Look) -> Batches:
        for piece in await asyncio.to_thread(plan.pieces, look):
            known = await self._known(piece.first, piece.last)
            todo = await self._planned(plan.changed, known, Listing(piece.flags))
            async for envelopes in self._fetched(todo, len(piece.flags)):
                yield envelopes

    async def _whole(self, mark: Mark, dropping: bool = True) -> Batches:
        """All that has to be fetched. The stretches leave no gap, and none is below the last one.

        What was filed after the mark was taken is for the next round.
        """
        above, taken = mark.next or LAST, dict[str, frozenset[str]]()
        stretches = self._source.stretches(self._folder)
        while (stretch := await self._ask(anext(stretches, NO_MORE))) is not NO_MORE:
            known = await self._known(stretch.first, max(above - 1, stretch.last))
            async for envelopes in self._compared(known, stretch, taken, dropping):
                yield envelopes
            above = min(above, stretch.first)
            taken |= stretch.flags if stretch.part else {}
            self._end = stretch.mark or self._end
            self._veiled |= bool(self._untold())
        self._veiled |= bool(self._untold())
        if dropping and above > 0:
            await self._drop(tuple((await self._known(0, above - 1)).flags))

    async def _compared(
        self, known: Listing, stretch: Stretch, taken: dict[str, frozenset[str]], dropping: bool
    ) -> Batches:
        """A part says nothing of what it has not. What was `taken` with one may be on its way to the cache.

        Where some of that went before the end, the next round compares everything.
        """
        planned = plan.changed if stretch.part else plan.plan
        todo = await self._planned(planned, known, Listing(stretch.flags))
        if dropping:
            await self._drop(todo.drop)
        self._veiled |= not stretch.part and not taken.keys() <= stretch.flags.keys()
        fresh = tuple(uid for uid in todo.fetch if taken.get(uid) != stretch.flags[uid])
        compared = len(stretch.flags.keys() - taken.keys())
        async for envelopes in self._fetched(replace(todo, fetch=fresh), compared):
            yield envelopes

    async def _planned(
        self, planned: Callable[[Listing, Listing, Deeds], Plan], known: Listing, there: Listing
    ) -> Plan:
        """What there is to do, its flags done."""
        async with self._pending.lock:
            todo = planned(known, there, self._deeds())
            self._veiled |= not self._untold().isdisjoint(there.flags)
            if todo.reflag:
                await self._cache.reflag(self._account, self._folder, todo.reflag)
                self._report.changed()
        return todo

    async def _fetched(self, todo: Plan, compared: int) -> Batches:
        self._report.compared(compared - len(todo.fetch))
        for start in range(0, len(todo.fetch), BATCH):
            uids = todo.fetch[start : start + BATCH]
            yield await self._ask(self._source.envelopes(self._folder, uids))
            self._report.fetched(len(uids))

    async def _known(self, first: int, last: int) -> Listing:
        return await self._cache.listing(self._account, self._folder, first, last)

    def _untold(self) -> frozenset[str]:
        return self._pending.untold(self._account, self._folder)

    def _deeds(self) -> Deeds:
        return self._pending.of(self._account, self._folder)

    async def _ask(self, question: Awaitable[T]) -> T:
        """One turn at the source."""
        async with self._turns.turn(self.urgency):
            return await question

    async def _put(self, envelopes: tuple[Envelope, ...], carry: Carry | None = None) -> list[Envelope]:
        """Those that are unread."""
        async with self._pending.lock:
            for before, now in await carry.over(envelopes) if carry is not None else ():
                self._pending.renumbered(before, now)
            shown = plan.as_done(envelopes, self._pending.on(self._account, self._folder, envelopes))
            self._veiled |= len(shown) < len(plan.as_done(envelopes, self._deeds()))
            if shown:
                await self._cache.put(shown)
                await self._pending.recognise(shown, self._cache)
                self._report.changed()
        return [envelope for envelope in shown if not envelope.seen]

    async def _drop(self, uids: tuple[str, ...], seen_to_go: bool = False) -> None:
        """What came here by our own doing meanwhile stays: what was asked before may not know it.

        Unless the server says in so many words that it went: it will not say so again.
        """
        arrived = frozenset() if seen_to_go else self._pending.arrived(self._account, self._folder)
        if gone := tuple(uid for uid in uids if uid not in arrived):
            await self._cache.drop(self._account, self._folder, gone)
            self._report.changed()
