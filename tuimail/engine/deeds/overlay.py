"""What a synchronisation minds of what people did and the servers don't know yet."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from tuimail.mail.folder.plan import Deeds
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.ports import MailCache


class Overlay(Protocol):
    """`engine.pending.Pending`, as far as a synchronisation is concerned."""

    lock: asyncio.Lock
    """Held by whoever changes what waits, or what is shown of it."""

    def of(self, account: str, folder: str) -> Deeds:
        """What is to be done to messages of the folder yet, by uid."""
        ...

    def untold(self, account: str, folder: str) -> frozenset[str]:
        """Uids of what is not shown as the server has it, and may be again: it was told nothing yet."""
        ...

    def on(self, account: str, folder: str, envelopes: Sequence[Envelope]) -> Deeds:
        """The same for these messages, also where what waits for them knows them under other uids."""
        ...

    async def recognise(self, envelopes: Sequence[Envelope], cache: MailCache) -> None:
        """These stand in the cache now, where some of what waits stood before."""
        ...

    def renumbered(self, before: Ref, now: Ref) -> None:
        """A message is shown at `now`, since its folder has another UIDVALIDITY."""
        ...

    def arrived(self, account: str, folder: str) -> frozenset[str]:
        """Uids that came into the folder by our own doing while somebody was `looking`."""
        ...

    def doubted(self, account: str, folder: str) -> bool:
        """Whether something came to be shown, while somebody was `looking`, that the server may not have."""
        ...

    def looking(self, account: str, folder: str) -> AbstractContextManager[None]:
        """From before the server is asked about a folder until its answer is in the cache."""
        ...
