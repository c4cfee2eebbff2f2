"""Keeping an account's folders up to date: the inbox as things happen, the others now and then."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from tuimail.engine.account import Account, Accounts
from tuimail.engine.folders.link import Link
from tuimail.engine.folders.sync import Sync
from tuimail.engine.folders.turns import Urgency
from tuimail.engine.news import (
    AccountGoes,
    AccountOffline,
    FolderChanged,
    News,
    Newsroom,
    Notice,
    Synced,
)
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.letter.safe import line
from tuimail.ports import Clock, Ids

POLL_EVERY = 300.0
POLL_NEAR_EVERY = 30.0
"""Folders on this computer cost nothing to look at."""

MOST_FAILURES = 3
ORDER = (Role.SENT, Role.DRAFTS, Role.ARCHIVE, Role.NONE, Role.TRASH, Role.JUNK)


class Follow:
    """The loops of each account. A start without a connection and a lost one are the same to them."""

    def __init__(self, accounts: Accounts, sync: Sync, newsroom: Newsroom, clock: Clock, ids: Ids) -> None:
        self._accounts, self._sync = accounts, sync
        self._newsroom, self._clock = newsroom, clock
        self._links = {name: Link(name, newsroom, clock, ids) for name in accounts}
        self._met = {name: asyncio.Event() for name in accounts}
        self._shown = {name: asyncio.Event() for name in accounts}
        self._on_screen = "", ""
        self._turned = asyncio.Event()
        newsroom.listen(self._hear)

    @property
    def offline(self) -> tuple[AccountOffline, ...]:
        """The accounts whose servers don't answer."""
        return tuple(link.offline for link in self._links.values() if link.offline)

    def link(self, account: str) -> Link:
        return self._links[account]

    async def met(self, account: str) -> None:
        """Waits until the inbox was brought up to date once."""
        await self._met[account].wait()

    def show(self, account: str, folder: str) -> None:
        """A person looks at this folder: it is watched too, in place of the one before.

        A view of several folders has none of its own.
        """
        self._on_screen = account, folder
        self._turned.set()

    async def screen(self) -> None:
        """Watch the folder that is shown. Never ends."""
        while True:
            await self._turned.wait()
            self._turned.clear()
            watching = asyncio.ensure_future(self._watch(*self._on_screen))
            turned = asyncio.ensure_future(self._turned.wait())
            try:
                await asyncio.wait((watching, turned), return_when=asyncio.FIRST_COMPLETED)
                if watching.done():
                    watching.result()
            finally:
                watching.cancel()
                turned.cancel()
                await asyncio.gather(watching, turned, return_exceptions=True)

    async def inbox(self, account: Account) -> None:
        """Before anything else, and again whenever something happens in it. Never ends."""
        link = self._links[account.name]
        while True:
            try:
                home = await self._sync.home(account.name)
                await self._bring(account, home, Urgency.INBOX)
                self._met[account.name].set()
                self._shown[account.name].set()
                await self._follow(account, home, Urgency.INBOX)
            except MailboxError as error:
                link.fails(error)
            self._shown[account.name].set()
            await link.rest()

    async def others(self, account: Account) -> None:
        """The list of folders as soon as the inbox shows something, then what changed in them. Never ends."""
        link, numbers = self._links[account.name], dict[str, tuple[int, int]]()
        urgency = Urgency.INBOX
        await self._shown[account.name].wait()
        while True:
            try:
                folders = await self._sync.folders(account.name, urgency)
                link.works()
            except MailboxError as error:
                link.fails(error)
                await link.rest()
                continue
            urgency = Urgency.QUIET
            await self.met(account.name)
            await self._look(account, folders, numbers)
            await self._clock.sleep(POLL_EVERY if account.keeps_bodies else POLL_NEAR_EVERY)

    async def _look(
        self, account: Account, folders: Sequence[Folder], numbers: dict[str, tuple[int, int]]
    ) -> None:
        """Bring those up to date whose numbers are not what they were at the last look."""
        failures = 0
        for folder in sorted(_others(folders), key=_place):
            now = folder.total, folder.unread
            if numbers.get(folder.name) == now or failures >= MOST_FAILURES:
                continue
            try:
                urgency = Urgency.SENT if folder.role is Role.SENT else Urgency.QUIET
                await self._sync.folder(account.name, folder.name, urgency)
                numbers[folder.name] = now
            except MailboxError as error:
                failures += 1
                known = numbers.pop(folder.name, None)
                if self._links[account.name].offline is None and known:
                    self._newsroom.announce(Notice(line(f"{account.name}, {folder.title}: {error}")))

    async def _watch(self, account: str, folder: str) -> None:
        """Ends when there is nothing to watch here, or is cancelled."""
        while account and folder and folder != await self._sync.home(account):
            link = self._links[account]
            try:
                await self._follow(self._accounts[account], folder, Urgency.PERSON)
            except MailboxError as error:
                if link.offline is None:
                    self._newsroom.announce(Notice(line(f"{account}: {error}")))
            await link.rest()

    async def _follow(self, account: Account, folder: str, urgency: Urgency) -> None:
        async with aclosing(account.source.watch(folder)) as news:  # type: ignore[type-var]
            async for _ in news:
                await self._bring(account, folder, urgency)

    def _hear(self, news: News) -> None:
        match news:
            case FolderChanged(account):
                self._shown[account].set()
            case AccountGoes(account) | Synced(account):
                self._links[account].hurry()

    async def _bring(self, account: Account, folder: str, urgency: Urgency) -> None:
        await self._sync.folder(account.name, folder, urgency)
        self._links[account.name].works()


def _others(folders: Sequence[Folder]) -> list[Folder]:
    return [folder for folder in folders if folder.role is not Role.INBOX]


def _place(folder: Folder) -> int:
    return ORDER.index(folder.role)
