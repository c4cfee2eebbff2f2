"""The engine's own recalls for a world in memory, on an Exchange in memory."""

from engine.exchange_double import FakeExchange
from msgspec.structs import replace

from tuimail.engine.account import Accounts
from tuimail.engine.after.recalls import Recalls
from tuimail.mail.after.verdict import Kind


class NoItems:
    """No outbox item is there any more."""

    async def fresh(self, item_id):
        return None


class KeptSent:
    """`of` gives the mails by the uid of their copies."""

    def __init__(self, world):
        self.world, self.mails = world, {}

    async def of(self, ref):
        found = self.mails[ref.uid]
        if isinstance(found, Exception):
            raise found
        return replace(found, ref=ref)

    async def keep(self, mail):
        await self.world.after.keep_sent(mail)

    async def named(self, message_id):
        return await self.world.after.sent(message_id)

    async def correcting(self, message_id):
        return ()


def on(world):
    """`world.recalls` and `world.sent` are there now; the Exchange."""
    exchange = FakeExchange()
    accounts = Accounts({"work": replace(world.accounts[0], exchange=exchange, kind=Kind.WORK)})
    world.sent = KeptSent(world)
    parts = NoItems(), world.after, world.newsroom, world, None, world.saved
    world.recalls = Recalls(accounts, world.sent, *parts)
    return exchange
