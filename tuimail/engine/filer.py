"""Files the copy of what was sent. Its failures never touch the sending."""

from contextlib import suppress

from tuimail.engine.account import Account
from tuimail.engine.items import Items
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.hold import filing
from tuimail.mail.hold.item import Item
from tuimail.mail.letter.draft import Kind
from tuimail.mail.letter.envelope import Flag
from tuimail.mail.letter.safe import Safe
from tuimail.mail.letter.submission import OWN_HEADER
from tuimail.ports import Clock, Ids, OutboxStore

SENT_IF_MISSING = "Sent"


class Filer:
    """Runs in the process that sends; each account has a loop of its own, its copies go in turn."""

    def __init__(self, items: Items, store: OutboxStore, clock: Clock, ids: Ids) -> None:
        self._items = items
        self._store = store
        self._clock = clock
        self._ids = ids

    async def round(self, account: Account) -> tuple[tuple[str, str], ...]:
        """File what is due of this account; the (account, folder) pairs that have a new copy or flag."""
        now = self._clock.now()
        due = [i for i in self._items.all() if i.account == account.name and filing.is_due(i, now)]
        places: list[tuple[str, str]] = []
        for item in reversed(due):
            places += await self._file(account, item)
        return tuple(places)

    async def _file(self, account: Account, item: Item) -> list[tuple[str, str]]:
        begun = filing.begin(item, self._clock.now())
        if not await self._items.commit(begun):
            return []
        try:
            found = await _sent_folder(account)
            sent = found or Folder(account.name, SENT_IF_MISSING, Safe(SENT_IF_MISSING), Role.SENT)
            if not (found and await self._filed_before(account, found, item)):
                submission = await self._store.submission(item.id)
                await account.source.append(sent.name, submission.wire, frozenset({Flag.SEEN}))
        except MailboxError as error:
            failed = filing.failed(begun.new, self._clock.now(), str(error), self._ids.jitter())
            await self._items.commit(failed)
            return []
        await self._items.commit(filing.filed(begun.new, self._clock.now(), sent.title))
        return [(account.name, sent.name), *await _mark_answered(account, item)]

    async def _filed_before(self, account: Account, sent: Folder, item: Item) -> bool:
        return item.filing_tries > 0 and bool(await account.source.find(sent.name, OWN_HEADER, item.token))


async def _sent_folder(account: Account) -> Folder | None:
    return next((folder for folder in await account.source.folders() if folder.role is Role.SENT), None)


async def _mark_answered(account: Account, item: Item) -> list[tuple[str, str]]:
    """A courtesy to the list: when the original is gone or the server is, nothing is lost."""
    if item.answers is None or item.answers.account != account.name:
        return []
    flag = Flag.FORWARDED if item.kind is Kind.FORWARD else Flag.ANSWERED
    with suppress(MailboxError):
        await account.source.flag(item.answers.folder, [item.answers.uid], frozenset({flag}), frozenset())
    return [(account.name, item.answers.folder)]
