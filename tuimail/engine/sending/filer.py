"""What follows a sending: the copy in Sent, the flag on the message answered, the end of the draft's copy.

None of its failures touches the sending, and all of it may be done twice without harm.
"""

from tuimail.engine import places
from tuimail.engine.account import Account
from tuimail.engine.places import Place
from tuimail.engine.sending import courtesy
from tuimail.engine.sending.finder import copy_in_sent
from tuimail.engine.sending.items import Items
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.hold import filing
from tuimail.mail.hold.item import Filing, Item, State
from tuimail.mail.hold.move import Move
from tuimail.mail.letter.envelope import Flag
from tuimail.mail.letter.submission import OWN_HEADER
from tuimail.ports import Clock, Ids, OutboxStore

BATCH = 50
MOST_FAILURES = 2


class Filer:
    """Runs in the process that sends; each account has a loop of its own, its copies go in turn."""

    def __init__(self, items: Items, store: OutboxStore, clock: Clock, ids: Ids) -> None:
        self._items = items
        self._store = store
        self._clock = clock
        self._ids = ids
        self._waiting: dict[str, Item] = {}
        items.watch(self._note)

    async def round(self, account: Account) -> tuple[Place, ...]:
        """Do what is due of this account; the places where something is new."""
        now = self._clock.now()
        mine = [item for item in self._waiting.values() if item.account == account.name]
        due = sorted((item for item in mine if filing.is_due(item, now)), key=lambda item: item.queued)
        changed: list[Place] = []
        for start in range(0, len(due), BATCH):
            changed += await self._follow_up(account, due[start : start + BATCH])
        return tuple(dict.fromkeys(changed))

    async def _follow_up(self, account: Account, items: list[Item]) -> list[Place]:
        """Each batch is begun on disk, filed, written down. A mailbox that fails twice running is left."""
        now = self._clock.now()
        begun = await self._items.commit_all([filing.begin(item, now) for item in items])
        done: list[Move] = []
        changed: list[Place] = []
        failures, why = 0, ""
        for move in begun:
            try:
                if failures >= MOST_FAILURES:
                    raise MailboxError(why)
                filed, places_ = await self._file(account, move.new, again=move.old.filing_tries > 0)
                changed += [*places_, *await courtesy.pay(account, move.new)]
                failures = 0
            except MailboxError as error:
                failures, why = failures + 1, str(error)
                filed = filing.failed(move.new, self._clock.now(), why, self._ids.jitter())
            done.append(filed)
        await self._items.commit_all(done)
        return changed

    def _note(self, item_id: str, item: Item | None) -> None:
        if item is not None and item.state is State.SENT and item.filing is Filing.DUE:
            self._waiting[item_id] = item
        else:
            self._waiting.pop(item_id, None)

    async def _file(self, account: Account, item: Item, again: bool) -> tuple[Move, list[Place]]:
        """The move that says where the copy is. A second try first looks for the copy of the first."""
        if not account.files_sent:
            return filing.left_to_server(item, self._clock.now()), []
        sent, found = await self._where(account, item, again)
        if not found:
            submission = await self._store.submission(item.id)
            await account.source.append(sent.name, submission.wire, frozenset({Flag.SEEN}))
        return filing.filed(item, self._clock.now(), sent.title), [(account.name, sent.name)]

    async def _where(self, account: Account, item: Item, again: bool) -> tuple[Folder, bool]:
        """The folder for the copy, and whether it is there already.

        Also a first try asks: more servers file what they send than are known for it. Only a Maildir on this
        computer is not asked, since its copies come from nowhere else, or too late to be seen.
        """
        if again:
            return await copy_in_sent(account, item)
        sent, exists = await places.special(account, Role.SENT, "Sent")
        ask = exists and account.keeps_bodies
        return sent, ask and bool(await account.source.find(sent.name, OWN_HEADER, item.token))
