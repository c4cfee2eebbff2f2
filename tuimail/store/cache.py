"""cache.db: what is known of the mailboxes. Disposable: it can be deleted at any time and fills again."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from tuimail.mail.folder.covered import Covered
from tuimail.mail.folder.folder import Folder, Listing
from tuimail.mail.folder.query import Query
from tuimail.mail.folder.sync import LAST, Mark
from tuimail.mail.folder.thread import Thread
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.gist import Gist
from tuimail.store import (
    cache_body,
    cache_change,
    cache_folder,
    cache_key,
    cache_people,
    cache_place,
    cache_put,
    cache_row,
    cache_view,
    index,
)
from tuimail.store.cache_pair import Pair
from tuimail.store.cache_view import Looked, Views

T = TypeVar("T")


class CacheFile:
    """`ports.MailCache` on SQLite."""

    def __init__(self, path: Path) -> None:
        self._pair = Pair(path)
        self._views = Views()

    async def folders(self, account: str) -> tuple[Folder, ...]:
        return await self._pair.read(lambda c: cache_folder.listed(c, account))

    async def put_folders(self, account: str, folders: Sequence[Folder]) -> None:
        def job(connection: sqlite3.Connection) -> None:
            gone, sent = cache_folder.put(connection, account, folders)
            cache_change.clear(connection, gone)
            cache_folder.forget(connection, gone)
            for folder in sent:
                cache_people.remember(connection, folder)

        await self._pair.write(job)

    async def reached(self, account: str, folder: str) -> Mark | None:
        return await self._pair.read(lambda c: cache_folder.reached(c, account, folder))

    async def reach(self, account: str, folder: str, mark: Mark | None) -> None:
        await self._pair.write(lambda c: cache_folder.reach(c, account, folder, mark))

    async def listing(self, account: str, folder: str, first: int = 0, last: int = LAST) -> Listing:
        return await self._pair.read(
            lambda c: cache_place.listing(c, cache_folder.known(c, account, folder), first, last)
        )

    async def put(self, envelopes: Sequence[Envelope]) -> None:
        await self._pair.write(lambda c: cache_put.put(c, envelopes))

    async def drop(self, account: str, folder: str, uids: Sequence[str]) -> None:
        await self._pair.write(lambda c: cache_change.drop(c, cache_folder.known(c, account, folder), uids))

    async def clear(self, account: str, folder: str) -> None:
        await self._pair.write(lambda c: cache_change.clear(c, [cache_folder.known(c, account, folder)]))

    async def reflag(self, account: str, folder: str, flags: dict[str, frozenset[str]]) -> None:
        await self._pair.write(
            lambda c: cache_change.reflag(c, cache_folder.known(c, account, folder), flags)
        )

    async def mark(
        self, account: str, folder: str, uids: Sequence[str], add: frozenset[str], drop: frozenset[str]
    ) -> dict[str, frozenset[str]]:
        return await self._pair.write(
            lambda c: cache_change.mark(c, cache_folder.known(c, account, folder), uids, add, drop)
        )

    async def label(self, refs: Sequence[Ref], add: frozenset[str], drop: frozenset[str]) -> None:
        await self._pair.write(lambda c: cache_change.label(c, refs, add, drop))

    async def move(self, refs: Sequence[Ref], to: str) -> dict[Ref, Ref]:
        return await self._pair.write(lambda c: cache_change.move(c, refs, to))

    async def settle(self, ref: Ref, uid: str) -> None:
        await self._pair.write(lambda c: cache_change.settle(c, ref, uid))

    async def strays(self) -> tuple[Ref, ...]:
        return await self._pair.read(cache_place.strays)

    async def count(self, view: View) -> tuple[int, int]:
        return await self._look(view, lambda c, looked: looked.rows.count(c))

    async def page(self, view: View, start: int, length: int) -> tuple[Envelope, ...]:
        flat = cache_view.flat(view)
        return await self._look(flat, lambda c, looked: cache_view.page(c, looked, start, length))

    async def threads(self, view: View, start: int, length: int) -> tuple[Thread, ...]:
        threaded = cache_view.threaded(view)
        return await self._look(threaded, lambda c, looked: cache_view.threads(c, looked, start, length))

    async def thread(self, view: View, key: int) -> tuple[Envelope, ...]:
        return await self._look(cache_view.flat(view), lambda c, looked: cache_view.thread(c, looked, key))

    async def row(self, view: View, ref: Ref) -> int | None:
        return await self._look(view, lambda c, looked: cache_view.row(c, looked, ref, view.threaded))

    async def unread(self, view: View, start: int, back: bool = False) -> int | None:
        return await self._look(view, lambda c, looked: looked.rows.unread(c, start, back))

    async def refs(self, view: View) -> tuple[Ref, ...]:
        return await self._look(cache_view.flat(view), cache_view.refs)

    async def covered(self, view: View) -> tuple[Covered, ...]:
        return await self._pair.read(
            lambda c: index.covered(c, view.query, list(cache_folder.within(c, view)))
        )

    async def answer(self, query: Query, refs: Sequence[Ref]) -> tuple[Ref, ...]:
        return await self._pair.write(lambda c: cache_view.answer(c, query, refs))

    async def envelope(self, ref: Ref) -> Envelope | None:
        def job(connection: sqlite3.Connection) -> Envelope | None:
            row = cache_place.one(connection, ref)
            ids = [row.id] if row else []
            return next(iter(cache_row.read(connection, ids, cache_folder.places(connection))), None)

        return await self._pair.read(job)

    async def body(self, account: str, folder: str, uid: str) -> bytes | None:
        return await self._pair.read(lambda c: cache_body.read(c, Ref(account, folder, uid)))

    async def put_bodies(self, bodies: Sequence[tuple[Ref, bytes, Gist]]) -> None:
        packed = await asyncio.to_thread(lambda: [cache_body.packed(*body) for body in bodies])
        await self._pair.write(lambda c: cache_body.put(c, packed))

    async def bodiless(self, account: str, folder: str, since: float, limit: int) -> tuple[Envelope, ...]:
        def job(connection: sqlite3.Connection) -> tuple[Envelope, ...]:
            place = cache_folder.known(connection, account, folder)
            ids = cache_body.missing(connection, place, cache_key.from_time(since), limit)
            return tuple(cache_row.read(connection, ids, {place: (account, folder)}))

        return await self._pair.read(job)

    async def written_to(self, specs: Sequence[str], before: float) -> frozenset[str]:
        return await self._pair.read(lambda c: cache_people.first_before(c, "first_written", specs, before))

    async def met(self, specs: Sequence[str], before: float) -> frozenset[str]:
        return await self._pair.read(lambda c: cache_people.first_before(c, "first", specs, before))

    async def seen(self, prefix: str, limit: int) -> tuple[Address, ...]:
        return await self._pair.read(lambda c: cache_people.likeliest(c, prefix, limit))

    async def close(self) -> None:
        await self._pair.close()

    async def _look(self, view: View, job: Callable[[sqlite3.Connection, Looked], T]) -> T:
        return await self._pair.read(lambda c: job(c, self._views.look(c, view)))
