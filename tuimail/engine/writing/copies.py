"""Copies of drafts in Drafts folders: one each, whatever breaks off in between."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tuimail.engine import places
from tuimail.engine.account import Account, Accounts
from tuimail.engine.writing.finishing import stamp, with_files
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Role
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.envelope import Flag, Ref
from tuimail.mail.letter.submission import DRAFT_HEADER, OWN_HEADER
from tuimail.ports import Clock, Files, Ids, OutboxStore


class Filed(Struct, frozen=True):
    """A draft that knows its copy. `elsewhere`: the copy before was changed or removed by another program."""

    draft: Draft
    elsewhere: bool = False


class Copies:
    """Every copy names its draft in a header, so that one left behind by a crash is found and goes."""

    def __init__(self, accounts: Accounts, store: OutboxStore, files: Files, clock: Clock, ids: Ids) -> None:
        self._accounts = accounts
        self._store = store
        self._files = files
        self._clock = clock
        self._ids = ids

    async def file(self, draft: Draft) -> Filed:
        """Put a copy into the account's Drafts folder, then take away the ones before.

        Raises AttachmentError and MailboxError; what is kept here stays as it is then.
        """
        from tuimail.mail.letter.unfinished import unfinished

        account = self._accounts[draft.account]
        sender = account.sender(draft)
        mark = stamp(sender.spec, self._clock, self._ids)
        wire = unfinished(await with_files(draft, self._files), sender, mark)
        folder, exists = await places.special(account, Role.DRAFTS, "Drafts")
        before = await self._before(account, folder.name, draft) if exists else ()
        uid = await account.source.append(folder.name, wire, frozenset({Flag.DRAFT, Flag.SEEN}))
        uid = uid or next(iter(await account.source.find(folder.name, OWN_HEADER, mark.token)), "")
        filed = replace(draft, replaces=Ref(account.name, folder.name, uid) if uid else None)
        if await self.remember(filed):
            await _erase(account, folder.name, [old for old in before if old != uid])
            if draft.replaces is not None and not self._was_in(draft.replaces, account, folder.name, exists):
                await self.drop(draft)
        else:
            await self.drop(filed)
        return Filed(filed, exists and draft.replaces is not None and not before)

    async def remember(self, filed: Draft) -> bool:
        """Note where the copy is, and nothing else: what was typed meanwhile stays. False for no draft."""
        if filed.id not in [draft.id for draft, _ in await self._store.drafts()]:
            return False
        kept = await self._store.draft(filed.id)
        if kept is not None:
            await self._store.save_draft(replace(kept, replaces=filed.replaces), self._clock.now())
        return kept is not None

    async def drop(self, draft: Draft) -> None:
        """Take a draft's copy away. Raises MailboxError."""
        if draft.replaces is not None and draft.replaces.account in self._accounts:
            account = self._accounts[draft.replaces.account]
            await account.source.erase(draft.replaces.folder, [draft.replaces.uid])

    async def tidy(self, account: Account) -> None:
        """Leave every draft of the account one copy, and let it know which. Raises MailboxError."""
        mine = [draft for draft, _ in await self._store.drafts() if draft.account == account.name]
        if not mine:
            return
        folder, exists = await places.special(account, Role.DRAFTS, "Drafts")
        for draft in mine if exists else ():
            found = await account.source.find(folder.name, DRAFT_HEADER, draft.id)
            if found:
                newest = Ref(account.name, folder.name, found[-1])
                if newest != draft.replaces and not await self.remember(replace(draft, replaces=newest)):
                    continue
                await _erase(account, folder.name, found[:-1])

    async def _before(self, account: Account, folder: str, draft: Draft) -> tuple[str, ...]:
        """The copies that are there now; the one noted is looked for by itself, since not every server
        searches headers of ours."""
        found = await account.source.find(folder, DRAFT_HEADER, draft.id)
        noted = draft.replaces
        if noted is None or noted.uid in found or (noted.account, noted.folder) != (account.name, folder):
            return tuple(found)
        return (*found, *await account.source.message_ids(folder, [noted.uid]))

    def _was_in(self, noted: Ref, account: Account, folder: str, exists: bool) -> bool:
        return exists and (noted.account, noted.folder) == (account.name, folder)


async def tidied(copies: Copies, account: Account) -> None:
    """Tidy up where the server can be reached; the next start tries again."""
    try:
        await copies.tidy(account)
    except MailboxError:
        return


async def _erase(account: Account, folder: str, uids: Sequence[str]) -> None:
    if uids:
        await account.source.erase(folder, uids)
