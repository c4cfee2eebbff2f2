"""What one call of a program sent off together, such as a patch series."""

from collections.abc import Iterable
from itertools import pairwise, takewhile

from tuimail.mail.hold.item import Item, State

APART = 120.0
"""Seconds between two mails of one program from which on they are no longer one batch."""

LEAVING = (State.WAITING, State.PAUSED, State.SENDING)


def last_batch(items: Iterable[Item]) -> tuple[Item, ...]:
    """The newest item on its way that can be taken back, and all that was sent off with it, oldest first.

    Each of them was queued within two minutes of the next, by the same call (`Item.batch`); without a batch
    it is the one item alone. Those that have left are among them, those taken back are not.
    """
    there = sorted((item for item in items if item.state is not State.UNDONE), key=_queued)
    last = next((item for item in reversed(there) if _is_on_its_way(item)), None)
    if last is None:
        return ()
    if not last.batch:
        return (last,)
    together = [item for item in there if item.batch == last.batch]
    here = together.index(last)
    before = _chained(together[here::-1])
    return (*before[::-1], *_chained(together[here:])[1:])


def _is_on_its_way(item: Item) -> bool:
    return item.state in LEAVING and item.can_be_taken_back


def _chained(items: list[Item]) -> list[Item]:
    """The items from the first on, as long as each is near the one before."""
    near = takewhile(lambda pair: abs(pair[0].queued - pair[1].queued) <= APART, pairwise(items))
    return [items[0], *(item for _, item in near)]


def _queued(item: Item) -> float:
    return item.queued
