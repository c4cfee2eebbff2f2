"""Searching beyond what is here: servers look through the mail whose text is not on this computer."""

import asyncio
from itertools import groupby

from tuimail.engine.account import Accounts
from tuimail.engine.folders.sync import Sync
from tuimail.engine.folders.turns import Urgency
from tuimail.engine.news import FolderChanged, Newsroom, Searched, Stage
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.covered import Covered
from tuimail.mail.folder.query import Query
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import line
from tuimail.ports import MailCache

MOST = 1_000
"""So many of the newest that a server finds in a folder are taken."""


class Search:
    """What is here answers at once, through `Mailbox`; this asks for the rest."""

    def __init__(self, accounts: Accounts, cache: MailCache, newsroom: Newsroom, sync: Sync) -> None:
        self._accounts, self._cache = accounts, cache
        self._newsroom, self._sync = newsroom, sync

    async def here(self, view: View) -> Searched:
        """How much of the view's mail can be searched without a server."""
        covered = await self._cache.covered(view)
        return _searched(view, covered, Stage.HERE)

    async def ask(self, view: View, near: bool = True) -> Searched:
        """Ask the servers, where the query looks into text that is not here; how it went is announced.

        What they find is in the view from then on. Without `near`, what lies on a disk is left alone: all of
        it would be read for each query. Never raises MailboxError.
        """
        covered = await self._cache.covered(view)
        wanted = [each for each in covered if each.textless and (near or self._is_far(each.account))]
        wanted = wanted if view.query.asks_text else []
        if not wanted:
            return self._tell(_searched(view, covered, Stage.HERE))
        self._tell(_searched(view, covered, Stage.ASKING))
        accounts = [list(group) for _, group in groupby(wanted, key=lambda each: each.account)]
        troubles = await asyncio.gather(*(self._ask_all(view.query, folders) for folders in accounts))
        trouble = next(filter(None, troubles), "")
        return self._tell(_searched(view, covered, Stage.REFUSED if trouble else Stage.ASKED, trouble))

    def _is_far(self, account: str) -> bool:
        return self._accounts[account].keeps_bodies

    async def _ask_all(self, query: Query, folders: list[Covered]) -> str:
        """Ask one server about its folders; what went wrong, in one line."""
        try:
            for folder in folders:
                await self._ask(query, folder.account, folder.folder)
        except MailboxError as error:
            return str(error)
        return ""

    async def _ask(self, query: Query, account: str, folder: str) -> None:
        source, turns = self._accounts[account].source, self._sync.turns(account)
        async with turns.turn(Urgency.PERSON):
            uids = await source.search(folder, query)
        refs = [Ref(account, folder, uid) for uid in uids[:MOST]]
        if unknown := await self._cache.answer(query, refs):
            async with turns.turn(Urgency.PERSON):
                envelopes = await source.envelopes(folder, [ref.uid for ref in unknown])
            await self._cache.put(envelopes)
            await self._cache.answer(query, unknown)
        if refs:
            self._newsroom.announce(FolderChanged(account, folder))

    def _tell(self, searched: Searched) -> Searched:
        self._newsroom.announce(searched)
        return searched


def _searched(view: View, covered: tuple[Covered, ...], stage: Stage, trouble: str = "") -> Searched:
    total, textless = sum(each.total for each in covered), sum(each.textless for each in covered)
    return Searched(view, total, textless if view.query.asks_text else 0, stage, line(trouble))
