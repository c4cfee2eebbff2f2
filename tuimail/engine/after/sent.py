"""What left from here, remembered: by whichever process sends, and at the latest when somebody asks."""

from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace

from tuimail.engine.account import Accounts
from tuimail.engine.folders.mailbox import Mailbox
from tuimail.engine.sending.items import Items
from tuimail.mail.after import remembered
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.errors import MailboxError, OutboxDamaged
from tuimail.mail.hold.item import Entry, Item, State
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import line
from tuimail.ports import AfterStore, MailCache, OutboxStore

LOOKED_THROUGH = 1_000
NOT_OURS = "That message is not from you; nothing was done about it."


class SentMails:
    """Records of sent mail. A crash between the sending and the record costs nothing: the item stays."""

    def __init__(
        self,
        accounts: Accounts,
        items: Items,
        outbox: OutboxStore,
        store: AfterStore,
        mailbox: Mailbox,
        cache: MailCache,
    ) -> None:
        self._accounts, self._items = accounts, items
        self._outbox, self._store = outbox, store
        self._mailbox, self._cache = mailbox, cache
        self._recorded: dict[str, int] = {}

    async def of(self, ref: Ref) -> SentMail:
        """A message that one sent oneself, by its copy. Raises MailboxError, also for another's."""
        if ref.account not in self._accounts:
            raise MailboxError(f"There is no account {line(ref.account)!r}; nothing was read.")
        raw = await self._mailbox.raw(ref)
        envelope = await self._cache.envelope(ref)
        seen = remembered.of_letter(raw, ref, envelope.received if envelope else 0.0)
        if seen.sender.spec.lower() not in self._accounts.own():
            raise MailboxError(NOT_OURS)
        for name in remembered.names(raw):
            if known := await self.named(name):
                return replace(known, ref=ref)
        return seen

    async def of_item(self, item_id: str) -> SentMail | None:
        """An outbox item that has left, if only to some; None for one that has not, or is not known."""
        item = self._items.get(item_id) or await self._items.fresh(item_id)
        return await self._of_item(item) if item is not None and remembered.gone_to(item) else None

    async def named(self, message_id: str) -> SentMail | None:
        """By Message-ID, with angle brackets; None when nothing like it left from here."""
        await self.catch_up()
        return await self._store.sent(message_id)

    async def latest(self, limit: int = 1) -> tuple[SentMail, ...]:
        """The last ones that left from here, newest first."""
        await self.catch_up()
        return await self._store.latest_sent(limit)

    async def correcting(self, message_id: str) -> tuple[SentMail, ...]:
        """What left from here to put that mail right, oldest first."""
        latest = await self.latest(LOOKED_THROUGH)
        return tuple(mail for mail in reversed(latest) if message_id and mail.corrects == message_id)

    async def keep(self, mail: SentMail) -> None:
        """Remember what is newly known of a mail."""
        await self._store.keep_sent(mail)

    async def catch_up(self) -> None:
        """Record whatever left and has no record yet. Raises OutboxError."""
        await self._items.load()
        for item in reversed(self._items.all()):
            reached = len(remembered.gone_to(item))
            if reached and self._recorded.get(item.id) != reached:
                await self._of_item(item)
                self._recorded[item.id] = reached

    async def _of_item(self, item: Item) -> SentMail:
        """The record, made when there is none, or when more people have it by now."""
        known = await self._store.sent(item.message_id)
        if known is not None and len(known.people) >= len(remembered.gone_to(item)):
            return known
        wire = b""
        with suppress(OutboxDamaged):
            wire = (await self._outbox.submission(item.id)).wire
        mail = remembered.of_item(item, wire, _left(item, await self._outbox.trail(item.id)))
        if known is not None:
            mail = replace(mail, sent=known.sent, tips=known.tips, ref=known.ref)
        await self._store.keep_sent(mail)
        return mail


def _left(item: Item, trail: Sequence[Entry]) -> float:
    """When it left, for those who have it."""
    tries = [entry.at for entry in trail if entry.before == State.SENDING]
    sent = [entry.at for entry in trail if entry.after == State.SENT]
    return next(iter((*sent, *reversed(tries))), item.queued)
