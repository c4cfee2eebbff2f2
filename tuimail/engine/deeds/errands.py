"""Doing on a server what was done here: folder by folder, all messages of one deed by one command."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence

from msgspec import Struct

from tuimail.engine.deeds import traces
from tuimail.engine.deeds.settling import Arrival, Chain, Settling
from tuimail.mail.errors import MailboxRefused
from tuimail.mail.folder.change import Erased, Flagged, Labelled, Moved, coalesced, hides
from tuimail.mail.letter.envelope import Ref
from tuimail.ports import MailSource

Command = Callable[[list[str]], Awaitable[dict[str, str]]]
"""One command for these uids; what became of each uid, for a move."""

GONE = "gone"
"""In place of the new uid of a message that was not there to be moved."""


class Report(Struct):
    """What a round came to that was not as a person wanted it.

    `unkept` is what the server said of marks such as `$Junk`, which not every one keeps (PERMANENTFLAGS).
    """

    gone: list[Chain] = []
    unsure: list[Chain] = []
    refused: list[tuple[Chain, str]] = []
    touched: set[str] = set()
    unkept: str = ""


class Errands:
    """Those of one folder."""

    def __init__(self, source: MailSource, settling: Settling, folder: str, report: Report) -> None:
        self._source = source
        self._settling = settling
        self._folder = folder
        self._report = report

    async def run(self, chains: Sequence[Chain]) -> None:
        """Do all that can be done of the chains, which are as they were before this attempt was begun.

        One that an older one was joined to, since both turned out to be about one message, is left for the
        next attempt: done as it is, it would be undone by the older.
        Raises MailboxError when the server can't be reached, and OutboxError.
        """
        sorted_ = await traces.check(self._source, self._folder, chains)
        for chain in sorted_.absent:
            await self._seek(chain)
        left = [chain for chain in sorted_.there if not await self._is_half_moved(chain)]
        left = [chain for chain in left if self._settling.is_oldest(chain)]
        for kind in (Flagged, Labelled):
            left = await self._mark(left, kind)
        staying = [chain for chain in left if not hides(coalesced(chain))]
        await self._settling.arrived([Arrival(chain, chain[0].ref) for chain in staying])
        for to, group in _by_target(left).items():
            await self._move(group, to)
        await self._erase([chain for chain in left if Erased() in coalesced(chain)])

    async def _seek(self, chain: Chain) -> None:
        """A message that is not where it was: what waits for it goes on there, if that can be told."""
        ref = await traces.again(self._source, chain)
        if ref is None:
            waits = self._report.gone if chain[0].message_id else self._report.unsure
            waits.append(chain)
        elif not ref.uid:
            await self._settling.arrived([Arrival(chain, ref)])
        else:
            await self._settling.found(chain, ref)
            self._report.touched.add(ref.folder)

    async def _mark(self, chains: list[Chain], kind: type[Flagged] | type[Labelled]) -> list[Chain]:
        """Those that go on: without those the server refused."""
        alike: defaultdict[Flagged | Labelled, list[Chain]] = defaultdict(list)
        for chain in chains:
            for deed in coalesced(chain):
                if isinstance(deed, kind):
                    alike[deed].append(chain)
        refused: set[Ref] = set()
        for deed, group in alike.items():
            refused |= {chain[0].ref for chain in group} - set(await self._told(group, self._marking(deed)))
        return [chain for chain in chains if chain[0].ref not in refused]

    def _marking(self, deed: Flagged | Labelled) -> Command:
        store = self._source.flag if isinstance(deed, Flagged) else self._source.label

        async def command(uids: list[str]) -> dict[str, str]:
            try:
                await store(self._folder, uids, deed.add, deed.drop)
            except MailboxRefused as error:
                if not (isinstance(deed, Flagged) and _keywords(deed)):
                    raise
                await self._without_keywords(uids, deed)
                self._report.unkept = str(error)
            return dict.fromkeys(uids, "")

        return command

    async def _without_keywords(self, uids: list[str], deed: Flagged) -> None:
        """A mark that the server won't have holds up nothing else."""
        add, drop = deed.add - _keywords(deed), deed.drop - _keywords(deed)
        if add or drop:
            await self._source.flag(self._folder, uids, add, drop)

    async def _is_half_moved(self, chain: Chain) -> bool:
        """An earlier attempt copied it and was cut: that is finished, and what is left goes on from there."""
        copy = await traces.copied(self._source, chain) if any(change.begun for change in chain) else None
        if copy is None:
            return False
        await self._source.erase(self._folder, [chain[0].ref.uid])
        await self._settling.found(chain, copy)
        self._report.touched.add(copy.folder)
        return True

    async def _move(self, fresh: Sequence[Chain], to: str) -> None:
        went = await self._told(fresh, self._moving(to))
        told = [chain for chain in fresh if chain[0].ref in went]
        arrivals = [await self._arrival(chain, to, went[chain[0].ref]) for chain in told]
        for account in {chain[0].ref.account for chain in told}:
            await self._settling.moved_out(account, self._folder)
        await self._settling.arrived([arrival for arrival in arrivals if arrival is not None])
        self._report.touched |= {self._folder, to}

    def _moving(self, to: str) -> Command:
        async def command(uids: list[str]) -> dict[str, str]:
            try:
                went = await self._source.move(self._folder, uids, to)
            except MailboxRefused:
                await self._source.create(to)
                went = await self._source.move(self._folder, uids, to)
            return {uid: went.get(uid, GONE) for uid in uids}

        return command

    async def _arrival(self, chain: Chain, to: str, uid: str) -> Arrival | None:
        if uid == GONE:
            self._report.gone.append(chain)
            return None
        ref = self._at(chain, to, uid)
        return Arrival(chain, ref if uid else await traces.in_folder(self._source, chain, to))

    async def _erase(self, chains: Sequence[Chain]) -> None:
        async def command(uids: list[str]) -> dict[str, str]:
            await self._source.erase(self._folder, uids)
            return dict.fromkeys(uids, "")

        done = await self._told(chains, command)
        await self._settling.arrived([Arrival(chain, None) for chain in chains if chain[0].ref in done])

    async def _told(self, chains: Sequence[Chain], command: Command) -> dict[Ref, str]:
        """What the server answered for each; of many it refuses, one by one is found that it is about."""
        if not chains:
            return {}
        refs = {chain[0].ref.uid: chain[0].ref for chain in chains}
        try:
            return {refs[uid]: answer for uid, answer in (await command(list(refs))).items()}
        except MailboxRefused as error:
            if len(chains) == 1:
                self._report.refused.append((chains[0], str(error)))
                return {}
        half = len(chains) // 2
        return {**await self._told(chains[:half], command), **await self._told(chains[half:], command)}

    def _at(self, chain: Chain, folder: str, uid: str) -> Ref:
        return Ref(chain[0].ref.account, folder, uid)


def _keywords(deed: Flagged) -> frozenset[str]:
    return frozenset(flag for flag in deed.add | deed.drop if not flag.startswith("\\"))


def _by_target(chains: Iterable[Chain]) -> dict[str, list[Chain]]:
    groups: defaultdict[str, list[Chain]] = defaultdict(list)
    for chain in chains:
        for deed in coalesced(chain):
            if isinstance(deed, Moved):
                groups[deed.to].append(chain)
    return groups
