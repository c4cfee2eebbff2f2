"""Where deeds on messages are written down: on disk, in memory, and in what the cache shows."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from tuimail.engine.deeds.pending import Pending, stations
from tuimail.engine.news import FolderChanged, FoldersChanged, Newsroom
from tuimail.engine.places import Place
from tuimail.mail.folder.change import (
    Change,
    Deed,
    Erased,
    Flagged,
    Labelled,
    Moved,
    coalesced,
    effective,
    hides,
    is_of,
    overlay,
    place,
)
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.ports import ChangeStore, Clock, Ids, MailCache

Wish = tuple[Ref, Deed]
"""A message as it is shown, and what shall be done to it."""

Shown = tuple[Ref, Change]

Pages = dict[Place, tuple[Envelope, ...]]

LOOKED_AT = 500
"""So many of a folder's newest messages are looked at for one that does not stand where it was noted."""


class Ledger:
    """Whatever it answers is on disk by then. Raises OutboxError; then nothing was changed."""

    def __init__(
        self,
        pending: Pending,
        store: ChangeStore,
        cache: MailCache,
        clock: Clock,
        ids: Ids,
        newsroom: Newsroom,
        wake: Callable[[], None],
    ) -> None:
        self._pending = pending
        self._store = store
        self._cache = cache
        self._clock = clock
        self._ids = ids
        self._newsroom = newsroom
        self._wake = wake

    async def load(self) -> None:
        """Take over what is on disk, and have the cache show it, also after a crash or without a cache."""
        async with self._pending.lock:
            await self._pending.load()
            standing = {stray: await self._cache.envelope(stray) for stray in await self._cache.strays()}
            shown: list[Shown] = []
            pages: Pages = {}
            for chain in self._pending.all():
                here = await self._where(chain, standing, pages)
                standing.pop(here, None)
                shown += _again(chain, here)
            await self._forget(list(standing))
            await self._show(sorted(shown, key=lambda each: hides((each[1].deed,))))
        self._wake()

    async def _where(
        self, chain: tuple[Change, ...], strays: dict[Ref, Envelope | None], pages: Pages
    ) -> Ref:
        """Where the cache has the message: a crash may have come before that was written down, or after."""
        *others, noted = stations(chain)
        if await self._cache.envelope(noted) is not None:
            return noted
        for ref, envelope in strays.items():
            if ref.folder == place(chain) and envelope is not None and is_of(chain[0], envelope):
                await self._note(chain, noted, ref)
                return ref
        for envelope in await self._newest((noted.account, place(chain) or noted.folder), pages):
            if self._pending.kin(envelope) == chain:
                await self._note(chain, noted, envelope.ref)
                return envelope.ref
        return next((ref for ref in others if ref in strays), noted)

    async def _newest(self, where: Place, pages: Pages) -> tuple[Envelope, ...]:
        """Among them the message may stand that the server brought, or renumbered, before the crash."""
        if where not in pages:
            pages[where] = await self._cache.page(View(*where), 0, LOOKED_AT)
        return pages[where]

    async def _note(self, chain: tuple[Change, ...], before: Ref, now: Ref) -> None:
        """The last move of the chain took the message there."""
        last = next((each for each in reversed(chain) if isinstance(each.deed, Moved)), chain[-1])
        noted = replace(last, here=now.uid)
        await self._store.put([noted])
        self._pending.know([noted])
        self._pending.stands(last.ref, before, now)

    async def _forget(self, strays: list[Ref]) -> None:
        """What a crash left under no uid: its account is compared as a whole, for it was taken for known."""
        for account in sorted({ref.account for ref in strays}):
            for folder in await self._cache.folders(account):
                await self._cache.reach(account, folder.name, None)
        for stray in strays:
            await self._cache.settle(stray, "")

    async def add(self, wishes: Iterable[Wish], batch: str) -> tuple[Shown, ...]:
        """Do this as far as it is news to the messages; what was written down, and where each was before."""
        in_order = sorted(dict.fromkeys(wishes), key=lambda wish: hides((wish[1],)))
        async with self._pending.lock:
            done = [each for wish in in_order if (each := await self._change(wish, batch)) is not None]
            changes = [change for _, change in done]
            if changes:
                await self._store.add(changes)
                self._pending.know(changes)
                await self._show(done)
                await self._cancel({change.ref for change in changes})
        self._announce([ref for ref, _ in done], changes)
        self._wake()
        return tuple(done)

    async def _change(self, wish: Wish, batch: str) -> Shown | None:
        ref = self._pending.newest(wish[0])
        envelope = await self._cache.envelope(ref)
        if envelope is None:
            return None
        deed = effective(wish[1], envelope.flags, envelope.labels)
        if deed is None or deed == Moved(ref.folder):
            return None
        await self._pending.recognise([envelope], self._cache)
        return ref, self._made(envelope, deed, batch)

    def _made(self, envelope: Envelope, deed: Deed, batch: str) -> Change:
        return Change(
            id=self._ids.token(),
            ref=self._pending.origin(envelope.ref),
            message_id=envelope.message_id,
            deed=deed,
            batch=batch,
            at=self._clock.now().wall,
            size=envelope.size,
            received=envelope.received,
        )

    async def _show(self, changes: Iterable[Shown]) -> None:
        alike: defaultdict[tuple[Place, Deed], list[Shown]] = defaultdict(list)
        for ref, change in changes:
            alike[(ref.account, ref.folder), change.deed].append((ref, change))
        for (where, deed), group in alike.items():
            await self._show_group(where, deed, group)

    async def _show_group(self, where: Place, deed: Deed, group: list[Shown]) -> None:
        refs = [ref for ref, _ in group]
        uids = [ref.uid for ref in refs]
        match deed:
            case Flagged(add, drop):
                await self._cache.mark(*where, uids, add, drop)
            case Labelled(add, drop):
                await self._cache.label(refs, add, drop)
            case Erased():
                await self._cache.drop(*where, uids)
            case Moved(to):
                await self._stand(group, await self._cache.move(refs, to))

    async def _stand(self, group: list[Shown], moved: dict[Ref, Ref]) -> None:
        went = [(ref, replace(change, here=moved[ref].uid)) for ref, change in group if ref in moved]
        if went:
            await self._store.put([change for _, change in went])
        self._pending.know(change for _, change in went)
        for ref, change in went:
            self._pending.stands(change.ref, ref, moved[ref])

    async def _cancel(self, origins: Iterable[Ref]) -> None:
        """What comes to nothing, and never reached the server, is not to be done at all."""
        for origin in origins:
            chain = self._pending.chain(origin)
            if any(change.begun for change in chain) or coalesced(chain):
                continue
            ids = [change.id for change in chain]
            await self._store.drop(ids)
            self._pending.forget(origin, ids)
            await self._put_back(stations(chain)[-1], origin)

    async def _put_back(self, here: Ref, origin: Ref) -> None:
        if here != origin:
            at_home = here.folder == origin.folder
            await self._cache.settle(here, origin.uid if at_home else "")
            self._pending.stands(origin, here, origin)

    def _announce(self, refs: Iterable[Ref], changes: Iterable[Change]) -> None:
        places = {(ref.account, ref.folder) for ref in refs}
        for change in changes:
            if isinstance(change.deed, Moved):
                places.add((change.ref.account, change.deed.to))
        for where in sorted(places):
            self._newsroom.announce(FolderChanged(*where))
        for account in sorted({account for account, _ in places}):
            self._newsroom.announce(FoldersChanged(account))


def _again(chain: tuple[Change, ...], here: Ref) -> list[Shown]:
    """What the cache is to be told again of a message, in case it was not told before the end."""
    last = chain[-1]
    marks = [deed for deed in overlay(chain) if isinstance(deed, Flagged | Labelled)]
    todo = [(here, replace(last, deed=deed)) for deed in marks]
    if place(chain) != here.folder:
        todo.append((here, next(each for each in reversed(chain) if hides((each.deed,)))))
    return todo
