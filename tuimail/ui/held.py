"""The outbox as the screens look at it: every item in its place, kept in order as items change."""

from collections.abc import Callable, Collection, Iterable

from tuimail.engine.news import AccountGoes, AccountStopped, ItemChanged, ItemGone, News, OutboxLoaded
from tuimail.mail.hold.concern import OVERDUE, THIRD_ROUND, Concern, concerns
from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import BY_HAND
from tuimail.mail.hold.stop import Stop
from tuimail.ui.ordered import Key, Ordered

REMEMBERED = 4.0
"""Seconds for which the line of a mail that was just sent stays."""

CLOCK_STEP = 1.0
MANY = 500
"""So many changes at once are sorted anew rather than put into their places."""

RANKS = {
    State.UNSURE: 0,
    State.FAILED: 1,
    State.PAUSED: 2,
    State.SENDING: 3,
    State.WAITING: 4,
    State.SENT: 6,
}
"""What asks, what goes, what waits, what is over; what was taken back is not shown."""

GOING, RESTING, OVER = 3, 5, 6
"""Where what goes by itself begins, what rests until a person likes, and what is over."""

LOOK_EVERY, LOOK_AGAIN, FEW = 1.0, 5.0, 500
"""Seconds after which the concerns are looked at anew: when something changed, unless there are few items
to look at, and anyway."""


class Held:
    """The items that are shown, by how pressing they are. Looking at a few of them costs those few.

    `known` are the engine's items. Whoever paints asks for places in the order; only news changes it, and a
    wall clock that was set.
    """

    def __init__(
        self,
        known: Callable[[], tuple[Item, ...]],
        stops: Callable[[], tuple[Stop, ...]] = tuple,
        accounts: Collection[str] = (),
    ) -> None:
        self._known = known
        self._stops = stops
        self._accounts = accounts
        self._stopped: frozenset[str] = frozenset()
        self._items: dict[str, Item] = {}
        self._order = Ordered()
        self._mine = Ordered()
        self._sent: dict[str, Moment] = {}
        self._odd: set[str] = set()
        self._offset = 0.0
        self._looked = (-1, float("-inf"))
        self._concerns: tuple[Concern, ...] = ()
        self.changes = 0

    def hear(self, news: News, now: Moment) -> None:
        """Put in order what the news is about; remember what was just sent."""
        match news:
            case ItemChanged(item):
                self._put(item, now)
            case ItemGone(item_id):
                self._drop(item_id)
            case OutboxLoaded():
                self.load(now)
            case AccountStopped() | AccountGoes():
                self._stopped = frozenset(stop.account for stop in self._stops())
                self._begin(self._items.values(), now)
            case _:
                pass

    def load(self, now: Moment) -> None:
        """Take over all that the engine knows."""
        known = self._known()
        changed = [item for item in known if self._items.get(item.id) is not item]
        if len(changed) > MANY:
            for item in changed:
                self._note_sent(item, now)
            self._begin(known, now)
            return
        for item in changed:
            self._put(item, now)
        if len(self._items) > len(known):
            for item_id in self._items.keys() - {item.id for item in known}:
                self._drop(item_id)

    def get(self, item_id: str) -> Item | None:
        """The item as last heard of."""
        return self._items.get(item_id)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._order

    def ids(self) -> list[str]:
        """All that the outbox shows, the most pressing first, what is finished at the end."""
        return self._order.ids()

    def lines(self, now: Moment, most: int) -> tuple[Item, ...]:
        """At most so many for the bottom edge: what goes, by its time, and what was just sent.

        The one that `u` takes back is always among them.
        """
        self._mind_the_clock(now)
        going, resting = self._order.before(GOING), self._order.before(RESTING)
        ids = [*self._order.ids(going, min(resting, going + most)), *self._just_sent(now)][:most]
        newest = self.newest()
        if newest is not None and ids and newest.id not in ids:
            ids[-1] = newest.id
        return tuple(self._items[item_id] for item_id in ids)

    def going(self, now: Moment) -> int:
        """How many there would be at the bottom edge if all had room."""
        return self._order.before(RESTING) - self._order.before(GOING) + len(self._just_sent(now))

    def counts(self) -> tuple[int, int]:
        """How many are to leave, and how many ask something."""
        asking = self._order.before(GOING)
        return self._order.before(OVER) - asking, asking

    def concerns(self, now: Moment) -> tuple[Concern, ...]:
        """What rests, the most pressing first; looked at now and then, for it takes all items."""
        changes, at = self._looked
        pause = LOOK_AGAIN if changes == self.changes else LOOK_EVERY * (len(self._order) > FEW)
        if now.boot - at >= pause or now.boot < at:
            self._looked = self.changes, now.boot
            resting = [self._items[item_id] for item_id in self._restless(now)]
            self._concerns = concerns(resting, self._stops(), self._accounts, True, now)
        return self._concerns

    def newest(self) -> Item | None:
        """The one that `u` takes back."""
        return next((self._items[item_id] for item_id in self._mine.ids(0, 1)), None)

    def _restless(self, now: Moment) -> set[str]:
        """All that may be a concern: what merely waits its time is not looked at."""
        overdue = self._order.before(RANKS[State.WAITING], now.boot - OVERDUE)
        resting, over = self._order.before(RESTING), self._order.before(OVER)
        return {*self._order.ids(0, overdue), *self._order.ids(resting, over), *self._odd}

    def _is_odd(self, item: Item) -> bool:
        """Whether more than its place in the order makes it a concern."""
        tried = max(item.tries, item.filing_tries) >= THIRD_ROUND
        return item.state is not State.UNDONE and (tried or item.account not in self._accounts)

    def _put(self, item: Item, now: Moment) -> None:
        self.changes += 1
        self._note_sent(item, now)
        self._items[item.id] = item
        (self._odd.add if self._is_odd(item) else self._odd.discard)(item.id)
        if item.state is State.UNDONE:
            self._forget(item.id)
            return
        self._order.put(self._pressing(item, now))
        if _is_mine(item):
            self._mine.put(_newest_first(item))
        else:
            self._mine.drop(item.id)

    def _begin(self, items: Iterable[Item], now: Moment) -> None:
        self.changes += 1
        self._offset = now.wall - now.boot
        self._items = {item.id: item for item in items}
        self._odd = {item.id for item in self._items.values() if self._is_odd(item)}
        shown = [item for item in self._items.values() if item.state is not State.UNDONE]
        self._order.fill(self._pressing(item, now) for item in shown)
        self._mine.fill(_newest_first(item) for item in shown if _is_mine(item))

    def _drop(self, item_id: str) -> None:
        self.changes += 1
        self._forget(item_id)
        self._items.pop(item_id, None)

    def _forget(self, item_id: str) -> None:
        self._order.drop(item_id)
        self._mine.drop(item_id)
        self._odd.discard(item_id)
        self._sent.pop(item_id, None)

    def _note_sent(self, item: Item, now: Moment) -> None:
        """Mail that was sent before it was heard of is no news."""
        before = self._items.get(item.id)
        if item.state is State.SENT and before is not None and before.state is not State.SENT:
            self._sent[item.id] = now.later(REMEMBERED)

    def _just_sent(self, now: Moment) -> list[str]:
        """The latest first."""
        for item_id, until in list(self._sent.items()):
            if until.left(now) > 0:
                break
            del self._sent[item_id]
        return list(reversed(self._sent))

    def _mind_the_clock(self, now: Moment) -> None:
        if abs(now.wall - now.boot - self._offset) > CLOCK_STEP:
            self._begin(self._items.values(), now)

    def _pressing(self, item: Item, now: Moment) -> Key:
        """Of what waits the next one first; of the rest the newest."""
        waits = item.state is State.WAITING
        rests = item.account in self._stopped if waits else item.why == BY_HAND
        rank = RESTING if rests and item.held else RANKS[item.state]
        return rank, now.boot + item.left(now) if waits else 0.0, -item.queued, item.id


def moving(items: tuple[Item, ...]) -> bool:
    """Whether their lines change as time goes by."""
    return any(item.state in (State.WAITING, State.SENDING, State.SENT) for item in items)


def _is_mine(item: Item) -> bool:
    return (item.held or item.state is State.SENDING) and item.can_be_taken_back


def _newest_first(item: Item) -> Key:
    return 0, -item.queued, 0.0, item.id
