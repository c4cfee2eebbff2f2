"""The accounts whose mail goes nowhere until a person acts, as this process knows them."""

from tuimail.engine.news import AccountGoes, AccountStopped, Newsroom
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.stop import Stop
from tuimail.ports import OutboxStore


class Stops:
    """A copy of the store's stops that announces every difference, so that each is asked about once."""

    def __init__(self, store: OutboxStore, newsroom: Newsroom) -> None:
        self._store = store
        self._newsroom = newsroom
        self._known: dict[str, Stop] = {}

    def all(self) -> tuple[Stop, ...]:
        return tuple(self._known.values())

    def __contains__(self, account: str) -> bool:
        return account in self._known

    async def load(self) -> None:
        """Take over what other processes stopped, or set going."""
        found = {stop.account: stop for stop in await self._store.stops()}
        for account in self._known.keys() - found.keys():
            self._forget(account)
        for stop in found.values():
            self._know(stop)

    async def stop(self, account: str, why: str, now: Moment) -> None:
        """Its mail is kept, and not tried. Raises OutboxError."""
        stop = Stop(account, now.wall, why)
        await self._store.stop(stop)
        self._know(stop)

    async def go(self, account: str) -> None:
        """Try its mail again. Raises OutboxError."""
        if account in self._known:
            await self._store.go(account)
            self._forget(account)

    def _know(self, stop: Stop) -> None:
        if self._known.get(stop.account) != stop:
            self._known[stop.account] = stop
            self._newsroom.announce(AccountStopped(stop))

    def _forget(self, account: str) -> None:
        del self._known[account]
        self._newsroom.announce(AccountGoes(account))
