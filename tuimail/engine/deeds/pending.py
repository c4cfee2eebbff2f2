"""What waits to be done on the servers: a mirror of the store, by where the server has a message."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise

from tuimail.engine.places import Place
from tuimail.mail.folder.change import Change, Deed, Moved, is_of, overlay, place, seen_in
from tuimail.mail.folder.sync import number, validity
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.ports import ChangeStore, MailCache


class Pending:
    """`lock` is held by whoever changes what waits, together with what the cache shows of it."""

    def __init__(self, store: ChangeStore) -> None:
        self._store = store
        self._chains: defaultdict[Place, dict[str, tuple[Change, ...]]] = defaultdict(dict)
        self._origins: dict[Ref, Ref] = {}
        self._guests: defaultdict[Place, dict[str, Ref]] = defaultdict(dict)
        self._named: defaultdict[tuple[str, str], set[Ref]] = defaultdict(set)
        self._became: dict[Ref, Ref] = {}
        self._lookers: Counter[Place] = Counter()
        self._done: defaultdict[Place, dict[str, tuple[Change, ...]]] = defaultdict(dict)
        self._arrived: defaultdict[Place, set[str]] = defaultdict(set)
        self._doubted: set[Place] = set()
        self.lock = asyncio.Lock()

    async def load(self) -> None:
        """Take over what is on disk. Raises OutboxError."""
        self._chains.clear()
        self._named.clear()
        self._origins.clear()
        self._guests.clear()
        self.know(await self._store.all())
        for chain in self.all():
            for before, now in pairwise(stations(chain)):
                self.stands(chain[0].ref, before, now)

    def of(self, account: str, folder: str) -> Mapping[str, tuple[Deed, ...]]:
        """What waits for messages the server has in the folder, by uid: see `change.applied` and `hides`.

        While somebody is `looking` it has also what came true meanwhile, which their answer may not know.
        """
        key = account, folder
        done, waiting = self._done.get(key, {}), self._chains.get(key, {})
        uids = done.keys() | waiting.keys()
        mine = {uid: overlay((*done.get(uid, ()), *waiting.get(uid, ()))) for uid in uids}
        guests = {uid: self.chain(origin) for uid, origin in self._guests.get(key, {}).items()}
        return {uid: seen_in(folder, chain) for uid, chain in guests.items() if chain} | mine

    def untold(self, account: str, folder: str) -> frozenset[str]:
        """The uids of what waits in the folder and may be taken back without a server's word."""
        waiting = self._chains.get((account, folder), {})
        return frozenset(uid for uid, chain in waiting.items() if not any(each.begun for each in chain))

    def on(self, account: str, folder: str, envelopes: Sequence[Envelope]) -> Mapping[str, tuple[Deed, ...]]:
        """The same for these messages, also where what waits knows them under other uids: see `kin`."""
        kin = {envelope.ref.uid: self.kin(envelope) for envelope in envelopes} if self._named else {}
        others = {uid: seen_in(folder, chain) for uid, chain in kin.items() if chain}
        return {**others, **self.of(account, folder)}

    @contextmanager
    def looking(self, account: str, folder: str) -> Iterator[None]:
        """From before the server is asked about a folder until its answer is in the cache."""
        key = account, folder
        self._lookers[key] += 1
        try:
            yield
        finally:
            self._lookers[key] -= 1
            if not self._lookers[key]:
                del self._lookers[key]
                self._done.pop(key, None)
                self._arrived.pop(key, None)
                self._doubted.discard(key)

    def arrived(self, account: str, folder: str) -> frozenset[str]:
        """The uids that came into the folder by our own doing while somebody was `looking`.

        Their answer may not know them: they are not to be dropped.
        """
        return frozenset(self._arrived.get((account, folder), ()))

    def doubt(self, account: str, folder: str) -> None:
        """What the cache shows of the folder may not be what the server has."""
        if self._lookers[account, folder]:
            self._doubted.add((account, folder))

    def doubted(self, account: str, folder: str) -> bool:
        """Whether that was said while somebody was `looking`: their answer may not have put it right."""
        return (account, folder) in self._doubted

    def all(self) -> tuple[tuple[Change, ...], ...]:
        """The changes of each message, oldest first."""
        return tuple(chain for chains in self._chains.values() for chain in chains.values())

    def chain(self, ref: Ref) -> tuple[Change, ...]:
        """What waits for the message that the server has at `ref`."""
        return self._chains[ref.account, ref.folder].get(ref.uid, ())

    def origin(self, shown: Ref) -> Ref:
        """Where the server has the message that is, or was, shown at `shown`."""
        shown = self.newest(shown)
        return self._origins.get(shown, shown)

    def kin(self, envelope: Envelope) -> tuple[Change, ...]:
        """What waits for this message by another uid: its folder was renumbered since, or we moved it here.

        Nothing for a message for which something waits by its own uid.
        """
        if self.chain(envelope.ref):
            return ()
        for ref in self._named.get((envelope.ref.account, envelope.message_id), ()):
            chain = self.chain(ref)
            if is_of(chain[0], envelope) and (_renumbered(ref, envelope.ref) or _came(chain, envelope.ref)):
                return chain
        return ()

    async def recognise(self, envelopes: Sequence[Envelope], cache: MailCache) -> None:
        """Messages that the server brought to these places before it could say so, or renumbered.

        What stood under a uid that is void now stands there no more.
        """
        for envelope in envelopes if self._named else ():
            chain, now = self.kin(envelope), envelope.ref
            if chain and place(chain) == now.folder and self.origin(now) == now:
                before = self.newest(stations(chain)[-1])
                if number(before.uid) and _renumbered(before, now):
                    await cache.drop(before.account, before.folder, [before.uid])
                if await cache.envelope(before) is None:
                    self.stands(chain[0].ref, before, now)

    def renumbered(self, before: Ref, now: Ref) -> None:
        """The message shown at `before` is shown at `now`: its folder has another UIDVALIDITY."""
        origin = self.origin(before)
        self.stands(origin if self.chain(origin) else now, before, now)

    def newest(self, shown: Ref) -> Ref:
        """Where the message is shown now that was shown at `shown`."""
        seen = {shown}
        while (shown := self._became.get(shown, shown)) not in seen:
            seen.add(shown)
        return shown

    def know(self, changes: Iterable[Change]) -> None:
        """These wait, or wait in another way than before."""
        for change in changes:
            ref, known = change.ref, self.chain(change.ref)
            others = tuple(each for each in known if each.id != change.id)
            kept = tuple(change if each.id == change.id else each for each in known)
            self._put(ref, kept if len(others) < len(known) else (*known, change))

    def done(self, ref: Ref, ids: Iterable[str]) -> None:
        """These came true."""
        gone = frozenset(ids)
        if self._lookers[ref.account, ref.folder]:
            true = tuple(change for change in self.chain(ref) if change.id in gone)
            done = self._done[ref.account, ref.folder]
            done[ref.uid] = (*done.get(ref.uid, ()), *true)
        self.forget(ref, gone)

    def forget(self, ref: Ref, ids: Iterable[str]) -> None:
        """These came true, were taken back, or were given up."""
        gone = frozenset(ids)
        self._put(ref, tuple(change for change in self.chain(ref) if change.id not in gone))

    def rebase(self, old: Ref, new: Sequence[Change]) -> None:
        """What waits for the message at `old` waits for it at another place of the server now."""
        self.done(old, [change.id for change in self.chain(old)])
        self.know(new)
        for ref in {change.ref for change in new}:
            self._put(ref, tuple(sorted(self.chain(ref), key=lambda change: change.at)))

    def stands(self, origin: Ref, before: Ref, now: Ref) -> None:
        """The message the server has at `origin` was shown at `before`, and is shown at `now`."""
        self._became.pop(now, None)
        if before != now:
            self._became[before] = now
        for ref in (before, now):
            self._origins.pop(ref, None)
            self._guests[ref.account, ref.folder].pop(ref.uid, None)
        if now != origin:
            self._origins[now] = origin
            if number(now.uid):
                self._guests[now.account, now.folder][now.uid] = origin

    def came(self, ref: Ref) -> None:
        """The server has this message by our own doing."""
        if self._lookers[ref.account, ref.folder]:
            self._arrived[ref.account, ref.folder].add(ref.uid)

    def _put(self, ref: Ref, chain: tuple[Change, ...]) -> None:
        chains = self._chains[ref.account, ref.folder]
        for change in chains.get(ref.uid, ()):
            named = self._named[ref.account, change.message_id]
            named.discard(ref)
            if not named:
                del self._named[ref.account, change.message_id]
        if chain:
            chains[ref.uid] = chain
            self._origins.pop(ref, None)
            self._guests[ref.account, ref.folder].pop(ref.uid, None)
            self._named[ref.account, chain[0].message_id].add(ref)
            for here in stations(chain)[1:]:
                self._origins[here] = ref
        else:
            chains.pop(ref.uid, None)


def stations(chain: Sequence[Change]) -> tuple[Ref, ...]:
    """Where the message of these changes stood in the cache, one after the other; the last is where it is."""
    first = chain[0].ref
    moves = ((change.deed.to, change.here) for change in chain if isinstance(change.deed, Moved))
    return (first, *(Ref(first.account, to, here) for to, here in moves if here))


def _renumbered(before: Ref, now: Ref) -> bool:
    return before.folder == now.folder and validity(before.uid) != validity(now.uid)


def _came(chain: Sequence[Change], now: Ref) -> bool:
    """Whether a move that the server may have been told of leads there."""
    return now.folder != chain[0].ref.folder and any(
        change.begun and change.deed == Moved(now.folder) for change in chain
    )
