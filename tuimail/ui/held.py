"""Which outbox items the bottom edge shows, and in what order."""

from collections.abc import Callable

from tuimail.engine.news import ItemChanged, News
from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.moment import Moment

REMEMBERED = 4.0
"""Seconds for which the line of a mail that was just sent stays."""

_ORDER = (State.UNSURE, State.FAILED, State.SENDING, State.WAITING, State.PAUSED, State.SENT)


class Held:
    """A look at the engine's items, and a memory of those that were sent a moment ago."""

    def __init__(self, known: Callable[[], tuple[Item, ...]]) -> None:
        self._known = known
        self._unsent: set[str] = set()
        self._sent: dict[str, Moment] = {}

    def hear(self, news: News, now: Moment) -> None:
        """Remember what was just sent; mail that was sent before it was heard of is no news."""
        if not isinstance(news, ItemChanged):
            return
        if news.item.state is not State.SENT:
            self._unsent.add(news.item.id)
        elif news.item.id in self._unsent:
            self._unsent.remove(news.item.id)
            self._sent[news.item.id] = now.later(REMEMBERED)

    def shown(self, now: Moment) -> tuple[Item, ...]:
        """The items to show: what asks, what goes, then by due time."""
        live = [item for item in self._known() if self._lives(item, now)]
        return tuple(sorted(live, key=lambda item: _pressing(item, now)))

    def newest(self) -> Item | None:
        """The one that `u` takes back."""
        mine = (item for item in self._known() if item.held or item.state is State.SENDING)
        return next((item for item in mine if item.can_be_taken_back), None)

    def _lives(self, item: Item, now: Moment) -> bool:
        if item.state is State.SENT:
            return item.id in self._sent and self._sent[item.id].left(now) > 0
        return item.state is not State.UNDONE


def moving(items: tuple[Item, ...]) -> bool:
    """Whether their lines change as time goes by."""
    return any(item.state in (State.WAITING, State.SENDING, State.SENT) for item in items)


def _pressing(item: Item, now: Moment) -> tuple[int, float, float]:
    due = item.due.left(now) if item.due is not None else 0.0
    return _ORDER.index(item.state), due, -item.queued
