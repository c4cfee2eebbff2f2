"""What `u` takes back: one step for what one key did, newest first."""

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from tuimail.engine.deeds.ledger import Shown, Wish
from tuimail.mail.folder.change import Change, Deed, Erased, Flagged, Labelled, Moved, inverse, place
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.letter.envelope import Flag, Ref
from tuimail.mail.letter.safe import line


class Step(Struct, frozen=True):
    """What one key did at `at` (UTC seconds): one of its deeds, to how many messages, and what undoes it all.

    `back` is empty for what can't be taken back.
    """

    batch: str
    at: float
    deed: Deed
    count: int
    back: tuple[Wish, ...]


DOING = {Role.ARCHIVE: "archiving", Role.TRASH: "deleting", Role.JUNK: "marking as junk"}

_Undoing = tuple[Ref, Deed | None, Change]


class Steps:
    """The steps of this session, and of what waits since an earlier one."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def newest(self) -> Step | None:
        return self._steps[-1] if self._steps else None

    def add(self, done: Iterable[Shown]) -> None:
        """One more step; `done` are the changes of one batch, each with where its message was before."""
        self._add([(ref, inverse(change.deed, ref.folder), change) for ref, change in done])

    def drop(self, step: Step) -> None:
        self._steps.remove(step)

    def remember(self, chains: Iterable[tuple[Change, ...]]) -> None:
        """Steps for what waits on disk."""
        known = {step.batch for step in self._steps} | {""}
        batches: defaultdict[str, list[_Undoing]] = defaultdict(list)
        for chain in chains:
            for number, change in enumerate(chain):
                folder = place(chain[:number]) if number else change.ref.folder
                batches[change.batch].append((change.ref, inverse(change.deed, folder), change))
        waiting = sorted(batches.items(), key=lambda batch: batch[1][0][2].at)
        for batch, done in waiting:
            if batch not in known:
                self._add(done)

    def _add(self, done: "list[_Undoing]") -> None:
        if done:
            last = done[-1][2]
            back = tuple((ref, deed) for ref, deed, _ in reversed(done) if deed is not None)
            count = len({change.ref for _, _, change in done})
            self._steps.append(Step(last.batch, last.at, last.deed, count, back))


def told(deed: Deed, count: int, folders: Iterable[Folder]) -> str:
    """A step in words, such as `moving 3 messages to Work`."""
    many = "1 message" if count == 1 else f"{count:,} messages"
    match deed:
        case Moved(to):
            folder = next((folder for folder in folders if folder.name == to), None)
            title = line(folder.title if folder else to)
            done = DOING.get(folder.role) if folder else None
            return f"{done} {many}" if done else f"moving {many} to {title}"
        case Flagged(add, drop):
            return _marking(add, drop, many)
        case Labelled():
            return f"labelling {many}"
        case Erased():
            return f"erasing {many}"


def _marking(add: frozenset[str], drop: frozenset[str], many: str) -> str:
    if Flag.SEEN in add | drop:
        return f"marking {many} {'read' if Flag.SEEN in add else 'unread'}"
    if Flag.FLAGGED in add | drop:
        return f"{'flagging' if Flag.FLAGGED in add else 'unflagging'} {many}"
    return f"marking {many}"
