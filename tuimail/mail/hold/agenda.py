"""Which waiting item of an account is due, or to be asked about, next; without looking at all of them."""

import heapq
from collections import defaultdict
from collections.abc import Iterable

from tuimail.mail.hold.clocks import attention, is_actionable
from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.moment import Moment

CLOCK_STEP = 1.0
RECHECK = 1.0

_Place = tuple[float, float, str, int]
"""Boot seconds at which it needs attention, when it was queued, id, version."""


class Agenda:
    """The waiting items in the order they need attention. Told of every change; asked for one item at a time.

    The order is made by the boot clock. When the wall clock is set, `put_all` makes it anew; `is_stale`
    says when.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, Item] = {}
        self._heaps: defaultdict[str, list[_Place]] = defaultdict(list)
        self._offset: float | None = None

    def is_stale(self, now: Moment) -> bool:
        """Whether the wall clock was set since the order was made."""
        return self._offset is None or abs(now.wall - now.boot - self._offset) > CLOCK_STEP

    def put_all(self, items: Iterable[Item], now: Moment) -> None:
        """Forget everything and begin with these."""
        self._offset = now.wall - now.boot
        self._waiting.clear()
        self._heaps.clear()
        for item in items:
            self.put(item, now)

    def put(self, item: Item, now: Moment) -> None:
        """An item as it is now, waiting or not."""
        if item.state is not State.WAITING or item.handle:
            self.drop(item.id)
            return
        self._waiting[item.id] = item
        self._push(item, now.boot + attention(item, now))

    def drop(self, item_id: str) -> None:
        self._waiting.pop(item_id, None)

    def next(self, account: str, now: Moment) -> Item | None:
        """The item of the account that has been due, or in doubt, for longest; None when none is."""
        heap = self._heaps[account]
        while heap and heap[0][0] <= now.boot:
            place = heapq.heappop(heap)
            item = self._live(place)
            if item is None:
                continue
            if is_actionable(item, now):
                heapq.heappush(heap, place)
                return item
            self._push(item, now.boot + max(attention(item, now), RECHECK))
        return None

    def soonest(self, now: Moment) -> float:
        """Seconds until some item needs attention, but for what does already; infinite when none waits."""
        tops = (heap[0][0] - now.boot for heap in self._heaps.values() if heap)
        return min((left for left in tops if left > 0), default=float("inf"))

    def _push(self, item: Item, at: float) -> None:
        heapq.heappush(self._heaps[item.account], (at, item.queued, item.id, item.version))

    def _live(self, place: _Place) -> Item | None:
        item = self._waiting.get(place[2])
        return item if item is not None and item.version == place[3] else None
