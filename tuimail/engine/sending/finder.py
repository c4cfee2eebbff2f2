"""Looks for messages whose answer was lost: asks the server that was to send them, else looks in Sent."""

from contextlib import suppress

from tuimail.engine import places
from tuimail.engine.account import Account
from tuimail.engine.places import Place
from tuimail.engine.sending import courtesy
from tuimail.engine.sending.items import Items
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.hold import look
from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.trace import Trace
from tuimail.ports import Clock


class Finder:
    """Runs in the process that sends. It only reads, and has nothing sent again but a draft that was not.

    A draft is removed that was left on a server by a message that was taken back, or failed and was deleted.
    """

    def __init__(self, items: Items, clock: Clock) -> None:
        self._items = items
        self._clock = clock
        self._unsure: dict[str, Item] = {}
        self._failed: dict[str, Item] = {}
        self._left_behind: dict[str, Item] = {}
        items.watch(self._note)

    async def round(self, account: Account) -> tuple[Place, ...]:
        """Look for what is due of this account; the places where something is new.

        A mailbox that can't be reached is asked once for all. Raises OutboxError.
        """
        await self._tidy(account)
        now = self._clock.now()
        due = [i for i in self._unsure.values() if i.account == account.name and look.is_due(i, now)]
        changed: list[Place] = []
        for number, item in enumerate(due):
            try:
                changed += await self._look(account, item)
            except MailboxError as error:
                await self._put_off(due[number:], str(error))
                break
        return tuple(changed)

    async def _look(self, account: Account, item: Item) -> list[Place]:
        trace = await account.tracer.trace(item) if account.tracer is not None else Trace.UNKNOWN
        if trace is Trace.UNSENT:
            await self._items.commit(look.unsent(item, self._clock.now()))
            return []
        sent, found = await copy_in_sent(account, item)
        now = self._clock.now()
        if not found and trace is not Trace.SENT:
            await self._items.commit(look.missed(item, now, server_files=not account.files_sent))
            return []
        paid = await courtesy.pay(account, item)
        await self._items.commit(look.found(item, now, sent.title))
        return [(account.name, sent.name), *paid]

    async def _tidy(self, account: Account) -> None:
        for item in [each for each in self._left_behind.values() if each.account == account.name]:
            if account.tracer is not None:
                with suppress(MailboxError):
                    await account.tracer.forget(item)
            self._left_behind.pop(item.id, None)

    async def _put_off(self, items: list[Item], trouble: str) -> None:
        now = self._clock.now()
        moves = (look.out_of_reach(item, now, trouble) for item in items)
        await self._items.commit_all([move for move in moves if move is not None])

    def _note(self, item_id: str, item: Item | None) -> None:
        if item is not None and item.state is State.UNSURE and item.due is not None:
            self._unsure[item_id] = item
        else:
            self._unsure.pop(item_id, None)
        failed = self._failed.pop(item_id, None)
        left = item or failed
        if left is None or not left.remote:
            return
        if item is not None and item.state is State.FAILED:
            self._failed[item_id] = item
        elif item is None or item.state is State.UNDONE:
            self._left_behind[item_id] = left


async def copy_in_sent(account: Account, item: Item) -> tuple[Folder, bool]:
    """The folder for sent mail, and whether this message is in it. Raises MailboxError.

    A message in another folder proves nothing: one to oneself may come from anywhere.
    """
    sent, exists = await places.special(account, Role.SENT, "Sent")
    if exists:
        for header, value in look.keys(item):
            if await account.source.find(sent.name, header, value):
                return sent, True
    return sent, False
