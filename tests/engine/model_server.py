"""A mail server as a truth table: every message has a key for life, and each change of it is known.

Uids are `validity.number`. Whoever asks may be cut off before or after what was asked, and in the middle of
a move on a server without MOVE.
"""

from collections import defaultdict
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.errors import MailboxError, MailboxRefused
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.sync import LAST, Look, Mark, Stretch
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.safe import Safe

ROLES = {
    "INBOX": Role.INBOX,
    "Archive": Role.ARCHIVE,
    "Trash": Role.TRASH,
    "Junk": Role.JUNK,
    "Work": Role.NONE,
}


class Mail(Struct, frozen=True):
    """`key` stands for the content."""

    key: str
    message_id: str
    received: float
    flags: frozenset[str] = frozenset()


class Box(dict):
    """A folder that knows when each of its messages changed last, and when others went (RFC 7162)."""

    def __init__(self, mails=()):
        super().__init__(mails)
        self.modseq, self.changed, self.gone = 1, dict.fromkeys(self, 1), {}

    def __setitem__(self, number, mail):
        self.modseq += 1
        self.changed[number] = self.modseq
        super().__setitem__(number, mail)

    def __delitem__(self, number):
        self.pop(number)

    def pop(self, number, *otherwise):
        if number in self:
            self.modseq += 1
            self.gone[number] = self.modseq
        return super().pop(number, *otherwise)

    @property
    def next(self):
        return max((*self, *self.gone, 0)) + 1


class ModelServer:
    """`pause(name)` is awaited before and after everything that is asked, and may raise."""

    def __init__(self, account, pause, has_move=True):
        self.account, self.pause, self.has_move = account, pause, has_move
        self.boxes = {name: Box() for name in ROLES}
        self.validities = defaultdict(lambda: 1)
        self._numbers = {name: count(1) for name in ROLES}
        self.refuses, self.keeps_keywords = set(), True
        self.renumbered = 0

    def put(self, folder, mail):
        self.boxes[folder][next(self._numbers[folder])] = mail

    def where(self):
        """key -> [(folder, mail)]"""
        found = defaultdict(list)
        for folder, box in self.boxes.items():
            for mail in box.values():
                found[mail.key].append((folder, mail))
        return found

    def renumber(self, folder):
        """A new UIDVALIDITY: the same messages under other uids."""
        self.validities[folder] += 1
        self.renumbered += 1
        mails = list(self.boxes[folder].values())
        self._numbers[folder] = count(1)
        self.boxes[folder] = Box({next(self._numbers[folder]): mail for mail in mails})

    def take(self, folder, key):
        number = next(n for n, mail in self.boxes[folder].items() if mail.key == key)
        return self.boxes[folder].pop(number)

    async def folders(self):
        await self.pause("folders")
        return tuple(Folder(self.account, name, Safe(name), role) for name, role in ROLES.items())

    async def create(self, folder):
        await self.pause("create")

    async def look(self, folder, since):
        await self.pause("look")
        box = self.boxes[folder]
        mark = Mark(self.validities[folder], box.next, box.modseq, len(box))
        whole = since is None or since.validity != mark.validity
        since = since or mark
        flags = {self._uid(folder, n): box[n].flags for n in box if box.changed[n] > since.modseq}
        gone = [n for n, modseq in box.gone.items() if modseq > since.modseq and n < since.next]
        await self.pause("look")
        return Look(mark, whole, {} if whole else flags, tuple(self._uid(folder, n) for n in gone))

    async def stretches(self, folder):
        await self.pause("stretches")
        box = self.boxes[folder]
        stretch = Stretch(0, LAST, {self._uid(folder, n): mail.flags for n, mail in box.items()})
        await self.pause("stretches")
        yield stretch

    async def newest(self, folder, count):
        await self.pause("newest")
        return tuple(self._envelope(folder, n) for n in list(self.boxes[folder])[::-1][:count])

    async def envelopes(self, folder, uids):
        await self.pause("envelopes")
        found = tuple(self._envelope(folder, n) for n in self._there(folder, uids).values())
        await self.pause("envelopes")
        return found

    async def message_ids(self, folder, uids):
        await self.pause("message_ids")
        there = self._there(folder, uids)
        return {uid: self.boxes[folder][n].message_id for uid, n in there.items()}

    async def find(self, folder, header, value):
        await self.pause("find")
        assert header == "Message-ID"
        return tuple(
            self._uid(folder, n) for n, mail in self.boxes[folder].items() if mail.message_id == value
        )

    async def flag(self, folder, uids, add, drop):
        await self.pause("flag")
        if not self.keeps_keywords and any(flag.startswith("$") for flag in add | drop):
            raise MailboxRefused("the server said no: no keywords here")
        for n in self._there(folder, uids).values():
            mail = self.boxes[folder][n]
            if mail.key in self.refuses:
                raise MailboxRefused("the server said no: not this one")
        for n in self._there(folder, uids).values():
            mail = self.boxes[folder][n]
            self.boxes[folder][n] = replace(mail, flags=(mail.flags | add) - drop)
        await self.pause("flag")

    async def move(self, folder, uids, to):
        await self.pause("move")
        moved = {}
        for uid, n in self._there(folder, uids).items():
            new = next(self._numbers[to])
            self.boxes[to][new] = self.boxes[folder][n]
            if not self.has_move:
                await self.pause("copied")
            self.boxes[folder].pop(n, None)
            moved[uid] = self._uid(to, new)
            await self.pause("moved one")
        await self.pause("move")
        return moved

    async def erase(self, folder, uids):
        await self.pause("erase")
        for n in self._there(folder, uids).values():
            del self.boxes[folder][n]
        await self.pause("erase")

    def _uid(self, folder, number):
        return f"{self.validities[folder]}.{number}"

    def _there(self, folder, uids):
        prefix = f"{self.validities[folder]}."
        numbers = {uid: int(uid.removeprefix(prefix)) for uid in uids if uid.startswith(prefix)}
        return {uid: n for uid, n in numbers.items() if n in self.boxes[folder]}

    def _envelope(self, folder, number):
        mail = self.boxes[folder][number]
        return Envelope(
            ref=Ref(self.account, folder, self._uid(folder, number)),
            sender=Address("a@example.jp", "A"),
            to=(),
            cc=(),
            subject=Safe(mail.key),
            received=mail.received,
            size=100 + len(mail.key),
            flags=mail.flags,
            message_id=mail.message_id,
        )


class Unreachable(MailboxError):  # noqa: N818 (it is a state)
    """The connection was cut."""


SEEN, FLAGGED = frozenset({Flag.SEEN}), frozenset({Flag.FLAGGED})
