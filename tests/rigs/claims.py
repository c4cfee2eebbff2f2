"""One sender among eight: claims counted while holders are frozen and the lock file is taken from under them.

    python tests/rigs/claims.py --claims 100000 --seed 1
    python tests/rigs/claims.py --claims 2000 --break version     (must find messages that two have claimed)
    python tests/rigs/claims.py --claims 600 --engines            (whole engines that start, live and close)

Eight processes share one outbox. Each tries the lock; with it, it settles what another left in the middle
and hands in what is due, by the engine's own delivery, until it finds the lock lost or gives it up. Mail is
added all the time. Whoever holds the lock is stopped (SIGSTOP) again and again, and goes on later as if
nothing had been. The lock file is removed and replaced, so that several hold "the lock" for a moment. Each
process writes down every claim that it believes is its own, and every message it sends, before it settles
it. In the end those lines and each message's trail must tell of one life: claimed once, but for a claim
that another took over before the body had begun; sent once.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import time
from pathlib import Path
from threading import Event

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1]))

from builders import a_draft, a_queued
from inline import on_this_thread
from rigs import claims_by_engines
from rigs.crew import an_account, fork, scratch, wait_for
from rigs.race import swap_whatever_the_version
from rigs.tally import Count, WrittenDown, count_all, count_trails
from rigs.trouble import Trouble

from tuimail.backends.system import SystemClock, SystemIds
from tuimail.engine.account import Account
from tuimail.engine.news import Newsroom
from tuimail.engine.sending.delivery import Delivery
from tuimail.engine.sending.items import Items
from tuimail.engine.sending.post import Post
from tuimail.engine.sending.stops import Stops
from tuimail.mail.errors import OutboxError
from tuimail.mail.hold.agenda import Agenda
from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.move import Move, recover, release
from tuimail.store import outbox
from tuimail.store.lock import SenderLockFile

PROCESSES = 8
ACCOUNTS = 2
MESSAGES = 10_000
"""Of one outbox; a new one is begun until there were enough claims."""

AT_FIRST = 0.9
"""Part of the messages; the others come while these leave."""

LONGEST_PAUSE = 0.02
A_TURN, TURNS = 40, 25
LOOK_EVERY = 0.01
BETWEEN = 0.15
LONGEST_FREEZE = 0.05
LATE = 3_600.0
NOTHING_LEAVES = 60.0


class Contender:
    """One process that sends while it has the lock."""

    def __init__(self, folder: Path, name: str, seed: int) -> None:
        self.name, self.chance = name, random.Random(seed)
        self.store = WrittenDown(folder, on_this_thread(folder / "outbox.db"))
        self.clock, self.newsroom = SystemClock(), Newsroom()
        self.lock = SenderLockFile(folder / "sender.lock", name)
        self.items, self.stops = Items(self.store, self.newsroom), Stops(self.store, self.newsroom)
        self.accounts = [an_account(f"a{n}", folder, slow=0.0) for n in range(ACCOUNTS)]
        self.agenda, self.over = Agenda(), asyncio.Event()
        self.items.watch(self.note)

    def note(self, _: str, item: Item | None) -> None:
        if item is not None:
            self.agenda.put(item, self.clock.now())

    async def run(self) -> None:
        """Until told to end; what was begun is finished."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.over.set)
        while not self.over.is_set():
            if self.lock.take():
                await self.hold()
            await asyncio.sleep(self.chance.uniform(0, LOOK_EVERY))
        await self.store.close()

    async def hold(self) -> None:
        """As the engine's sender does: recover first; claim no more once the lock is found lost."""
        await self.items.catch_up()
        for item in self.items.all():
            await self.items.commit(self.to_go_on(item))
        turns = self.chance.randint(1, TURNS)
        while turns and self.lock.take() and not self.over.is_set():
            await self.items.catch_up()
            await asyncio.gather(*(self.turn(account) for account in self.accounts))
            turns -= 1
        self.lock.release()

    def to_go_on(self, item: Item) -> Move | None:
        """A person sends what was put aside since its senders were overtaken too often."""
        match item.state:
            case State.SENDING:
                return recover(item, self.clock.now())
            case State.PAUSED:
                return release(item, self.clock.now())
        return None

    async def turn(self, account: Account) -> None:
        """So much that the lock is often lost meanwhile."""
        left = iter(range(self.chance.randint(1, A_TURN)))

        def next_item() -> Item | None:
            more = next(left, None) is not None and not self.over.is_set()
            return self.agenda.next(account.name, self.clock.now()) if more else None

        post = Post(self.items, self.stops, self.clock, SystemIds(), self.newsroom, self.name, LATE)
        delivery = Delivery(account, post)
        try:
            await delivery.run(next_item)
        except OutboxError as error:
            print(f"{self.name}: {error}", file=sys.stderr)


def left(folder: Path) -> int:
    """How many lines the wire's log has."""
    log = folder / "wire.log"
    return log.stat().st_size // len("<i000000@example.jp>\n") if log.exists() else 0


async def add(folder: Path, numbers: range, most: float = 0.0) -> None:
    """Mail that is due at once, each up to `most` seconds after the last; no more once told to end."""
    over, clock = Event(), SystemClock()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    store = on_this_thread(folder / "outbox.db")
    for number in numbers:
        if over.is_set():
            break
        draft = a_draft(f"d{number}", body="x", attachments=(), answers=None)
        draft = replace(draft, account=f"a{number % ACCOUNTS}")
        await store.add(*a_queued(f"i{number:06}", draft, 0.0, clock.now()))
        await asyncio.sleep(random.uniform(0, most))
    await store.close()


def disturb(folder: Path, trouble: Trouble, messages: int) -> None:
    """Trouble until everything has left, or nothing leaves any more."""
    known, since = 0, time.monotonic()
    while (now := left(folder)) < messages and time.monotonic() < since + NOTHING_LEAVES:
        if now != known:
            known, since = now, time.monotonic()
        trouble.make()
        time.sleep(trouble.chance.uniform(0, BETWEEN))


def one_outbox(folder: Path, claims: int, processes: int, seed: int, count: Count) -> None:
    """From the first message to the last; as many as there are `claims` to come."""
    messages = min(MESSAGES, claims)
    at_first = int(messages * AT_FIRST)
    wait_for([fork(lambda: add(folder, range(at_first)))], "claims")
    pids = [fork(lambda n=n: Contender(folder, f"p{n}", seed * 10 + n).run()) for n in range(processes)]
    trouble = Trouble(folder, list(pids), seed, LONGEST_FREEZE)
    pids.append(fork(lambda: add(folder, range(at_first, messages), LONGEST_PAUSE)))
    try:
        disturb(folder, trouble, messages)
    finally:
        trouble.thaw()
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
    wait_for(pids, "claims")
    count["freezes"] += trouble.freezes
    count["removals"] += trouble.removals
    asyncio.run(count_all(folder, count))
    count_trails(folder, count)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--claims", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engines", action="store_true", help="whole engines, some 10 claims a second")
    parser.add_argument("--break", dest="broken", choices=["version"], help="break a promise on purpose")
    options = parser.parse_args()
    if options.broken:
        outbox._swap = swap_whatever_the_version
    work = claims_by_engines.one_outbox if options.engines else one_outbox
    started, count, number = time.monotonic(), Count(), 0
    while count["claims"] < options.claims:
        with scratch("claims") as folder:
            work(folder, options.claims - count["claims"], PROCESSES, options.seed * 1_000 + number, count)
        number += 1
        print(f"claims {count['claims']} of {options.claims} · faults {count.faults}", file=sys.stderr)
    seconds = time.monotonic() - started
    print(f"processes {PROCESSES} · {count} · seed {options.seed} · {seconds:.0f} s")
    return 1 if count.faults else 0


if __name__ == "__main__":
    sys.exit(main())
