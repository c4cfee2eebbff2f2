"""An account's folders on an IMAP server. A message's key is `uidvalidity.uid`."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakSet

from tuimail.backends import network, roles, utf7
from tuimail.backends.imap_server import Credential, ImapServer
from tuimail.backends.imap_thread import ImapThread
from tuimail.backends.imap_watch import ImapWatch
from tuimail.backends.roles import Place
from tuimail.mail.errors import LoginError, MailboxError, MessageGone, SecretError
from tuimail.mail.folder.folder import Folder, Listing
from tuimail.mail.folder.query import Query
from tuimail.mail.folder.sync import LAST, Look, Mark, Stretch
from tuimail.mail.letter import scan
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.safe import line

if TYPE_CHECKING:
    from tuimail.backends.imap_answer import Fetched, Listed
    from tuimail.backends.imap_wire import Wire

LONGEST_TITLE = 200
STRETCH = 10_000


class ImapSource:
    """ports.MailSource by one connection, and one more for each folder that is watched.

    `credential` is awaited for the password or token whenever a connection is made, and only then, after TLS
    was verified. `context` trusts what the system trusts unless given.
    """

    def __init__(
        self, account: str, server: ImapServer, credential: Credential, context: ssl.SSLContext | None = None
    ) -> None:
        self._account = account
        self._server = server
        self._credential = credential
        self._context = context
        self._thread = ImapThread(self._open)
        self._watches: WeakSet[ImapWatch] = WeakSet()

    async def folders(self) -> tuple[Folder, ...]:
        return self._folders(await self._thread.ask(lambda wire: wire.folders()))

    async def listing(self, folder: str) -> Listing:
        def job(wire: "Wire") -> Listing:
            validity = wire.enter(folder, anew=True)
            return Listing({f"{validity}.{uid}": flags for uid, flags in wire.flags().items()})

        return await self._thread.ask(job)

    async def create(self, folder: str) -> None:
        await self._thread.ask(lambda wire: wire.create(folder))

    async def look(self, folder: str, since: Mark | None) -> Look:
        return await self._thread.ask(lambda wire: Look(wire.mark(folder), whole=True))

    async def stretches(self, folder: str) -> AsyncIterator[Stretch]:
        def job(wire: "Wire", upper: int, last: int) -> tuple[int, Stretch]:
            validity = wire.enter(folder)
            lower = max(1, min(upper, wire.total) - STRETCH + 1)
            found = {uid: flags for uid, flags in wire.flags(lower, upper).items() if uid <= last}
            first = min(found, default=last) if lower > 1 else 0
            return lower, Stretch(first, last, {f"{validity}.{uid}": flags for uid, flags in found.items()})

        upper, last = await self._thread.ask(lambda wire: wire.mark(folder).total), LAST
        while last >= 0:
            upper, stretch = await self._thread.ask(partial(job, upper=upper, last=last))
            yield stretch
            last = stretch.first - 1

    async def newest(self, folder: str, count: int) -> tuple[Envelope, ...]:
        def job(wire: "Wire") -> tuple[Envelope, ...]:
            mark = wire.mark(folder)
            heads = wire.last_heads(mark.total, count)
            return tuple(
                self._envelope(folder, f"{mark.validity}.{uid}", heads[uid])
                for uid in sorted(heads, reverse=True)
            )

        return await self._thread.ask(job)

    async def envelopes(self, folder: str, uids: Sequence[str]) -> tuple[Envelope, ...]:
        def job(wire: "Wire") -> tuple[Envelope, ...]:
            wanted = _numbers(uids, wire.enter(folder))
            heads = wire.heads(wanted.values())
            found = ((uid, heads.get(number)) for uid, number in wanted.items())
            return tuple(self._envelope(folder, uid, head) for uid, head in found if head is not None)

        return await self._thread.ask(job)

    async def body(self, folder: str, uid: str) -> bytes:
        def job(wire: "Wire") -> bytes | None:
            number = _numbers((uid,), wire.enter(folder)).get(uid)
            return None if number is None else wire.body(number)

        raw = await self._thread.ask(job)
        if raw is None:
            raise MessageGone("the message is no longer on the server")
        return raw

    async def bodies(self, folder: str, uids: Sequence[str]) -> tuple[tuple[str, bytes], ...]:
        def job(wire: "Wire") -> tuple[tuple[str, bytes], ...]:
            wanted = _numbers(uids, wire.enter(folder))
            found = ((uid, wire.body(number)) for uid, number in wanted.items())
            return tuple((uid, raw) for uid, raw in found if raw is not None)

        return await self._thread.ask(job)

    async def message_ids(self, folder: str, uids: Sequence[str]) -> dict[str, str]:
        found = await self.envelopes(folder, uids)
        return {each.ref.uid: each.message_id for each in found}

    async def append(self, folder: str, wire: bytes, flags: frozenset[str]) -> str:
        return await self._thread.ask(lambda on: on.file(folder, wire, flags), repeatable=False)

    async def find(self, folder: str, header: str, value: str) -> tuple[str, ...]:
        def job(wire: "Wire") -> tuple[str, ...]:
            validity = wire.enter(folder, anew=True)
            return tuple(f"{validity}.{uid}" for uid in wire.search(header, value))

        return await self._thread.ask(job)

    async def search(self, folder: str, query: Query) -> tuple[str, ...]:
        def job(wire: "Wire") -> tuple[str, ...]:
            validity = wire.enter(folder, anew=True)
            words = " ".join(term.value for term in query.terms)
            return tuple(f"{validity}.{uid}" for uid in reversed(wire.search_text(words)))

        return await self._thread.ask(job)

    async def flag(self, folder: str, uids: Sequence[str], add: frozenset[str], drop: frozenset[str]) -> None:
        def job(wire: "Wire") -> None:
            numbers = _numbers(uids, wire.enter(folder)).values()
            for sign, flags in (("+", add), ("-", drop)):
                if flags:
                    wire.store(numbers, sign, flags)

        await self._thread.ask(job)

    async def label(
        self, folder: str, uids: Sequence[str], add: frozenset[str], drop: frozenset[str]
    ) -> None:
        raise MailboxError("this server has no labels; nothing was changed")

    async def move(self, folder: str, uids: Sequence[str], to: str) -> dict[str, str]:
        def job(wire: "Wire") -> dict[str, str]:
            wanted = _numbers(uids, wire.enter(folder))
            there = wire.heads(wanted.values())
            new = wire.move(sorted(there), to)
            return {uid: new.get(number, "") for uid, number in wanted.items() if number in there}

        return await self._thread.ask(job, repeatable=False)

    async def erase(self, folder: str, uids: Sequence[str]) -> None:
        for uid in uids:
            await self.remove(folder, uid)

    async def remove(self, folder: str, uid: str) -> None:
        def job(wire: "Wire") -> None:
            for number in _numbers((uid,), wire.enter(folder)).values():
                wire.expunge(number)

        await self._thread.ask(job)

    def watch(self, folder: str) -> AsyncIterator[None]:
        """The first yield says that it listens. Ends with LoginError, or when the source is closed."""
        watch = ImapWatch(self._open, folder)
        self._watches.add(watch)
        return watch.news()

    async def check(self) -> str:
        total, unread = await self._thread.ask(lambda wire: wire.counts("INBOX"))
        return (
            f"{self._server} let {line(self._server.user)} in: {total} messages in the inbox, {unread} unread"
        )

    async def close(self) -> None:
        for watch in self._watches:
            watch.stop()
        await self._thread.close()

    def _open(self, loop: asyncio.AbstractEventLoop) -> "Wire":
        """A connection that is logged in. Runs on a thread of its own; loads imaplib there."""
        from tuimail.backends.imap_wire import Wire

        wire = Wire(self._server, self._context or network.trusted())
        try:
            wire.login(self._asked(loop))
        except BaseException:
            wire.hang_up()
            raise
        return wire

    def _asked(self, loop: asyncio.AbstractEventLoop) -> str:
        """The secret, from the loop; the coroutine is closed even when the loop ended meanwhile."""
        asking = self._secret()
        try:
            return asyncio.run_coroutine_threadsafe(asking, loop).result()
        finally:
            asking.close()

    async def _secret(self) -> str:
        try:
            return await self._credential()
        except SecretError as error:
            raise LoginError(str(error)) from error

    def _folders(self, found: "Iterable[tuple[Listed, tuple[int, int]]]") -> tuple[Folder, ...]:
        known = [(each, counts, Place(_path(each), each.attributes)) for each, counts in found]
        given = zip(known, roles.assign([place for _, _, place in known]), strict=True)
        return roles.ordered(
            Folder(self._account, each.name, line("/".join(place.own), LONGEST_TITLE), role, *counts)
            for (each, counts, place), role in given
        )

    def _envelope(self, folder: str, uid: str, head: "Fetched") -> Envelope:
        ref = Ref(self._account, folder, uid)
        return scan.envelope(ref, head.text or b"", head.received, head.size, head.flags or frozenset())


def _path(found: "Listed") -> tuple[str, ...]:
    steps = found.name.split(found.separator) if found.separator else [found.name]
    return tuple(utf7.decode(step) for step in steps)


def _numbers(uids: Iterable[str], validity: int) -> dict[str, int]:
    """The server's number of each key that was given under this uidvalidity."""
    parts = ((uid, uid.partition(".")) for uid in uids)
    return {uid: int(number) for uid, (of, _, number) in parts if of == str(validity) and number.isdecimal()}
