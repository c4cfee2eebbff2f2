"""The ledger of near misses: counted as mail is taken back, on this computer alone."""

from contextlib import suppress

from tuimail.mail.after.near_miss import NearMiss, Tally, tallies, undone
from tuimail.mail.errors import TuimailError
from tuimail.mail.hold.item import Item
from tuimail.ports import AfterStore, Clock


class NearMisses:
    """Counts what was caught. Nothing of a mail but its account is kept."""

    def __init__(self, store: AfterStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def taken_back(self, item: Item) -> None:
        """Count an item that was taken back, as it was before. That it can't be counted undoes nothing."""
        miss = undone(item, self._clock.now())
        if miss is not None:
            with suppress(TuimailError):
                await self._store.count(miss)

    async def all(self, since: float = 0.0) -> tuple[NearMiss, ...]:
        """Those since an instant (UTC seconds), oldest first. Raises OutboxError."""
        return await self._store.near_misses(since)

    async def tallies(self, since: float = 0.0) -> tuple[Tally, ...]:
        """The same by what caught them, the most frequent first. Raises OutboxError."""
        return tallies(await self.all(since))
