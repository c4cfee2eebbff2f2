"""A cache in memory: as much of `ports.MailCache` as a synchronisation needs. `cut_after` calls it fails."""

from msgspec.structs import replace

from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.folder import Listing
from tuimail.mail.folder.sync import LAST, number


class MemoryCache:
    def __init__(self) -> None:
        self.rows, self.marks, self.bodies_of = {}, {}, {}
        self.cut_after = None
        self.folders_of = {}
        self.batches = []

    def _call(self) -> None:
        if self.cut_after is not None:
            self.cut_after -= 1
            if self.cut_after < 0:
                raise MailboxError("cut")

    def flags(self, account="work", folder="INBOX"):
        rows = self._rows(account, folder)
        return {uid: rows[uid].flags for uid in sorted(rows, key=number)}

    def _rows(self, account, folder):
        return self.rows.setdefault((account, folder), {})

    async def folders(self, account):
        return self.folders_of.get(account, ())

    async def put_folders(self, account, folders):
        self.folders_of[account] = tuple(folders)

    async def reached(self, account, folder):
        self._call()
        return self.marks.get((account, folder))

    async def reach(self, account, folder, mark):
        self._call()
        self.marks[account, folder] = mark

    async def listing(self, account, folder, first=0, last=LAST):
        self._call()
        flags = self.flags(account, folder)
        return Listing({uid: mine for uid, mine in flags.items() if first <= number(uid) <= last})

    async def put(self, envelopes):
        self._call()
        self.batches.append(len(envelopes))
        for envelope in envelopes:
            self._rows(envelope.ref.account, envelope.ref.folder)[envelope.ref.uid] = envelope

    async def drop(self, account, folder, uids):
        self._call()
        for uid in uids:
            self._rows(account, folder).pop(uid, None)
            self.bodies_of.pop(uid, None)

    async def reflag(self, account, folder, flags):
        self._call()
        rows = self._rows(account, folder)
        for uid, mine in flags.items():
            if uid in rows:
                rows[uid] = rows[uid].flagged(mine)

    async def settle(self, ref, uid):
        self._call()
        rows = self._rows(ref.account, ref.folder)
        row = rows.pop(ref.uid)
        rows[uid] = replace(row, ref=replace(ref, uid=uid))
        if ref.uid in self.bodies_of:
            self.bodies_of[uid] = self.bodies_of.pop(ref.uid)

    async def page(self, view, start, length):
        self._call()
        rows = sorted(self._rows(view.account, view.folder).values(), key=lambda e: -e.received)
        return tuple(rows[start : start + length])
