"""Synchronising with a real Dovecot: the first page, all headers, nothing new, bodies stored and searchable.

python -m bench.sync [--messages 10000,100000] [--bodies 10000] [--world /tmp/tuimail-bench]

The loop's lateness is how much later than asked a sleep of 5 ms ends while headers come in: what a key waits
for, before it is drawn.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import NamedTuple

from bench.figures import p95
from bench.peers import PASSWORD, Dovecot, servers

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from engine.fakes import NothingPending

from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource
from tuimail.backends.system import SystemClock, SystemIds
from tuimail.engine.account import Account, Accounts
from tuimail.engine.folders.follow import Follow
from tuimail.engine.folders.prefetch import BodyLimits, Prefetch
from tuimail.engine.folders.sync import Sync
from tuimail.engine.news import FolderChanged, Newsroom
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe
from tuimail.store.cache import CacheFile
from tuimail.wiring import HAND_ON

TICK = 0.005
EVER = BodyLimits(days=36_500)


class Bench(NamedTuple):
    """One account on Dovecot, with a cache."""

    account: Account
    cache: CacheFile
    sync: Sync
    prefetch: Prefetch
    newsroom: Newsroom


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", default="10000,100000")
    parser.add_argument("--bodies", type=int, default=10_000)
    parser.add_argument("--world", type=Path, default=Path("/tmp/tuimail-bench"))
    options = parser.parse_args()
    sizes = [int(size) for size in options.messages.split(",")]
    sys.setswitchinterval(HAND_ON)
    with servers(options.world, sorted({*sizes, options.bodies})) as (dovecot, users):
        for size in sizes:
            with closing(asyncio.Runner()) as runner:
                runner.run(headers(dovecot, users[size], size))
        asyncio.run(bodies(dovecot, users[options.bodies], options.bodies))


async def headers(dovecot: Dovecot, user: str, size: int) -> None:
    old = dovecot.home("old@example.test")
    old.unlink(missing_ok=True)
    old.symlink_to(dovecot.home(user))
    for name, who in (("CONDSTORE", user), ("IMAP4rev1", "old@example.test")):
        async with bench(dovecot, who) as made:
            shown: list[float] = []
            made.newsroom.listen(lambda news, shown=shown: shown.append(time.perf_counter()))
            begun = time.perf_counter()
            late, took, busy = await watched(made.sync.folder("work", "INBOX"))
            total, _ = await made.cache.count(View("work", "INBOX"))
            assert total == size
            nothing = [await timed(made.sync.folder("work", "INBOX")) for _ in range(3)]
            print(
                f"{size:>9,} headers, {name:9}: first page {(shown[0] - begun) * 1000:.0f} ms"
                f" · all {took:.2f} s ({size / took:,.0f}/s), {busy:.2f} s of a processor"
                f" · {lateness(late)} · nothing new {min(nothing) * 1000:.0f} ms · peak {peak()} MB"
            )


async def bodies(dovecot: Dovecot, user: str, size: int) -> None:
    async with bench(dovecot, user) as made:
        await made.sync.folder("work", "INBOX")
        late, took, busy = await watched(made.prefetch.round(made.account))
        left = await made.cache.bodiless("work", "INBOX", 0.0, 10)
        assert not left
        print(
            f"{size:>9,} bodies stored and searchable: {took:.1f} s ({size / took:,.0f}/s),"
            f" {busy:.1f} s of a processor · {lateness(late)} · peak {peak()} MB"
        )


@asynccontextmanager
async def bench(dovecot: Dovecot, user: str) -> AsyncIterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="ts-") as folder:
        server = ImapServer("127.0.0.1", dovecot.imap, user, "none", "password")
        source = ImapSource("work", server, password)
        account = Account("work", Address(user), source, None)  # type: ignore[arg-type]
        accounts, newsroom, clock = Accounts({"work": account}), Newsroom(), SystemClock()
        cache = CacheFile(Path(folder) / "cache.db")
        await cache.put_folders("work", [Folder("work", "INBOX", Safe("Inbox"), Role.INBOX)])
        sync = Sync(accounts, cache, newsroom, clock, NothingPending())
        follow = Follow(accounts, sync, newsroom, clock, SystemIds())
        prefetch = Prefetch(cache, sync, follow, newsroom, clock, EVER)
        newsroom.listen(lambda news: None)
        try:
            yield Bench(account, cache, sync, prefetch, Announced(newsroom))
        finally:
            await source.close()
            await cache.close()


class Announced(Newsroom):
    """Only what says that rows of a folder are others."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._newsroom = newsroom

    def listen(self, listener):
        return self._newsroom.listen(lambda n: listener(n) if isinstance(n, FolderChanged) else None)


async def password() -> str:
    return PASSWORD


async def timed(work) -> float:
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


async def watched(work) -> tuple[list[float], float, float]:
    """How late the loop was at each tick while the work was done, how long it took, and how long this process
    was computing: what it takes on a machine that others use too. In seconds.
    """
    late: list[float] = []

    async def tick() -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(TICK)
            late.append(max(0.0, time.perf_counter() - begun - TICK))

    ticking = asyncio.create_task(tick())
    before = time.process_time()
    took = await timed(work)
    ticking.cancel()
    return late, took, time.process_time() - before


def lateness(late: list[float]) -> str:
    return f"loop late p95 {p95(late) * 1000:.1f} ms, worst {max(late) * 1000:.0f} ms"


def peak() -> int:
    """Megabytes of memory at most, until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
