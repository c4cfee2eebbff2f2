"""The outbox as this process knows it: a copy of the store that announces every difference."""

from collections.abc import Callable, Sequence

from tuimail.engine.news import ItemChanged, ItemGone, Newsroom, OutboxLoaded
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.move import Move
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.submission import Submission
from tuimail.ports import OutboxStore

MANY = 50
"""So many changes at once are announced as one."""

Watcher = Callable[[str, Item | None], None]
"""Told of an id and what its item is now; None when it is gone."""


class Items:
    """The known items by id. What the store took is announced, whoever did it."""

    def __init__(self, store: OutboxStore, newsroom: Newsroom) -> None:
        self._store = store
        self._newsroom = newsroom
        self._known: dict[str, Item] = {}
        self._all: tuple[Item, ...] | None = ()
        self._watchers: list[Watcher] = []
        self._changes = -1
        self._seen = -1

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` with every difference, before it is announced."""
        self._watchers.append(watcher)

    def all(self) -> tuple[Item, ...]:
        """Newest first."""
        if self._all is None:
            self._all = tuple(sorted(self._known.values(), key=lambda item: item.queued, reverse=True))
        return self._all

    def get(self, item_id: str) -> Item | None:
        """The item as last heard of."""
        return self._known.get(item_id)

    async def catch_up(self) -> bool:
        """Take over what other processes did since the last time; whether they did anything."""
        changes = await self._store.changes()
        if changes == self._changes:
            return False
        self._changes = changes
        await self.load()
        return True

    async def load(self) -> None:
        """Take over what is on disk: all of it the first time, then what is new."""
        since = await self._store.since(self._seen)
        self._seen = since.seen
        many = len(since.items) + len(since.gone) > MANY
        for item_id in since.gone:
            self.forget(item_id, quietly=many)
        for item in since.items:
            self.know(item, quietly=many)
        if many:
            self._newsroom.announce(OutboxLoaded())

    async def fresh(self, item_id: str) -> Item | None:
        """The item as it is on disk."""
        item = await self._store.item(item_id)
        if item is None:
            self.forget(item_id)
        else:
            self.know(item)
        return item

    async def commit(self, move: Move | None) -> bool:
        """Make a move true; False when there was none to make or another mover was quicker."""
        if move is None:
            return False
        if await self._store.move(move):
            self.know(move.new)
            return True
        await self.fresh(move.old.id)
        return False

    async def commit_all(self, moves: Sequence[Move]) -> tuple[Move, ...]:
        """Make several moves true at once; those that came true."""
        took = await self._store.moves(moves)
        for move, true in zip(moves, took, strict=True):
            if true:
                self.know(move.new)
            else:
                await self.fresh(move.old.id)
        return tuple(move for move, true in zip(moves, took, strict=True) if true)

    async def claim(self, claim: Move, first: Move | None) -> Submission | None:
        """Claim a message, and make `first` true with it; the message, unless another mover was quicker.

        Raises OutboxError, OutboxDamaged; then neither came true.
        """
        took, submission = await self._store.claim(claim, first)
        if first is not None and took:
            self.know(first.new)
        elif first is not None:
            await self.fresh(first.old.id)
        if submission is None:
            await self.fresh(claim.old.id)
        else:
            self.know(claim.new)
        return submission

    async def take_back(self, move: Move) -> Draft | None:
        draft = await self._store.take_back(move)
        await self.fresh(move.old.id)
        return draft

    def know(self, item: Item, quietly: bool = False) -> None:
        known = self._known.get(item.id)
        if known is not None and known.version >= item.version:
            return
        self._known[item.id] = item
        self._changed(item.id, item)
        if not quietly:
            self._newsroom.announce(ItemChanged(item))

    def forget(self, item_id: str, quietly: bool = False) -> None:
        if self._known.pop(item_id, None) is None:
            return
        self._changed(item_id, None)
        if not quietly:
            self._newsroom.announce(ItemGone(item_id))

    def _changed(self, item_id: str, item: Item | None) -> None:
        self._all = None
        for watcher in self._watchers:
            watcher(item_id, item)
