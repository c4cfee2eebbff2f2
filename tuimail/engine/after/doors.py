"""What a front end may ask about mail that left.

Each door is made, and what it needs is loaded, when somebody first comes to it: the start needs none of them.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from tuimail.engine.account import Accounts
from tuimail.engine.aftercare import Aftercare
from tuimail.engine.disk import Disk
from tuimail.engine.folders.mailbox import Mailbox
from tuimail.engine.folders.sync import Sync
from tuimail.engine.news import Newsroom
from tuimail.engine.sending.items import Items
from tuimail.engine.sending.outbox import Outbox
from tuimail.engine.writing.contacts import Contacts
from tuimail.engine.writing.drafts import Drafts
from tuimail.ports import Clock, Ids

if TYPE_CHECKING:
    from tuimail.engine.after.arrivals import Arrivals
    from tuimail.engine.after.corrections import Corrections
    from tuimail.engine.after.incidents import Incidents
    from tuimail.engine.after.near_misses import NearMisses
    from tuimail.engine.after.recalls import Recalls
    from tuimail.engine.after.receipts import Receipts
    from tuimail.engine.after.sent import SentMails
    from tuimail.engine.after.watch import Watch


class Doors(Struct, dict=True, eq=False):
    """The parts of the engine that these need, and the doors."""

    accounts: Accounts
    disk: Disk
    clock: Clock
    ids: Ids
    newsroom: Newsroom
    items: Items
    outbox: Outbox
    drafts: Drafts
    mailbox: Mailbox
    contacts: Contacts
    sync: Sync
    care: Aftercare

    @cached_property
    def sent(self) -> "SentMails":
        from tuimail.engine.after.sent import SentMails

        disk = self.disk
        return SentMails(self.accounts, self.items, disk.outbox, disk.after, self.mailbox, disk.cache)

    @cached_property
    def recalls(self) -> "Recalls":
        from tuimail.engine.after.recalls import Recalls

        return Recalls(
            self.accounts,
            self.sent,
            self.items,
            self.disk.after,
            self.newsroom,
            self.clock,
            self._arrivals(),
            self.disk.files,
            self.care.recall,
        )

    @cached_property
    def receipts(self) -> "Receipts":
        from tuimail.engine.after.receipts import Receipts

        return Receipts(self.sent, self.items, self.disk.after, self._arrivals(), self.newsroom, self.clock)

    @cached_property
    def near_misses(self) -> "NearMisses":
        from tuimail.engine.after.near_misses import NearMisses

        return NearMisses(self.disk.after, self.clock)

    @cached_property
    def incidents(self) -> "Incidents":
        from tuimail.engine.after.incidents import Incidents
        from tuimail.engine.after.practice import Practice

        return Incidents(
            self.disk.after,
            self.outbox,
            self.drafts,
            self.contacts,
            self.disk.files,
            self.clock,
            self.ids,
            self.newsroom,
            self.care.practice() if self.care.practice else Practice(),
        )

    @cached_property
    def corrections(self) -> "Corrections":
        from tuimail.engine.after.corrections import Corrections
        from tuimail.engine.after.originals import Originals

        disk = self.disk
        originals = Originals(self.accounts, self.sent, self.mailbox, disk.outbox, disk.cache, self.clock)
        shelf = self.care.corrections
        return Corrections(self.accounts, self.drafts, originals, self.items, disk.outbox, self.ids, shelf)

    def watch(self, reads: bool) -> "Watch":
        """The loop behind all this. Without `reads` no inbox is looked at."""
        from tuimail.engine.after.watch import Watch

        parts = self.accounts, self.sync.home, self.sent, self.recalls, self.receipts, self.disk.after
        return Watch(*parts, self.newsroom, self.clock, reads)

    def _arrivals(self) -> "Arrivals":
        """Each that looks through inboxes has its own: a mail is given out once by each."""
        from tuimail.engine.after.arrivals import Arrivals

        return Arrivals(self.disk.cache, self.mailbox, self.sync, self.newsroom, self.clock)
