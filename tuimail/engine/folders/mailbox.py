"""What a front end may do with the folders: read from the cache at once, and bring the cache up to date."""

import asyncio

from tuimail.engine.account import Accounts
from tuimail.engine.folders.sync import Sync
from tuimail.mail.errors import MailboxError, MessageGone
from tuimail.mail.folder.folder import Folder
from tuimail.mail.folder.thread import Thread
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.letter import Letter
from tuimail.ports import MailCache, MailSource


class Mailbox:
    """Folders, lists and letters of all accounts. Everything that asks a server raises MailboxError."""

    def __init__(self, accounts: Accounts, cache: MailCache, sync: Sync) -> None:
        self._accounts = accounts
        self._cache = cache
        self._sync = sync
        self._lent: dict[Ref, bytes] = {}

    async def folders(self, account: str) -> tuple[Folder, ...]:
        """The folders as last known."""
        return await self._cache.folders(account)

    async def refresh_folders(self, account: str) -> None:
        """Ask for the folders."""
        await self._sync.folders(account)

    async def sync(self, account: str, folder: str) -> None:
        """Make the cache agree with a folder that a person waits for."""
        await self._sync.folder(account, folder)

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

    def lend(self, name: str, raw: bytes) -> Ref:
        """A message that is in no folder: it can be read here until the program ends, and answered from the
        first account.
        """
        ref = Ref(self._accounts.default.name, "", name)
        self._lent[ref] = raw
        return ref

    async def raw(self, ref: Ref) -> bytes:
        """The message as it came."""
        if (lent := self._lent.get(ref)) is not None:
            return lent
        kept = await self._cache.body(ref.account, ref.folder, ref.uid)
        if kept is not None:
            return kept
        try:
            raw = await self._source(ref.account).body(ref.folder, ref.uid)
        except MessageGone:
            raise
        except MailboxError as error:
            raise MailboxError(f"{error}; of this message only the header is kept here") from error
        if self._accounts[ref.account].keeps_bodies:
            await self._keep(ref, raw)
        return raw

    async def _keep(self, ref: Ref, raw: bytes) -> None:
        from tuimail.mail.letter.gist import gist

        await self._cache.put_bodies([(ref, raw, await asyncio.to_thread(gist, raw))])

    def _source(self, account: str) -> MailSource:
        return self._accounts[account].source
