"""Whether an account's server answers: told when it changes, not at each try."""

import asyncio

from tuimail.engine.news import AccountOffline, AccountOnline, Newsroom, Notice
from tuimail.mail.errors import MailboxError
from tuimail.mail.letter.safe import line
from tuimail.ports import Clock, Ids

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 300.0


class Link:
    """Of one account. `offline` says since when and why, while it is."""

    def __init__(self, account: str, newsroom: Newsroom, clock: Clock, ids: Ids) -> None:
        self._account, self._newsroom = account, newsroom
        self._clock, self._ids = clock, ids
        self._tries = 0
        self._back = asyncio.Event()
        self.offline: AccountOffline | None = None

    def works(self) -> None:
        """The server answered."""
        self._tries = 0
        self._back.set()
        if self.offline is not None:
            self.offline = None
            self._newsroom.announce(AccountOnline(self._account))
            self._newsroom.announce(Notice(line(f"{self._account} is back"), trouble=False))

    def fails(self, error: MailboxError) -> None:
        """It did not, or said no."""
        if self.offline is None:
            self.offline = AccountOffline(self._account, self._clock.now().wall, line(str(error)))
            self._newsroom.announce(self.offline)
            said = f"{self._account}: {error}; trying again, and what you do is kept"
            self._newsroom.announce(Notice(line(said)))

    def hurry(self) -> None:
        """It may answer again: whoever rests tries now."""
        if self.offline is not None:
            self._tries = 0
            self._back.set()

    async def rest(self) -> None:
        """Waits before the next try, longer each time, or until somebody else has an answer."""
        self._back.clear()
        pause = min(SHORTEST_PAUSE * 2**self._tries, LONGEST_PAUSE) * (0.5 + self._ids.jitter())
        self._tries = min(self._tries + 1, 16)
        waits = [asyncio.ensure_future(self._clock.sleep(pause)), asyncio.ensure_future(self._back.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
