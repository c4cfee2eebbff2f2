"""Receipts that come in: of mail that asked for them, and of mail that could not be delivered."""

from collections.abc import AsyncGenerator

from msgspec.structs import replace

from tuimail.engine.after import trail
from tuimail.engine.after.arrivals import Arrivals
from tuimail.engine.after.sent import SentMails
from tuimail.engine.news import AfterChanged, Newsroom
from tuimail.engine.sending.items import Items
from tuimail.mail.after.receipt import Fate, Receipt, Told, parse
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.envelope import Envelope
from tuimail.ports import AfterStore, Clock

LOOK_BACK = 7 * 86_400.0
WAITS_FOR = 30 * 86_400.0
REMEMBERED = 500
MOST = 2_000
"""So many receipts of one mail are kept: anybody can write them, about anybody."""

ALWAYS = (Fate.FAILED, Fate.DELAYED)
"""Told of any mail; what else is said counts only where it was asked for."""

ROBOTS = ("mailer-daemon", "postmaster", "mail-daemon", "mdaemon", "bounce", "microsoftexchange")


class Receipts:
    """Found in the inboxes by an inexpensive look at senders and threads, then by what is in them."""

    def __init__(
        self,
        sent: SentMails,
        items: Items,
        store: AfterStore,
        arrivals: Arrivals,
        newsroom: Newsroom,
        clock: Clock,
    ) -> None:
        self._sent, self._items, self._store = sent, items, store
        self._arrivals, self._newsroom, self._clock = arrivals, newsroom, clock

    async def known(self, message_id: str) -> tuple[Receipt, ...]:
        """The receipts of one mail, oldest first."""
        return await self._store.receipts(message_id)

    async def look(self, account: str) -> None:
        """Find what came into the inbox of the account. Raises OutboxError."""
        now = self._clock.now().wall
        mails = [one for one in await self._sent.latest(REMEMBERED) if one.sent > now - WAITS_FOR]
        if mails:
            async for envelope, raw in self._found(account, now - LOOK_BACK, mails):
                told = parse(raw, envelope.received, envelope.ref)
                if told is not None:
                    await self._keep(told)

    def _found(
        self, account: str, since: float, mails: list[SentMail]
    ) -> AsyncGenerator[tuple[Envelope, bytes], None]:
        asked = [one for one in mails if one.receipts]
        names = {one.message_id for one in asked}
        people = {person.spec.lower() for one in asked for person in one.people}

        async def wanted(envelope: Envelope) -> bool:
            local = envelope.sender.spec.lower().partition("@")[0]
            answers = {envelope.in_reply_to, *envelope.references}
            writes = envelope.sender.spec.lower() in people or not answers.isdisjoint(names)
            return not local or local.startswith(ROBOTS) or writes

        return self._arrivals.new(account, since, wanted)

    async def _keep(self, told: Told) -> None:
        for name in told.names:
            mail = await self._store.sent(name)
            if mail is not None:
                break
        else:
            return
        room = MOST - len(await self._store.receipts(mail.message_id))
        wanted = [one for one in told.receipts if one.fate in ALWAYS or mail.receipts]
        for receipt in wanted[: max(room, 0)]:
            await self._take(mail, replace(receipt, message_id=mail.message_id))

    async def _take(self, mail: SentMail, receipt: Receipt) -> None:
        if await self._store.keep_receipt(receipt):
            why = f"receipt: {receipt.fate}, {receipt.spec}"
            await trail.tell(self._items, self._clock, mail.item, why, receipt.text)
            self._newsroom.announce(AfterChanged(mail.message_id))
