"""An account's folders in a Maildir on this computer, kept in step by another program or by none."""

import asyncio
import errno
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from tuimail.backends import roles
from tuimail.backends.maildir import search, tree
from tuimail.backends.maildir.box import Box
from tuimail.backends.maildir.file import MessageFile
from tuimail.backends.maildir.tree import INBOX, Found
from tuimail.backends.roles import Place
from tuimail.mail.errors import MailboxError, MailboxRefused, MessageGone
from tuimail.mail.folder.folder import Folder
from tuimail.mail.folder.query import Query
from tuimail.mail.folder.sync import LAST, Look, Mark, Stretch
from tuimail.mail.letter import scan
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.safe import line

T = TypeVar("T")

LOOK_SECONDS = 1.0
LONGEST_TITLE = 200
SEARCHED = 5_000
PAGE = 100
REFUSALS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENAMETOOLONG}
"""What does not pass by itself; a disk that is not mounted may be there soon."""


class MaildirSource:
    """ports.MailSource by files, on threads. A message's key is the unique part of its name."""

    def __init__(self, root: str | Path, account: str) -> None:
        self._root = Path(root).expanduser()
        self._account = account
        self._boxes: dict[str, Box] = {}
        self._closed = False

    async def folders(self) -> tuple[Folder, ...]:
        return await self._do(self._folders)

    async def create(self, folder: str) -> None:
        await self._do(lambda: self._known(folder) or self._made(folder))

    async def look(self, folder: str, since: Mark | None) -> Look:
        """Whether anything happened: a Maildir does not say what."""
        mark = await self._in(folder, Box.mark)
        return Look(mark, whole=since is None or not mark.modseq or mark.modseq != since.modseq)

    async def stretches(self, folder: str) -> AsyncIterator[Stretch]:
        """One, of everything."""
        files = await self._in(folder, Box.scan)
        yield Stretch(0, LAST, await asyncio.to_thread(_flags, files))

    async def newest(self, folder: str, count: int) -> tuple[Envelope, ...]:
        def job(box: Box) -> tuple[Envelope, ...]:
            return self._envelopes(box, folder, box.newest(count))

        return await self._in(folder, job)

    async def envelopes(self, folder: str, uids: Sequence[str]) -> tuple[Envelope, ...]:
        return await self._in(folder, lambda box: self._envelopes(box, folder, uids))

    async def body(self, folder: str, uid: str) -> bytes:
        raw = await self._in(folder, lambda box: box.body(uid))
        if raw is None:
            raise MessageGone("the message is no longer in the folder")
        return raw

    async def bodies(self, folder: str, uids: Sequence[str]) -> tuple[tuple[str, bytes], ...]:
        return tuple((await self._in(folder, lambda box: box.bodies(uids))).items())

    async def message_ids(self, folder: str, uids: Sequence[str]) -> dict[str, str]:
        return {each.ref.uid: each.message_id for each in await self.envelopes(folder, uids)}

    async def append(self, folder: str, wire: bytes, flags: frozenset[str]) -> str:
        """File a message; a folder that is missing is made."""
        return await self._do(lambda: (self._known(folder) or self._made(folder)).add(wire, flags))

    async def find(self, folder: str, header: str, value: str) -> tuple[str, ...]:
        return await self._in(folder, lambda box: box.find(header, value))

    async def search(self, folder: str, query: Query) -> tuple[str, ...]:
        """By reading the newest messages one by one, `SEARCHED` of them at most."""
        return await self._in(folder, lambda box: tuple(self._found(box, folder, query)))

    async def flag(self, folder: str, uids: Sequence[str], add: frozenset[str], drop: frozenset[str]) -> None:
        await self._in(folder, lambda box: box.flag(uids, add, drop))

    async def label(
        self, folder: str, uids: Sequence[str], add: frozenset[str], drop: frozenset[str]
    ) -> None:
        raise MailboxRefused(f"{self._shown}: a Maildir has no labels; nothing was changed")

    async def move(self, folder: str, uids: Sequence[str], to: str) -> dict[str, str]:
        def job() -> dict[str, str]:
            return self._box(folder).move(uids, self._box(to))

        return await self._do(job)

    async def erase(self, folder: str, uids: Sequence[str]) -> None:
        await self._in(folder, lambda box: box.erase(uids))

    async def watch(self, folder: str) -> AsyncIterator[None]:
        """The first yield says that it looks; it does so every second. Ends when the source is closed."""
        last: tuple[object, ...] = ()
        while not self._closed:
            seen = await self._in(folder, Box.fingerprint)
            if seen != last:
                last = seen
                yield
            await asyncio.sleep(LOOK_SECONDS)

    async def check(self) -> str:
        total, unread = await self._in(INBOX, Box.count)
        return f"{self._shown}: {total} messages in the inbox, {unread} unread"

    async def close(self) -> None:
        self._closed = True

    async def _in(self, folder: str, work: Callable[[Box], T]) -> T:
        return await self._do(lambda: work(self._box(folder)))

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            refused = MailboxRefused if error.errno in REFUSALS else MailboxError
            raise refused(f"{self._shown}: {(error.strerror or str(error)).lower()}") from error

    @property
    def _shown(self) -> str:
        return line(str(self._root))

    def _box(self, folder: str) -> Box:
        if box := self._known(folder):
            return box
        raise MailboxRefused(f"{self._shown} has no folder {line(folder, 100)}")

    def _known(self, folder: str) -> Box | None:
        """The folder asked for, if it is one of those found on the disk."""
        if folder not in self._boxes:
            self._look()
        return self._boxes.get(folder)

    def _made(self, folder: str) -> Box:
        return self._boxes.setdefault(folder, Box(tree.make(self._root, folder).path))

    def _look(self) -> list[Found]:
        found = tree.folders(self._root)
        self._boxes = {name: self._boxes.get(name) or Box(each.path) for name, each in found.items()}
        return list(found.values())

    def _folders(self) -> tuple[Folder, ...]:
        found = self._look()
        places = [Place((INBOX,) if each.name == INBOX else each.steps) for each in found]
        return roles.ordered(
            Folder(
                self._account,
                each.name,
                line("/".join(place.own), LONGEST_TITLE),
                role,
                *self._boxes[each.name].count(),
            )
            for each, place, role in zip(found, places, roles.assign(places), strict=True)
        )

    def _found(self, box: Box, folder: str, query: Query) -> Iterator[str]:
        newest = list(reversed(box.scan()))[:SEARCHED]
        for start in range(0, len(newest), PAGE):
            for envelope in self._envelopes(box, folder, newest[start : start + PAGE]):
                uid = envelope.ref.uid
                if search.answers(query, envelope, partial(_text, box, uid)):
                    yield uid

    def _envelopes(self, box: Box, folder: str, uids: Sequence[str]) -> tuple[Envelope, ...]:
        now, heads = time.time(), box.heads(uids)
        return tuple(
            scan.envelope(Ref(self._account, folder, uid), head, file.received(now), file.size, file.flags)
            for uid, (file, head) in ((uid, heads[uid]) for uid in uids if uid in heads)
        )


def _flags(files: dict[str, MessageFile]) -> dict[str, frozenset[str]]:
    return {uid: file.flags for uid, file in files.items()}


def _text(box: Box, uid: str) -> str:
    from tuimail.mail.letter.gist import gist

    return gist(box.body(uid) or b"").text
