"""What a front end may do to messages: on disk first, then on the screen, on the server when it can be."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from tuimail.engine.deeds.destinations import Standing, destination, is_gmail
from tuimail.engine.deeds.ledger import Ledger, Wish
from tuimail.engine.deeds.pending import Pending
from tuimail.engine.deeds.replay import Replay
from tuimail.engine.deeds.taken_back import Step, Steps, told
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.change import Erased, Flagged, Labelled, Moved
from tuimail.mail.folder.folder import Role
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe, line
from tuimail.ports import Ids, MailCache

NOTHING: frozenset[str] = frozenset()
JUNK, NOT_JUNK = frozenset({"$Junk"}), frozenset({"$NotJunk"})
GMAIL_INBOX = frozenset({"\\Inbox"})


class Waiting(Struct, frozen=True):
    """How many deeds wait to be done on the servers, by account, and what the servers refused lately."""

    deeds: dict[str, int]
    troubles: tuple[Safe, ...]


class Triage:
    """Each call is on disk and in the cache when it answers, for messages of any accounts and folders.

    One call is one step of `undo`. All raise OutboxError; then nothing was changed.
    """

    def __init__(self, ledger: Ledger, pending: Pending, cache: MailCache, ids: Ids, replay: Replay) -> None:
        self._ledger = ledger
        self._pending = pending
        self._cache = cache
        self._ids = ids
        self._replay = replay
        self._steps = Steps()

    async def load(self) -> None:
        """Take up what waits since an earlier session."""
        await self._ledger.load()
        self._steps.remember(self._pending.all())

    async def flag(
        self, refs: Sequence[Ref], add: Collection[str], drop: Collection[str] = (), undoable: bool = True
    ) -> None:
        """Set and clear flags. What is not `undoable` is no step of its own, such as reading a message."""
        deed = Flagged(frozenset(add), frozenset(drop))
        await self._do([(ref, deed) for ref in refs], undoable)

    async def label(self, refs: Sequence[Ref], add: Collection[str], drop: Collection[str] = ()) -> None:
        """Add and drop labels; without that of its folder, a message is in all mail alone, or elsewhere too.

        Raises MailboxError where there are none, which is everywhere but on Gmail.
        """
        for account in sorted({ref.account for ref in refs}):
            if not is_gmail(await self._cache.folders(account)):
                raise MailboxError(f"{line(account)} has no labels; only Gmail has. Nothing was changed.")
        there = await self._there(refs)
        leaving = tuple(ref for ref in there.refs if there.label(ref) in drop)
        wishes: list[Wish] = [
            (ref, Labelled(frozenset(add), frozenset(drop) - {there.label(ref)})) for ref in there.refs
        ]
        await self._do([*wishes, *await self._to(Role.ARCHIVE, leaving)])

    async def move(self, refs: Sequence[Ref], folder: str) -> None:
        """To the folder of this name, each in its own account."""
        await self._do([(ref, Moved(folder)) for ref in refs])

    async def archive(self, refs: Sequence[Ref]) -> None:
        """To the archive; under a label of Gmail's, out of the inbox."""
        there = await self._there(refs)
        labelled = [ref for ref in there.refs if there.is_label(ref)]
        wishes: list[Wish] = [(ref, Labelled(NOTHING, GMAIL_INBOX)) for ref in labelled]
        others = [ref for ref in there.refs if not there.is_label(ref)]
        await self._do([*wishes, *await self._to(Role.ARCHIVE, others)])

    async def delete(self, refs: Sequence[Ref]) -> None:
        """To the trash. What `would_erase` names is erased, which can't be taken back."""
        there = await self._there(refs)
        wishes: list[Wish] = [(ref, Erased()) for ref in there.having(Role.TRASH)]
        await self._do([*wishes, *await self._to(Role.TRASH, there.without(Role.TRASH))])

    async def would_erase(self, refs: Sequence[Ref]) -> tuple[Ref, ...]:
        """Those that `delete` would erase, since they are in the trash."""
        return (await self._there(refs)).having(Role.TRASH)

    async def are_junk(self, refs: Sequence[Ref]) -> bool:
        """Whether all of them are in the junk, so that `junk` says of them that they are none."""
        return len((await self._there(refs)).having(Role.JUNK)) == len(refs)

    async def junk(self, refs: Sequence[Ref]) -> None:
        """To the junk, and marked so; what is in the junk goes to the inbox and is marked as none."""
        there = await self._there(refs)
        good, bad = there.having(Role.JUNK), there.without(Role.JUNK)
        wishes: list[Wish] = [(ref, Flagged(NOT_JUNK, JUNK)) for ref in good]
        wishes += [(ref, Flagged(JUNK, NOT_JUNK)) for ref in bad]
        await self._do([*wishes, *await self._to(Role.INBOX, good), *await self._to(Role.JUNK, bad)])

    def latest(self) -> float | None:
        """When the newest deed was done that `undo` would take back (UTC seconds)."""
        step = self._steps.newest()
        return step.at if step else None

    async def undo(self) -> str | None:
        """Take back the newest step; in words what was taken back, or why not. None without one."""
        step = self._steps.newest()
        if step is None:
            return None
        wishes = [(ref, deed) for ref, deed in step.back if await self._is_there(ref)]
        await self._ledger.add(wishes, "")
        self._steps.drop(step)
        words = await self._words(step)
        if not step.back:
            return f"{words.capitalize()} can't be taken back."
        lost = len({ref for ref, _ in step.back}) - len({ref for ref, _ in wishes})
        return f"Taken back: {words}." + (f" {lost} of them can't be found any more." if lost else "")

    def waiting(self) -> Waiting:
        """What the servers don't know yet, and what they would not do."""
        deeds = Counter(chain[0].ref.account for chain in self._pending.all() for _ in chain)
        return Waiting(dict(deeds), tuple(self._replay.troubles))

    async def _do(self, wishes: Iterable[Wish], undoable: bool = True) -> None:
        done = await self._ledger.add(wishes, self._ids.token() if undoable else "")
        if undoable:
            self._steps.add(done)

    async def _there(self, refs: Sequence[Ref]) -> Standing:
        now = tuple(dict.fromkeys(self._pending.newest(ref) for ref in refs))
        accounts = sorted({ref.account for ref in now})
        return Standing(now, {account: await self._cache.folders(account) for account in accounts})

    async def _to(self, role: Role, refs: Sequence[Ref]) -> list[Wish]:
        accounts = sorted({ref.account for ref in refs})
        to = {account: Moved(await destination(self._cache, account, role)) for account in accounts}
        return [(ref, to[ref.account]) for ref in refs]

    async def _is_there(self, ref: Ref) -> bool:
        return await self._cache.envelope(self._pending.newest(ref)) is not None

    async def _words(self, step: Step) -> str:
        folders = [each for ref, _ in step.back[:1] for each in await self._cache.folders(ref.account)]
        return told(step.deed, step.count, folders)
