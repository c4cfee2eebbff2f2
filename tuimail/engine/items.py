"""The outbox as this process knows it: a copy of the store that announces every difference."""

from tuimail.engine.news import ItemChanged, ItemGone, Newsroom
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.move import Move
from tuimail.mail.letter.draft import Draft
from tuimail.ports import OutboxStore


class Items:
    """The known items by id. What the store took is announced, whoever did it."""

    def __init__(self, store: OutboxStore, newsroom: Newsroom) -> None:
        self._store = store
        self._newsroom = newsroom
        self._known: dict[str, Item] = {}
        self._seen = -1

    def all(self) -> tuple[Item, ...]:
        """Newest first."""
        return tuple(sorted(self._known.values(), key=lambda item: item.queued, reverse=True))

    async def catch_up(self) -> None:
        """Take over what other processes did since the last time."""
        changes = await self._store.changes()
        if changes != self._seen:
            self._seen = changes
            await self.load()

    async def load(self) -> None:
        found = {item.id: item for item in await self._store.items()}
        for item_id in self._known.keys() - found.keys():
            self.forget(item_id)
        for item in found.values():
            self.know(item)

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

    async def take_back(self, move: Move) -> Draft | None:
        draft = await self._store.take_back(move)
        await self.fresh(move.old.id)
        return draft

    def know(self, item: Item) -> None:
        known = self._known.get(item.id)
        if known is None or known.version < item.version:
            self._known[item.id] = item
            self._newsroom.announce(ItemChanged(item))

    def forget(self, item_id: str) -> None:
        if self._known.pop(item_id, None):
            self._newsroom.announce(ItemGone(item_id))
