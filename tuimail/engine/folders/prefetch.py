"""Bodies of recent mail, fetched while nobody waits for anything: to read offline, and to search."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

from msgspec import Struct

from tuimail.engine.account import Account
from tuimail.engine.folders.ahead import ahead, overlapped
from tuimail.engine.folders.follow import Follow
from tuimail.engine.folders.sync import Sync
from tuimail.engine.folders.turns import Urgency
from tuimail.engine.news import FolderChanged, News, Newsroom
from tuimail.engine.places import Place
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.gist import Gist
from tuimail.ports import Clock, MailCache

DAY = 86_400.0
WINDOW = 1_000
MOST = 100
MOST_BYTES = 4 << 20
"""What is asked for at a time, in messages and in bytes."""

AGAIN_AFTER = 5.0
"""New mail is waited for so long, so that what came together is fetched together."""

ORDER = (Role.INBOX, Role.SENT, Role.ARCHIVE, Role.NONE)

Bodies = tuple[tuple[str, bytes], ...]
Read = list[tuple[Ref, bytes, Gist]]


class BodyLimits(Struct, frozen=True):
    """Of mail that came in the last `days` (0 for none), what is at most `largest` bytes long."""

    days: float = 0.0
    largest: int = 2_000_000


class Prefetch:
    """Newest first, folder by folder; the inbox goes before the others. Junk and trash are left out."""

    def __init__(
        self,
        cache: MailCache,
        sync: Sync,
        follow: Follow,
        newsroom: Newsroom,
        clock: Clock,
        limits: BodyLimits,
    ) -> None:
        self._cache, self._sync, self._follow = cache, sync, follow
        self._clock, self._limits = clock, limits
        self._passed: defaultdict[Place, set[str]] = defaultdict(set)
        self._stirred: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        newsroom.listen(self._hear)

    async def run(self, account: Account) -> None:
        """All that is missing now, and again whenever something came. Ends at once when nothing is wanted."""
        stirred, link = self._stirred[account.name], self._follow.link(account.name)
        while self._limits.days:
            await self._follow.met(account.name)
            stirred.clear()
            try:
                await self.round(account)
            except MailboxError:
                await link.rest()
                continue
            await stirred.wait()
            await self._clock.sleep(AGAIN_AFTER)

    async def round(self, account: Account) -> None:
        """Fetch what is missing of an account. Raises MailboxError, after the folders that could be read."""
        folders = await self._cache.folders(account.name)
        trouble: MailboxError | None = None
        for folder in sorted((f for f in folders if f.role in ORDER), key=_place):
            try:
                while wanted := await self._wanted(folder):
                    await self._fetch(account, folder, wanted)
            except MailboxError as error:
                trouble = error
        if trouble is not None:
            raise trouble

    async def _wanted(self, folder: Folder) -> list[Envelope]:
        """The newest whose bodies are not kept, but for those that were tried already or are too large."""
        passed = self._passed[folder.account, folder.name]
        since = self._clock.now().wall - self._limits.days * DAY
        most = WINDOW + len(passed)
        found = await self._cache.bodiless(folder.account, folder.name, since, most)
        passed |= {each.ref.uid for each in found if each.size > self._limits.largest}
        return [each for each in found if each.ref.uid not in passed]

    async def _fetch(self, account: Account, folder: Folder, wanted: Sequence[Envelope]) -> None:
        """Three things at a time: some are fetched, those before are read through, those before are kept."""
        missing = {envelope.ref.uid for envelope in wanted}

        async def keep(bodies: Read) -> None:
            await self._cache.put_bodies(bodies)
            missing.difference_update(ref.uid for ref, _, _ in bodies)

        async with aclosing(ahead(self._read(account, folder, wanted))) as coming:
            await overlapped(coming, keep)
        self._passed[folder.account, folder.name] |= missing

    async def _read(
        self, account: Account, folder: Folder, wanted: Sequence[Envelope]
    ) -> AsyncGenerator[Read, None]:
        async with aclosing(ahead(self._bodies(account, folder, wanted))) as coming:
            async for bodies in coming:
                yield await asyncio.to_thread(_with_gists, folder, bodies)

    async def _bodies(
        self, account: Account, folder: Folder, wanted: Sequence[Envelope]
    ) -> AsyncGenerator[Bodies, None]:
        for uids in _batches(wanted):
            await self._sync.calm(account.name)
            async with self._sync.turns(account.name).turn(Urgency.LATER):
                bodies = await account.source.bodies(folder.name, uids)
            yield bodies

    def _hear(self, news: News) -> None:
        if isinstance(news, FolderChanged):
            self._stirred[news.account].set()


def _with_gists(folder: Folder, bodies: Bodies) -> Read:
    from tuimail.mail.letter.gist import gist

    return [(Ref(folder.account, folder.name, uid), raw, gist(raw)) for uid, raw in bodies]


def _batches(envelopes: Sequence[Envelope]) -> Iterator[list[str]]:
    """Their uids, some at a time."""
    batch: list[str] = []
    size = 0
    for envelope in envelopes:
        if batch and (len(batch) >= MOST or size + envelope.size > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(envelope.ref.uid)
        size += envelope.size
    if batch:
        yield batch


def _place(folder: Folder) -> int:
    return ORDER.index(folder.role)
