"""Two connections of an account: one for what a person waits for, one for all that is fetched for later."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tuimail.backends.imap.thread import ImapThread, Open
from tuimail.mail.errors import MailboxError

if TYPE_CHECKING:
    from tuimail.backends.imap.session import ImapSession

T = TypeVar("T")

ALONE_SECONDS = 300.0


class ImapPair:
    """Each is opened when it is first needed. A server that refuses the second makes do with one."""

    def __init__(self, open_wire: Open) -> None:
        self._front, self._back = ImapThread(open_wire), ImapThread(open_wire)
        self._alone_until = 0.0

    @property
    def is_open(self) -> bool:
        return self._front.is_open or self._back.is_open

    async def now(self, call: Callable[["ImapSession"], T], *, repeatable: bool = True) -> T:
        """Do this for a person who waits. Raises MailboxError."""
        return await (await self._one(self._front, self._back)).ask(call, repeatable=repeatable)

    async def later(self, call: Callable[["ImapSession"], T]) -> T:
        """Do this when nobody waits for anything else. Raises MailboxError."""
        return await (await self._one(self._back, self._front)).ask(call, later=True)

    async def close(self) -> None:
        await asyncio.gather(self._front.close(), self._back.close())

    async def _one(self, own: ImapThread, other: ImapThread) -> ImapThread:
        """The connection of one's own, or the other one where there can be but one."""
        if own.is_open or not other.is_open:
            return own
        if time.monotonic() < self._alone_until:
            return other
        try:
            await own.ask(lambda wire: None)
        except MailboxError:
            self._alone_until = time.monotonic() + ALONE_SECONDS
            return other
        return own
