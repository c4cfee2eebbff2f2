"""An account's folders on an IMAP server. A message's key is `uidvalidity.uid`."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from tuimail.backends import roles, utf7
from tuimail.backends.imap.opener import ImapOpener
from tuimail.backends.imap.pair import ImapPair
from tuimail.backends.imap.server import Credential, ImapServer
from tuimail.backends.imap.watch import ImapWatch
from tuimail.backends.roles import Place
from tuimail.mail.errors import LoginError, MailboxError, MessageGone
from tuimail.mail.folder.folder import Folder
from tuimail.mail.folder.query import Query
from tuimail.mail.folder.sync import Look, Mark, Stretch
from tuimail.mail.letter import scan
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.safe import line

T = TypeVar("T")

if TYPE_CHECKING:
    from tuimail.backends.imap.answer import Listed
    from tuimail.backends.imap.fetched import Fetched
    from tuimail.backends.imap.look import Walk
    from tuimail.backends.imap.session import ImapSession

    Job = Callable[[ImapSession], T]
    Asking = Callable[[ImapSession, Collection[int]], T]

LONGEST_TITLE = 200
GUESS_SECONDS = 120.0

Uids = Sequence[str]
Flags = frozenset[str]
NONE: Flags = frozenset()
LARGEST_UID = 2**32 - 1


class ImapSource:
    """ports.MailSource by three connections at most: for whoever waits, for later, and one that listens.

    `credential` is awaited for the password or token whenever a connection is made, and only then, after TLS
    was verified. `context` trusts what the system trusts unless given.
    """

    def __init__(
        self, account: str, server: ImapServer, credential: Credential, context: ssl.SSLContext | None = None
    ) -> None:
        self._account = account
        self._server = server
        self._opener = ImapOpener(server, credential, context)
        self._pair = ImapPair(self._open)
        self._watches: tuple[ImapWatch, ...] = ()
        self._totals: dict[str, tuple[int, float]] = {}

    async def folders(self) -> tuple[Folder, ...]:
        found = await self._pair.now(lambda on: on.folders())
        self._totals = {each.name: (total, time.monotonic()) for each, (total, _) in found}
        return self._folders(found)

    async def create(self, folder: str) -> None:
        await self._pair.now(lambda on: on.create(folder))

    async def look(self, folder: str, since: Mark | None) -> Look:
        return await self._pair.later(lambda on: on.look(folder, since))

    async def stretches(self, folder: str) -> AsyncIterator[Stretch]:
        walk: Walk | None = await self._pair.later(lambda on: on.begin(folder))
        while walk is not None:
            stretch, walk = await self._pair.later(_next(folder, walk))
            if stretch is not None:
                yield stretch

    async def newest(self, folder: str, count: int) -> tuple[Envelope, ...]:
        total, known = self._totals.get(folder, (0, 0.0))
        likely = total if time.monotonic() - known < GUESS_SECONDS else 0

        def job(on: "ImapSession") -> tuple[Envelope, ...]:
            validity, found = on.newest(folder, count, likely)
            return tuple(self._envelope(folder, f"{validity}.{uid}", head) for uid, head in found.items())

        return await self._pair.now(job)

    async def envelopes(self, folder: str, uids: Uids) -> tuple[Envelope, ...]:
        def job(on: "ImapSession") -> tuple[Envelope, ...]:
            heads = _by_key(folder, uids, lambda on, some: on.heads(some))(on)
            return tuple(self._envelope(folder, uid, head) for uid, head in heads.items())

        return await self._pair.later(job)

    async def body(self, folder: str, uid: str) -> bytes:
        found = await self._pair.now(_by_key(folder, (uid,), _bodies))
        if uid not in found:
            raise MessageGone("the message is no longer on the server")
        return found[uid]

    async def bodies(self, folder: str, uids: Uids) -> tuple[tuple[str, bytes], ...]:
        def parted(on: "ImapSession") -> list[list[str]]:
            keys = {number: uid for uid, number in _numbers(uids, on.refresh(folder)).items()}
            return [[keys[number] for number in part] for part in on.parcels(list(keys))]

        found: dict[str, bytes] = {}
        for part in await self._pair.later(parted):
            found |= await self._pair.later(_by_key(folder, part, _bodies))
        return tuple((uid, found[uid]) for uid in uids if uid in found)

    async def message_ids(self, folder: str, uids: Uids) -> dict[str, str]:
        lines = await self._pair.now(_by_key(folder, uids, lambda on, some: on.message_ids(some)))
        ref = Ref(self._account, folder, "")
        return {uid: scan.envelope(ref, head, 0, 0, NONE).message_id for uid, head in lines.items()}

    async def append(self, folder: str, wire: bytes, flags: Flags) -> str:
        return await self._pair.now(lambda on: on.file(folder, wire, flags), repeatable=False)

    async def find(self, folder: str, header: str, value: str) -> tuple[str, ...]:
        def job(on: "ImapSession") -> tuple[str, ...]:
            validity = on.refresh(folder)
            return tuple(f"{validity}.{uid}" for uid in on.find(header, value))

        return await self._pair.now(job)

    async def search(self, folder: str, query: Query) -> tuple[str, ...]:
        def job(on: "ImapSession") -> tuple[str, ...]:
            validity = on.refresh(folder)
            return tuple(f"{validity}.{uid}" for uid in reversed(on.search(query)))

        return await self._pair.now(job)

    async def flag(self, folder: str, uids: Uids, add: Flags, drop: Flags) -> None:
        await self._pair.now(_done(folder, uids, lambda on, some: on.store(some, add, drop)))

    async def label(self, folder: str, uids: Uids, add: Flags, drop: Flags) -> None:
        await self._pair.now(_done(folder, uids, lambda on, some: on.label(some, add, drop)))

    async def move(self, folder: str, uids: Uids, to: str) -> dict[str, str]:
        if folder == to:
            return {}
        job = _by_key(folder, uids, lambda on, some: on.move(some, to))
        return await self._pair.now(job, repeatable=False)

    async def erase(self, folder: str, uids: Uids) -> None:
        await self._pair.now(_done(folder, uids, lambda on, some: on.erase(some)))

    def watch(self, folder: str) -> AsyncIterator[None]:
        """The first yield says that it listens. Ends with LoginError, or when the source is closed."""
        watch = ImapWatch(self._listen, folder, lambda: self._glance(folder))
        self._watches = (*(each for each in self._watches if not each.is_over), watch)
        return watch.news()

    async def check(self) -> str:
        total, unread = await self._pair.now(lambda on: on.counts("INBOX"))
        return (
            f"{self._server} let {line(self._server.user)} in: {total} messages in the inbox, {unread} unread"
        )

    async def close(self) -> None:
        for watch in self._watches:
            watch.stop()
        await self._pair.close()

    async def _glance(self, folder: str) -> object:
        """What differs when something happened in the folder; None when nobody is connected."""
        if not self._pair.is_open:
            return None
        return await self._pair.later(lambda on: on.glance(folder))

    def _listen(self, watch: ImapWatch, loop: asyncio.AbstractEventLoop) -> "ImapSession | None":
        """The third connection, for the first folder that is watched; the others are glanced at.

        None as well when it is refused: that says nothing of the password while another is open.
        """
        if watch is not next((each for each in self._watches if not each.is_over), None):
            return None
        try:
            return self._opener.opened(loop)
        except LoginError:
            if not self._pair.is_open:
                raise
            return None

    def _open(self, loop: asyncio.AbstractEventLoop) -> "ImapSession":
        """One of the two others. A server that gives no more than are open is given back the third."""
        try:
            return self._opener.opened(loop)
        except MailboxError as error:
            listening = [watch for watch in self._watches if watch.is_listening]
            if isinstance(error.__cause__, OSError) or not listening:
                raise
            for watch in listening:
                watch.stand_back()
            return self._opener.opened(loop)

    def _folders(self, found: "Iterable[tuple[Listed, tuple[int, int]]]") -> tuple[Folder, ...]:
        known = [(each, counts, Place(_path(each), each.attributes)) for each, counts in found]
        given = zip(known, roles.assign([place for _, _, place in known]), strict=True)
        return roles.ordered(
            Folder(self._account, each.name, line("/".join(place.own), LONGEST_TITLE), role, *counts)
            for (each, counts, place), role in given
        )

    def _envelope(self, folder: str, uid: str, head: "Fetched") -> Envelope:
        ref = Ref(self._account, folder, uid)
        found = scan.envelope(ref, head.text or b"", head.received, head.size, head.flags or frozenset())
        if not head.thread and not head.labels:
            return found
        said = (utf7.decode(each.decode("utf-8", "replace")) for each in head.labels)
        labels = frozenset(str(line(each)) for each in (*said, *_own_label(folder)))
        return replace(found, thread=head.thread, labels=labels)


def _own_label(folder: str) -> tuple[str, ...]:
    """The label that a folder of Gmail is, which its messages are not said to have."""
    if folder.upper() == "INBOX":
        return ("\\Inbox",)
    is_ours = folder.partition("/")[0].casefold() not in roles.PREFIXES
    return (utf7.decode(folder),) if is_ours else ()


def _next(folder: str, walk: "Walk") -> "Job[tuple[Stretch | None, Walk | None]]":
    return lambda on: on.stretch(folder, walk)


def _by_key(folder: str, uids: Uids, ask: "Asking[dict[int, T]]") -> "Job[dict[str, T]]":
    """Asks for these messages by their numbers; what was found, by their keys, in this order.

    A server may not know yet, on this connection, of what another has heard of: what it does not find it is
    asked for once more.
    """

    def job(on: "ImapSession") -> dict[str, T]:
        wanted = _numbers(uids, on.enter(folder))
        found = ask(on, wanted.values())
        missing = (
            _numbers(uids, on.refresh(folder)).values() - found.keys() if len(found) < len(wanted) else ()
        )
        found |= ask(on, missing) if missing else {}
        return {uid: found[number] for uid, number in wanted.items() if number in found}

    return job


def _bodies(on: "ImapSession", numbers: Collection[int]) -> dict[int, bytes]:
    return on.bodies(numbers)


def _done(folder: str, uids: Uids, do: "Asking[None]") -> "Job[None]":
    """Does something to these messages, whatever was heard of them on this connection."""
    return lambda on: do(on, _numbers(uids, on.refresh(folder)).values())


def _path(found: "Listed") -> tuple[str, ...]:
    steps = found.name.split(found.separator) if found.separator else [found.name]
    return tuple(utf7.decode(step) for step in steps)


def _numbers(uids: Iterable[str], validity: int) -> dict[str, int]:
    """The server's number of each key that was given under this uidvalidity."""
    parts = ((uid, uid.partition(".")) for uid in uids)
    numbers = {
        uid: int(n) for uid, (of, _, n) in parts if of == str(validity) and n.isdecimal() and len(n) < 11
    }
    return {uid: number for uid, number in numbers.items() if 0 < number <= LARGEST_UID}
