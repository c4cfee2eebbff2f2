"""What else follows a sending: the original is marked as answered, the draft's copy on the server goes.

Courtesies to the list: when a message is gone or its server is, nothing is lost. Twice does no harm.
"""

from contextlib import suppress

from tuimail.engine.account import Account
from tuimail.engine.places import Place
from tuimail.mail.errors import MailboxError
from tuimail.mail.hold.item import Item
from tuimail.mail.letter.draft import Kind
from tuimail.mail.letter.envelope import Flag


async def pay(account: Account, item: Item) -> list[Place]:
    """All of them; the places where something is new."""
    return [*await _mark_answered(account, item), *await _drop_copy(account, item)]


async def _mark_answered(account: Account, item: Item) -> list[Place]:
    if item.answers is None or not item.answers.folder or item.answers.account != account.name:
        return []
    flag = Flag.FORWARDED if item.kind is Kind.FORWARD else Flag.ANSWERED
    with suppress(MailboxError):
        await account.source.flag(item.answers.folder, [item.answers.uid], frozenset({flag}), frozenset())
    return [(account.name, item.answers.folder)]


async def _drop_copy(account: Account, item: Item) -> list[Place]:
    """The draft's copy is superseded; one that can't be reached now is only in the way."""
    if item.replaces is None or item.replaces.account != account.name:
        return []
    with suppress(MailboxError):
        await account.source.erase(item.replaces.folder, (item.replaces.uid,))
    return [(account.name, item.replaces.folder)]
