"""Bringing folders up to date: which rounds run, how urgent each is, and what they tell."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from tuimail.engine.account import Accounts
from tuimail.engine.deeds.overlay import Overlay
from tuimail.engine.folders.progress import Report
from tuimail.engine.folders.round import FolderRound, Halt
from tuimail.engine.folders.turns import Turns, Urgency
from tuimail.engine.news import FoldersChanged, NewMail, Newsroom, Synced
from tuimail.engine.places import Place
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.letter.envelope import Envelope
from tuimail.mail.letter.safe import Safe
from tuimail.ports import Clock, MailCache

INBOX = "INBOX"
"""What the inbox is called before the folders were asked for; a server may not call it otherwise."""

NAMED = 10
"""So many new messages are told one by one."""


class Sync:
    """One round of a folder at a time; whoever asks meanwhile shares the next one."""

    def __init__(
        self,
        accounts: Accounts,
        cache: MailCache,
        newsroom: Newsroom,
        clock: Clock,
        pending: Overlay,
        bell: bool = False,
    ) -> None:
        self._accounts, self._cache = accounts, cache
        self._newsroom, self._clock = newsroom, clock
        self._pending = pending
        self._bell = bell
        self._turns: defaultdict[str, Turns] = defaultdict(Turns)
        self._locks: defaultdict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running: dict[Place, FolderRound] = {}
        self._begun: defaultdict[Place, int] = defaultdict(int)
        self._done: defaultdict[Place, int] = defaultdict(int)

    async def folder(self, account: str, folder: str, urgency: Urgency = Urgency.PERSON) -> None:
        """Make the cache agree with a folder as it is now. Raises MailboxError.

        A round that began before is not enough, and becomes as urgent as this.
        """
        place, asked = (account, folder), self._begun[account, folder]
        if running := self._running.get(place):
            running.urgency = min(running.urgency, urgency)
        async with self._locks[place]:
            if self._done[place] <= asked:
                await self._round(place, urgency)

    async def folders(self, account: str, urgency: Urgency = Urgency.PERSON) -> tuple[Folder, ...]:
        """Ask for the folders and their numbers. Raises MailboxError."""
        async with self._turns[account].turn(urgency):
            folders = await self._accounts[account].source.folders()
        await self._cache.put_folders(account, folders)
        self._newsroom.announce(FoldersChanged(account))
        return folders

    async def home(self, account: str) -> str:
        """The inbox, also of an account whose folders were never asked for."""
        folders = await self._cache.folders(account)
        if home := inbox(folders):
            return home.name
        if not folders:
            await self._cache.put_folders(account, (Folder(account, INBOX, Safe("Inbox"), Role.INBOX),))
            self._newsroom.announce(FoldersChanged(account))
        return INBOX

    def stop(self, account: str, folder: str) -> None:
        """Let a round end after the batch under way; the next one goes on."""
        if running := self._running.get((account, folder)):
            running.stopped = True

    async def calm(self, account: str) -> None:
        """Waits while rounds of the account run that a person could be waiting for."""
        while urgent := [place for place in self._running if place[0] == account and self._urgent(place)]:
            async with self._locks[urgent[0]]:
                pass

    def turns(self, account: str) -> Turns:
        """Who may ask the account's source next."""
        return self._turns[account]

    def _urgent(self, place: Place) -> bool:
        return self._running[place].urgency < Urgency.QUIET

    async def _round(self, place: Place, urgency: Urgency) -> None:
        account, folder = place
        report = Report(account, folder, self._newsroom, self._clock)
        source, turns = self._accounts[account].source, self._turns[account]
        running = FolderRound(folder, source, self._cache, turns, report, self._pending, urgency)
        self._begun[place] += 1
        number = self._begun[place]
        self._running[place] = running
        try:
            await running.run()
        except Halt:
            return
        finally:
            del self._running[place]
        await self._tell_new(place, running.came)
        self._done[place] = number
        self._newsroom.announce(Synced(account, folder))

    async def _tell_new(self, place: Place, came: Sequence[Envelope]) -> None:
        """Not of what was there when the folder was first looked at."""
        if came and self._done[place] and await self.home(place[0]) == place[1]:
            newest = sorted(came, key=lambda envelope: envelope.received, reverse=True)[:NAMED]
            self._newsroom.announce(NewMail(place[0], len(came), tuple(newest), self._bell))


def inbox(folders: Sequence[Folder]) -> Folder | None:
    """The inbox among the folders of an account."""
    return next((folder for folder in folders if folder.role is Role.INBOX), None)
