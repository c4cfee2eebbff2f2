"""A Microsoft 365 account's folders by Microsoft Graph. A message's key is its immutable id."""

from collections.abc import AsyncIterator, Sequence

from tuimail.backends.graph import delta, find, kql, rows
from tuimail.backends.graph.calls import LATER_AT_ONCE, Calls, each
from tuimail.backends.graph.deeds import GONE, Deeds
from tuimail.backends.graph.delta import Found, Page
from tuimail.backends.graph.folders import ROOT, Folders
from tuimail.backends.graph.http import IMMUTABLE, Graph, at
from tuimail.backends.graph.http import query as path_of
from tuimail.backends.graph.refusal import Rejected
from tuimail.backends.graph.rows import FIELDS, NEWEST_FIRST, Json
from tuimail.backends.graph.shelf import Shelf
from tuimail.backends.graph.watch import GraphWatch
from tuimail.backends.maildir import search
from tuimail.backends.network import is_same_place
from tuimail.mail.errors import MailboxRefused, MessageGone
from tuimail.mail.folder.folder import Folder
from tuimail.mail.folder.query import Query
from tuimail.mail.folder.sync import LAST, Look, Mark, Stretch
from tuimail.mail.letter.envelope import Envelope
from tuimail.mail.letter.safe import line

PAGE = 1_000
PREFER = {"Prefer": f"{IMMUTABLE}, odata.maxpagesize={PAGE}"}
LONGEST_PAGE = 64 << 20
LONGEST_MESSAGE = 256 << 20
MOST_FOUND = 1_000
"""The search of Exchange gives no more."""

Uids = Sequence[str]
Flags = frozenset[str]


class GraphSource:
    """ports.MailSource by requests of `graph`, which others may share.

    Envelopes come by the page, together with what says that they are there; only what a page left out is
    asked for message by message. Not in batches (`$batch`): Exchange would run four of each at once, more
    than a mailbox takes beside others, and counts them as so many requests all the same.
    """

    def __init__(self, account: str, graph: Graph) -> None:
        self._account = account
        self._calls = Calls(graph)
        self._folders = Folders(self._calls, account)
        self._deeds = Deeds(self._calls, self._folders)
        self._shelf = Shelf()
        self._links: dict[str, str] = {}
        self._watches: tuple[GraphWatch, ...] = ()

    async def folders(self) -> tuple[Folder, ...]:
        return await self._folders.all()

    async def create(self, folder: str) -> None:
        await self._folders.create(folder)

    async def look(self, folder: str, since: Mark | None) -> Look:
        """What the delta link in the mark tells; without one that the server still knows, nothing."""
        link = since.token if since is not None else ""
        if since is None or not is_same_place(link, self._calls.server.url):
            return await self._begin(folder)
        try:
            found, end = await self._changes(folder, link)
        except Rejected as error:
            if not delta.is_lost(error):
                raise
            return await self._begin(folder)
        self._shelf.put(folder, found.there.values())
        self._links[folder] = end
        flags = {uid: rows.flags(given) for uid, given in found.there.items()}
        return Look(Mark(total=since.total, token=end), False, flags, tuple(found.gone))

    async def stretches(self, folder: str) -> AsyncIterator[Stretch]:
        """A part for each page, then everything with the mark that a delta link makes."""
        there: dict[str, Flags] = {}
        link = path_of(f"{await self._messages(folder)}/delta", **FIELDS, orderby=NEWEST_FIRST)
        while True:
            page = await self._page(link)
            self._shelf.put(folder, page.there)
            part = {rows.key(given): rows.flags(given) for given in sorted(page.there, key=rows.received)}
            there = {uid: flags for uid, flags in (part | there | part).items() if uid not in page.gone}
            if not page.next:
                break
            link = page.next
            yield Stretch(0, 0, part, part=True)
        self._links[folder] = page.delta
        yield Stretch(0, LAST, there, mark=Mark(total=len(there), token=page.delta))

    async def newest(self, folder: str, count: int) -> tuple[Envelope, ...]:
        path, top = await self._messages(folder), str(min(count, PAGE))
        asked = path_of(path, **FIELDS, orderby=NEWEST_FIRST, top=top)
        answer = await self._calls.json("GET", asked, longest=LONGEST_PAGE)
        return self._envelopes(folder, rows.rows(answer)[:count])

    async def envelopes(self, folder: str, uids: Uids) -> tuple[Envelope, ...]:
        found = self._shelf.take(folder, uids)
        missing = [uid for uid in uids if uid not in found]
        asked = await self._deeds.present(folder, missing, FIELDS, LATER_AT_ONCE) if missing else []
        found |= {rows.key(given): given for given in asked}
        return self._envelopes(folder, [found[uid] for uid in uids if uid in found])

    async def body(self, folder: str, uid: str) -> bytes:
        try:
            headers = {"Accept": "*/*"}
            path = f"{at(uid)}/$value"
            answer = await self._calls.ask("GET", path, headers=headers, longest=LONGEST_MESSAGE)
        except Rejected as error:
            if error.code in GONE:
                raise MessageGone("the message is no longer on the server") from error
            raise
        return answer.body

    async def bodies(self, folder: str, uids: Uids) -> tuple[tuple[str, bytes], ...]:
        async def asked(uid: str) -> bytes | None:
            try:
                return await self.body(folder, uid)
            except MessageGone:
                return None

        found = zip(uids, await each(asked, uids, LATER_AT_ONCE), strict=True)
        return tuple((uid, raw) for uid, raw in found if raw is not None)

    async def message_ids(self, folder: str, uids: Uids) -> dict[str, str]:
        there = await self._deeds.present(folder, uids, {"select": f"{rows.WHERE},internetMessageId"})
        return {rows.key(given): rows.message_id(given) for given in there}

    async def append(self, folder: str, wire: bytes, flags: Flags) -> str:
        """File a message, as a draft: Exchange takes no other by its bytes. A missing folder is made."""
        try:
            path = await self._messages(folder)
        except MailboxRefused:
            await self.create(folder)
            path = await self._messages(folder)
        return await self._deeds.file(path, wire, flags)

    async def find(self, folder: str, header: str, value: str) -> tuple[str, ...]:
        return await find.find(self._calls, await self._folders.path(folder), header, value)

    async def search(self, folder: str, query: Query) -> tuple[str, ...]:
        """By Exchange's search of words; it finds `MOST_FOUND` at most, and nothing that came just now."""
        words = kql.asked(query)
        how = {"search": kql.quoted(words)} if words else {"orderby": NEWEST_FIRST}
        link = path_of(await self._messages(folder), **FIELDS, **how, top=str(PAGE))
        found: list[Json] = []
        while link and len(found) < MOST_FOUND:
            answer = await self._calls.json("GET", link, longest=LONGEST_PAGE)
            found += rows.rows(answer)
            link = rows.link(answer, "nextLink")
        self._shelf.put(folder, found)
        left = kql.compared(query)
        hits = [each for each in self._envelopes(folder, found) if search.answers(left, each, str)]
        return tuple(hit.ref.uid for hit in sorted(hits, key=lambda hit: -hit.received))

    async def flag(self, folder: str, uids: Uids, add: Flags, drop: Flags) -> None:
        self._shelf.forget(uids)
        await self._deeds.flag(folder, uids, add, drop)

    async def label(self, folder: str, uids: Uids, add: Flags, drop: Flags) -> None:
        raise MailboxRefused("Microsoft 365 has no labels of this kind; nothing was changed")

    async def move(self, folder: str, uids: Uids, to: str) -> dict[str, str]:
        self._shelf.forget(uids)
        return await self._deeds.move(folder, uids, to) if folder != to else {}

    async def erase(self, folder: str, uids: Uids) -> None:
        self._shelf.forget(uids)
        await self._deeds.erase(folder, uids)

    def watch(self, folder: str) -> AsyncIterator[None]:
        """The first yield says that it looks; then it asks now and then. Ends with LoginError, or `close`."""
        watch = GraphWatch(lambda: self._has_news(folder))
        self._watches = (*(one for one in self._watches if not one.is_over), watch)
        return watch.news()

    async def check(self) -> str:
        counts = await self._calls.json(
            "GET", path_of(f"{ROOT}/inbox", select="totalItemCount,unreadItemCount")
        )
        server = self._calls.server
        total, unread = (rows.count(counts, name) for name in ("totalItemCount", "unreadItemCount"))
        return f"{server.host} let {line(server.user)} in: {total} messages in the inbox, {unread} unread"

    async def close(self) -> None:
        for watch in self._watches:
            watch.stop()
        await self._calls.close()

    async def _messages(self, folder: str) -> str:
        return f"{await self._folders.path(folder)}/messages"

    async def _begin(self, folder: str) -> Look:
        """A look that knows only how many there are."""
        path = await self._folders.path(folder)
        try:
            counted = await self._calls.json("GET", path_of(path, select="totalItemCount"))
        except Rejected:
            self._folders.forget()
            raise
        return Look(Mark(total=rows.count(counted, "totalItemCount")), whole=True)

    async def _changes(self, folder: str, link: str) -> tuple[Found, str]:
        """All that a delta link tells, and the next one."""
        pages = [await self._page(link)]
        while pages[-1].next:
            pages.append(await self._page(pages[-1].next))
        found = delta.together(pages)
        unsure = sorted(found.unsure)
        asked = await self._deeds.present(folder, unsure, FIELDS, LATER_AT_ONCE) if unsure else []
        return delta.settled(found, {rows.key(given): given for given in asked}), pages[-1].delta

    async def _page(self, link: str) -> Page:
        return delta.page(await self._calls.json("GET", link, headers=PREFER, longest=LONGEST_PAGE))

    async def _has_news(self, folder: str) -> bool:
        """Whether anything came, changed or went since the last look; True also when that can't be told."""
        link = self._links.get(folder, "")
        if not link:
            return True
        try:
            page = await self._page(link)
        except Rejected:
            return True
        return bool(page.there or page.gone or page.next)

    def _envelopes(self, folder: str, found: Sequence[Json]) -> tuple[Envelope, ...]:
        return tuple(rows.envelope(self._account, folder, given) for given in found)
