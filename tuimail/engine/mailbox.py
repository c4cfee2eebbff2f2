"""What a front end may do with the folders: read from the cache at once, and bring the cache up to date."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby

from msgspec.structs import replace

from tuimail.engine.account import Accounts
from tuimail.engine.news import FolderChanged, FoldersChanged, NewMail, Newsroom, Progress
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.plan import plan
from tuimail.mail.folder.thread import Thread
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.letter import Letter, Part
from tuimail.ports import Files, MailCache, MailSource

FIRST_BATCH = 100
BATCH = 500


class Mailbox:
    """Folders, lists and letters of all accounts. Everything that asks a server raises MailboxError."""

    def __init__(self, accounts: Accounts, cache: MailCache, files: Files, newsroom: Newsroom) -> None:
        self._accounts = accounts
        self._cache = cache
        self._files = files
        self._newsroom = newsroom
        self._syncing: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._met: set[tuple[str, str]] = set()

    async def folders(self, account: str) -> tuple[Folder, ...]:
        """The folders as last known."""
        folders = await self._cache.folders(account)
        return tuple([await self._counted(folder) for folder in folders])

    async def refresh_folders(self, account: str) -> None:
        """Ask for the folders."""
        folders = await self._source(account).folders()
        await self._cache.put_folders(account, folders)
        self._newsroom.announce(FoldersChanged(account))

    async def sync(self, account: str, folder: str) -> None:
        """Make the cache agree with the folder, newest messages first, in batches that stand on their own."""
        async with self._syncing[account, folder]:
            await self._sync(account, folder)
        self._newsroom.announce(FoldersChanged(account))

    async def count(self, view: View) -> tuple[int, int]:
        """Messages in the view, and how many of them are unread."""
        return await self._cache.count(view)

    async def page(self, view: View, start: int, length: int) -> tuple[Envelope, ...]:
        """A stretch of rows, newest first."""
        return await self._cache.page(view, start, length)

    async def threads(self, view: View, start: int, length: int) -> tuple[Thread, ...]:
        """A stretch of rows, one a conversation."""
        return await self._cache.threads(view, start, length)

    async def thread(self, view: View, key: int) -> tuple[Envelope, ...]:
        """The messages of a conversation that are in the view, oldest first."""
        return await self._cache.thread(view, key)

    async def row(self, view: View, ref: Ref) -> int | None:
        """The row on which a message, or its conversation, stands."""
        return await self._cache.row(view, ref)

    async def unread(self, view: View, start: int, back: bool = False) -> int | None:
        """The first unread row from `start` on, or backwards from it."""
        return await self._cache.unread(view, start, back)

    async def refs(self, view: View) -> tuple[Ref, ...]:
        """All messages of the view."""
        return await self._cache.refs(view)

    async def envelope(self, ref: Ref) -> Envelope | None:
        """What the list shows of a message."""
        return await self._cache.envelope(ref)

    async def letter(self, ref: Ref) -> Letter:
        from tuimail.mail.letter import parse

        return await asyncio.to_thread(parse.parse, await self.raw(ref))

    async def raw(self, ref: Ref) -> bytes:
        """The message as it came."""
        kept = await self._cache.body(ref.account, ref.folder, ref.uid)
        if kept is not None:
            return kept
        raw = await self._source(ref.account).body(ref.folder, ref.uid)
        if self._accounts[ref.account].keeps_bodies:
            await self._cache.put_body(ref.account, ref.folder, ref.uid, raw)
        return raw

    async def part(self, ref: Ref, index: int) -> bytes:
        """The decoded bytes of an attachment."""
        from tuimail.mail.letter import parse

        return await asyncio.to_thread(parse.part, await self.raw(ref), index)

    async def save_part(self, ref: Ref, part: Part, folder: str) -> str:
        """Save an attachment under a clean name, over nothing; its path."""
        from tuimail.mail.letter import filename

        return await self._files.save(folder, filename.clean(part.name), await self.part(ref, part.index))

    async def flag(self, refs: Sequence[Ref], add: frozenset[str], drop: frozenset[str]) -> None:
        """Set and clear flags: on the screen at once, then on the server, and back again if it says no."""
        for (account, folder), group in groupby(sorted(refs, key=_place), key=_place):
            uids = [ref.uid for ref in group]
            before = await self._cache.mark(account, folder, uids, add, drop)
            self._flags_changed(account, folder)
            try:
                await self._source(account).flag(folder, uids, add, drop)
            except MailboxError:
                await self._cache.reflag(account, folder, before)
                self._flags_changed(account, folder)
                raise

    def _flags_changed(self, account: str, folder: str) -> None:
        self._newsroom.announce(FolderChanged(account, folder))
        self._newsroom.announce(FoldersChanged(account))

    async def _sync(self, account: str, folder: str) -> None:
        source = self._source(account)
        todo = plan(await self._cache.listing(account, folder), await source.listing(folder))
        if todo.drop:
            await self._cache.drop(account, folder, todo.drop)
        if todo.reflag:
            await self._cache.reflag(account, folder, todo.reflag)
        if todo.drop or todo.reflag:
            self._newsroom.announce(FolderChanged(account, folder))
        unread = await self._fetch(account, folder, todo.fetch)
        if unread and (account, folder) in self._met and await self._is_inbox(account, folder):
            self._newsroom.announce(NewMail(account, unread))
        self._met.add((account, folder))

    async def _is_inbox(self, account: str, folder: str) -> bool:
        home = inbox(await self._cache.folders(account))
        return home is not None and home.name == folder

    async def _fetch(self, account: str, folder: str, uids: tuple[str, ...]) -> int:
        """Fetch and cache these messages; how many of them are unread."""
        unread = done = 0
        while done < len(uids):
            batch = uids[done : done + (BATCH if done else FIRST_BATCH)]
            envelopes = await self._source(account).envelopes(folder, batch)
            await self._cache.put(envelopes)
            unread += sum(not envelope.seen for envelope in envelopes)
            done += len(batch)
            self._newsroom.announce(FolderChanged(account, folder))
            self._newsroom.announce(Progress(account, folder, done, len(uids)))
        return unread

    async def _counted(self, folder: Folder) -> Folder:
        if (folder.account, folder.name) not in self._met:
            return folder
        total, unread = await self._cache.count(View(folder.account, folder.name))
        return replace(folder, total=total, unread=unread)

    def _source(self, account: str) -> MailSource:
        return self._accounts[account].source


def _place(ref: Ref) -> tuple[str, str]:
    return ref.account, ref.folder


def inbox(folders: Sequence[Folder]) -> Folder | None:
    """The inbox among the folders of an account."""
    return next((folder for folder in folders if folder.role is Role.INBOX), None)
