"""What an engine keeps on this computer, and what says whose turn it is to write there."""

import asyncio

from msgspec import Struct

from tuimail.ports import AfterStore, ChangeStore, Files, MailCache, OutboxStore, SenderLock


class Disk(Struct, frozen=True):
    """Three precious files and a cache. `sending` is held by the process that sends, `replaying` by the one
    that tells servers what was done to messages; `files` reads and writes what people name.
    """

    outbox: OutboxStore
    cache: MailCache
    changes: ChangeStore
    after: AfterStore
    sending: SenderLock
    replaying: SenderLock
    files: Files

    async def close(self) -> None:
        await asyncio.gather(*(one.close() for one in (self.outbox, self.cache, self.changes, self.after)))
