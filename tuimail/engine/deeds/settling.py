"""What is written down once a server has answered about a deed: on disk, in memory, then in the cache."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from tuimail.engine.deeds.destinations import is_gmail
from tuimail.engine.deeds.pending import Pending, stations
from tuimail.mail.folder.change import Change, hides, place, rebased
from tuimail.mail.folder.folder import Role
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.ports import ChangeStore, MailCache

Chain = tuple[Change, ...]


class Arrival(Struct, frozen=True):
    """A message whose deeds `chain` came true: the server has it at `ref` now.

    An empty uid says that nobody knows which it is; without a `ref` it is nowhere.
    """

    chain: Chain
    ref: Ref | None


class Settling:
    """Each call is whole on disk or not at all. Raises OutboxError."""

    def __init__(self, pending: Pending, store: ChangeStore, cache: MailCache) -> None:
        self._pending = pending
        self._store = store
        self._cache = cache

    async def begin(self, chains: Iterable[Chain]) -> list[Chain]:
        """The servers are about to be told; what is left to tell them, as it was before."""
        async with self._pending.lock:
            now = [self._pending.chain(chain[0].ref) for chain in chains]
            mine = [chain for chain in now if chain]
            begun = [replace(each, begun=True) for chain in mine for each in chain if not each.begun]
            if begun:
                await self._store.put(begun)
                self._pending.know(begun)
        return mine

    async def found(self, chain: Chain, ref: Ref) -> None:
        """The server has the message at another place than was thought; what waits for it waits there.

        It stands once: there, where that is the folder in which it is to be; else where it was shown.
        """
        async with self._pending.lock:
            waiting, is_known = self._pending.chain(chain[0].ref), bool(self._pending.chain(ref))
            moved = tuple(replace(change, begun=True) for change in _moved(waiting, ref))
            is_home = bool(waiting) and place(waiting) == ref.folder and not is_known
            if is_home:
                moved = tuple(replace(change, here="") for change in moved)
            await self._store.put(moved)
            self._pending.rebase(chain[0].ref, moved)
            if is_home:
                await self._stand(stations(waiting)[-1], chain[0].ref, ref)
            elif waiting and not is_known and place(waiting):
                await self._cache.drop(ref.account, ref.folder, [ref.uid])

    def is_oldest(self, chain: Chain) -> bool:
        """Whether nothing waits for the message that was asked for before this."""
        waiting = self._pending.chain(chain[0].ref)
        return [each.id for each in waiting[: len(chain)]] == [each.id for each in chain]

    async def arrived(self, arrivals: Sequence[Arrival]) -> None:
        """These came true. What was asked of the messages meanwhile waits at their new places."""
        async with self._pending.lock:
            rests = [self._rest(arrival) for arrival in arrivals]
            over = [self._over(arrival) for arrival in arrivals]
            moved = [
                change
                for arrival, rest in zip(arrivals, rests, strict=True)
                for change in _moved(rest, arrival.ref)
            ]
            await self._store.put(moved, [change.id for chain in over for change in chain])
            for arrival, rest in zip(arrivals, rests, strict=True):
                await self._arrive(arrival, rest)

    async def forget(self, chains: Sequence[Chain], there: Sequence[Envelope] = ()) -> None:
        """These are given up; `there` is what the server says of the messages that it still has."""
        async with self._pending.lock:
            mine = [self._pending.chain(chain[0].ref) or chain for chain in chains]
            await self._store.drop([change.id for chain in mine for change in chain])
            for chain in mine:
                origin, here = chain[0].ref, stations(chain)[-1]
                self._pending.forget(origin, [change.id for change in chain])
                await self._leave(here, origin, any(envelope.ref == origin for envelope in there))
            if there:
                await self._cache.put(there)

    async def moved_out(self, account: str, folder: str) -> None:
        """What leaves all mail on Gmail stays there too, unchanged: only a look at the whole tells."""
        folders = await self._cache.folders(account)
        is_all = any(each.name == folder and each.role is Role.ARCHIVE for each in folders)
        if is_all and is_gmail(folders):
            await self.compare(account, folder)

    async def compare(self, account: str, folder: str) -> None:
        """The next round compares all of the folder, also where one is under way."""
        self._pending.doubt(account, folder)
        await self._cache.reach(account, folder, None)

    async def refused(self, chain: Chain, due: float, trouble: str) -> None:
        """The server said no; it is tried again at `due` (UTC seconds)."""
        async with self._pending.lock:
            waiting = self._pending.chain(chain[0].ref)
            tried = [replace(each, tries=each.tries + 1, due=due, trouble=trouble) for each in waiting]
            await self._store.put(tried)
            self._pending.know(tried)

    def _rest(self, arrival: Arrival) -> Chain:
        """What was asked since the deeds were begun; nothing where the message can't be told any more."""
        if arrival.ref is None or not arrival.ref.uid:
            return ()
        done = {change.id for change in arrival.chain}
        chain = self._pending.chain(arrival.chain[0].ref)
        return tuple(change for change in chain if change.id not in done)

    def _over(self, arrival: Arrival) -> Chain:
        rest = {change.id for change in self._rest(arrival)}
        chain = self._pending.chain(arrival.chain[0].ref)
        return tuple(change for change in chain if change.id not in rest)

    async def _arrive(self, arrival: Arrival, rest: Chain) -> None:
        origin, ref = arrival.chain[0].ref, arrival.ref
        waited = self._pending.chain(origin)
        if not waited:
            return
        *others, here = stations((*self._over(arrival), *rest))
        for other in others[1:]:
            if other.uid != here.uid:
                await self._cache.settle(other, "")
        self._pending.done(origin, [change.id for change in self._over(arrival)])
        if ref is None or not ref.uid:
            await self._leave(here, origin, False)
            return
        if ref != origin:
            self._pending.came(ref)
            self._pending.rebase(origin, _moved(rest, ref))
        if not hides(change.deed for change in rest):
            await self._stand(here, origin, ref)

    async def _stand(self, noted: Ref, origin: Ref, ref: Ref) -> None:
        """A synchronisation may have brought it elsewhere than was noted, or to `ref` as well.

        What another program marked while it was away here was not shown, and is not told again.
        """
        here = self._pending.newest(noted)
        if here != ref:
            if ref == origin or await self._cache.envelope(ref) is not None:
                await self.compare(ref.account, ref.folder)
            await self._cache.settle(here, ref.uid if here.folder == ref.folder else "")
        self._pending.stands(ref, here, ref)

    async def _leave(self, here: Ref, origin: Ref, is_back: bool) -> None:
        """It does not stand any more where only we had it; the server's word brings it back."""
        if here != origin:
            await self._cache.settle(here, "")
            self._pending.stands(origin, here, origin)
        if not is_back:
            await self._cache.drop(origin.account, origin.folder, [origin.uid])


def _moved(chain: Chain, ref: Ref | None) -> Chain:
    return rebased(chain, ref) if ref is not None and chain else ()
