"""What a synchronisation minds of what people did and the servers don't know yet."""

from contextlib import AbstractContextManager
from typing import Protocol

from tuimail.mail.folder.plan import Deeds


class Overlay(Protocol):
    """`engine.pending.Pending`, as far as a synchronisation is concerned."""

    def of(self, account: str, folder: str) -> Deeds:
        """What is to be done to messages of the folder yet, by uid."""
        ...

    def arrived(self, account: str, folder: str) -> frozenset[str]:
        """Uids that came into the folder by our own doing while somebody was `looking`."""
        ...

    def looking(self, account: str, folder: str) -> AbstractContextManager[None]:
        """From before the server is asked about a folder until its answer is in the cache."""
        ...
