"""What is done to outbox items: to one, or to many one after the other."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from tuimail.mail.errors import TuimailError
from tuimail.mail.hold.item import Item, State

KEYS = frozenset(
    {
        "item_undo",
        "item_sent",
        "item_again",
        "item_now",
        "item_later",
        "item_when",
        "item_pause",
        "item_delete",
    }
)
"""The ids of the keys that act on items."""


def possible(item: Item) -> frozenset[str]:
    """The ids of the keys that are of use for the item as it is."""
    found = {"item_undo"} if item.can_be_taken_back or item.handle else set()
    match item.state:
        case State.WAITING if not item.handle:
            found |= {"item_now", "item_later", "item_when", "item_pause"}
        case State.PAUSED:
            found |= {"item_now", "item_later", "item_when", "item_pause"}
        case State.FAILED:
            found |= {"item_again", "item_when", "item_delete"}
        case State.UNSURE:
            found |= {"item_sent", "item_again", "item_delete"}
        case State.SENT:
            found |= {"item_delete"}
    return frozenset(found)


class Deed(Struct, frozen=True):
    """One thing that can be done, and its words.

    `act` answers something true when it was done. `doing`, `done` and `missed` read as in `Taking back 3 of
    17`, `17 taken back, 2 too late`; `alone` is said when a single one could not be done.
    """

    act: Callable[[str], Awaitable[object]]
    doing: str
    done: str
    missed: str
    alone: str


class Round:
    """A deed done to many. It can be stopped between two; an error of one is told at the end."""

    def __init__(self, deed: Deed, ids: Sequence[str]) -> None:
        self._deed = deed
        self._ids = ids
        self._done = self._missed = 0
        self._stopped = False
        self._error = ""

    async def run(self, tell: Callable[[], None]) -> str:
        """Do it to all, calling `tell` after each; what came of it, in a line."""
        for item_id in self._ids:
            if self._stopped:
                break
            await self._do(item_id)
            tell()
        return self._result()

    def stop(self) -> None:
        """The one under way is the last."""
        self._stopped = True

    def progress(self) -> str:
        """How far it is."""
        tried = self._done + self._missed
        return f"{self._deed.doing} {tried:,} of {len(self._ids):,} · esc stops"

    async def _do(self, item_id: str) -> None:
        try:
            done = await self._deed.act(item_id)
        except TuimailError as error:
            done, self._error = False, str(error)
        self._done += bool(done)
        self._missed += not done

    def _result(self) -> str:
        left = len(self._ids) - self._done - self._missed
        parts = [f"{self._done:,} {self._deed.done}"]
        parts += [f"{self._missed:,} {self._deed.missed}"] if self._missed else []
        parts += [f"{left:,} left as they were"] if left else []
        return f"{', '.join(parts)}. {self._error}".strip()
