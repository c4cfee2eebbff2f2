"""What follows a sending: the copy in Sent, the flag on the message answered, the end of the draft's copy.

None of its failures touches the sending, and all of it may be done twice without harm.
"""

from contextlib import suppress

from tuimail.engine import places
from tuimail.engine.account import Account
from tuimail.engine.items import Items
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Role
from tuimail.mail.hold import filing
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.move import Move
from tuimail.mail.letter.draft import Kind
from tuimail.mail.letter.envelope import Flag
from tuimail.mail.letter.submission import OWN_HEADER
from tuimail.ports import Clock, Ids, OutboxStore

Place = tuple[str, str]
"""An account's name and a folder's."""


class Filer:
    """Runs in the process that sends; each account has a loop of its own, its copies go in turn."""

    def __init__(self, items: Items, store: OutboxStore, clock: Clock, ids: Ids) -> None:
        self._items = items
        self._store = store
        self._clock = clock
        self._ids = ids

    async def round(self, account: Account) -> tuple[Place, ...]:
        """Do what is due of this account; the places where something is new."""
        now = self._clock.now()
        due = [i for i in self._items.all() if i.account == account.name and filing.is_due(i, now)]
        changed: list[Place] = []
        for item in reversed(due):
            changed += await self._follow_up(account, item)
        return tuple(changed)

    async def _follow_up(self, account: Account, item: Item) -> list[Place]:
        begun = filing.begin(item, self._clock.now())
        if not await self._items.commit(begun):
            return []
        try:
            filed, changed = await self._file(account, begun.new, again=item.filing_tries > 0)
        except MailboxError as error:
            failed = filing.failed(begun.new, self._clock.now(), str(error), self._ids.jitter())
            await self._items.commit(failed)
            return []
        changed += [*await _mark_answered(account, item), *await _drop_copy(account, item)]
        await self._items.commit(filed)
        return changed

    async def _file(self, account: Account, item: Item, again: bool) -> tuple[Move, list[Place]]:
        """The move that says where the copy is. A second try first looks for the copy of the first."""
        if not account.files_sent:
            return filing.left_to_server(item, self._clock.now()), []
        sent, exists = await places.special(account, Role.SENT, "Sent")
        found = exists and again and await account.source.find(sent.name, OWN_HEADER, item.token)
        if not found:
            submission = await self._store.submission(item.id)
            await account.source.append(sent.name, submission.wire, frozenset({Flag.SEEN}))
        return filing.filed(item, self._clock.now(), sent.title), [(account.name, sent.name)]


async def _mark_answered(account: Account, item: Item) -> list[Place]:
    """A courtesy to the list: when the original is gone or the server is, nothing is lost."""
    if item.answers is None or item.answers.account != account.name:
        return []
    flag = Flag.FORWARDED if item.kind is Kind.FORWARD else Flag.ANSWERED
    with suppress(MailboxError):
        await account.source.flag(item.answers.folder, [item.answers.uid], frozenset({flag}), frozenset())
    return [(account.name, item.answers.folder)]


async def _drop_copy(account: Account, item: Item) -> list[Place]:
    """The draft's copy on the server is superseded; one that can't be reached now is only in the way."""
    if item.replaces is None or item.replaces.account != account.name:
        return []
    with suppress(MailboxError):
        await account.source.remove(item.replaces.folder, item.replaces.uid)
    return [(account.name, item.replaces.folder)]
