"""One sender among eight: claims counted while holders are frozen and the lock file is taken from under them.

    python tests/rigs/claims.py --claims 100000 --seed 1
    python tests/rigs/claims.py --claims 600 --break version      (must find messages that two have claimed)

Eight processes run the real engine on one outbox; each starts, lives a while, closes and starts again.
Whoever holds the lock is stopped (SIGSTOP) again and again, and goes on later as if nothing had been. The
lock file is removed and replaced, so that two hold "the lock" for a moment. Half of the attempts meet no
server, so that a message is claimed several times in its life. Each process writes down every claim that it
believes is its own.
"""

import argparse
import asyncio
import os
import random
import re
import signal
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from builders import a_draft, a_queued
from rigs.crew import engine_on, fork, scratch, wait_for, wires
from rigs.race import swap_whatever_the_version

from tuimail.backends.system import SystemClock
from tuimail.engine import sender
from tuimail.mail.hold import retry
from tuimail.mail.hold.item import State
from tuimail.store import outbox
from tuimail.store.lock import SenderLockFile
from tuimail.store.outbox import OutboxFile

PROCESSES = 8
ACCOUNTS = 4
SLOW = 0.002
MEETS_NO_SERVER = 0.5
LONGEST_LIFE = 3.0
LONGEST_FREEZE = 0.15
BETWEEN = 0.12
NOTHING_LEAVES = 60.0
MESSAGES = 1_000
"""Of one outbox; a new one is begun until there were enough claims."""

HOLDER = re.compile(r"process (\d+)")


class WrittenDown:
    """A store that logs every claim it was told is its own: item, version, process."""

    def __init__(self, folder: Path) -> None:
        self._store = OutboxFile(folder / "outbox.db")
        self._log = os.open(folder / "claims.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def __getattr__(self, name):
        return getattr(self._store, name)

    async def claim(self, claim, first):
        took, submission = await self._store.claim(claim, first)
        if submission is not None:
            os.write(self._log, f"{claim.new.id} {claim.new.version} {os.getpid()}\n".encode())
        return took, submission

    async def close(self) -> None:
        os.close(self._log)
        await self._store.close()


async def lives(folder: Path, name: str, seed: int) -> None:
    """Start, send for a while, close, start again, until told to end."""
    over, chance = asyncio.Event(), random.Random(seed)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    while not over.is_set():
        engine = engine_on(folder, name, ACCOUNTS, SLOW, MEETS_NO_SERVER, WrittenDown(folder))
        await engine.start(mail=False)
        failure = asyncio.create_task(engine.failure())
        waiting = [failure, asyncio.create_task(over.wait())]
        lifetime = chance.uniform(0.2, LONGEST_LIFE)
        await asyncio.wait(waiting, timeout=lifetime, return_when=asyncio.FIRST_COMPLETED)
        if failure.done():
            failure.result()
        failure.cancel()
        await engine.close()


async def fill(folder: Path, messages: int) -> None:
    """Mail of which a few are due at any moment of the next seconds."""
    store, clock = OutboxFile(folder / "outbox.db"), SystemClock()
    for number in range(messages):
        draft = a_draft(f"d{number}", body="x", attachments=(), answers=None)
        draft = replace(draft, account=f"a{number % ACCOUNTS}")
        await store.add(*a_queued(f"i{number}", draft, 0.0, clock.now()))
    await store.close()


class Trouble:
    """Freezes whoever holds the lock, and takes its file away."""

    def __init__(self, folder: Path, pids: list[int], seed: int) -> None:
        self.lock = folder / "sender.lock"
        self.pids = pids
        self.chance = random.Random(seed)
        self.stopped: dict[int, float] = {}
        self.freezes = self.removals = 0

    def make(self) -> None:
        """One step."""
        self.thaw(time.monotonic())
        holder = self.holder()
        if holder and self.chance.random() < 0.5:
            os.kill(holder, signal.SIGSTOP)
            self.stopped[holder] = time.monotonic() + self.chance.uniform(0, LONGEST_FREEZE)
            self.freezes += 1
        if self.chance.random() < 0.2:
            self.take_the_file()
            self.removals += 1

    def thaw(self, now: float) -> None:
        for pid in [pid for pid, until in self.stopped.items() if until <= now]:
            os.kill(pid, signal.SIGCONT)
            del self.stopped[pid]

    def holder(self) -> int:
        found = HOLDER.search(SenderLockFile(self.lock, "").holder())
        pid = int(found[1]) if found else 0
        return pid if pid in self.pids and pid not in self.stopped else 0

    def take_the_file(self) -> None:
        """Removed, or another put in its place."""
        if self.chance.random() < 0.5:
            self.lock.unlink(missing_ok=True)
        else:
            other = self.lock.with_name("another.lock")
            other.touch(0o600)
            other.replace(self.lock)


class Count(Counter):
    """What was found; `FAULTS` are the promises broken."""

    GOOD = ("messages", "claims", "freezes", "removals", "probably_sent")
    FAULTS = ("double_claims", "double_sends", "never_sent", "left_over")

    @property
    def faults(self) -> int:
        return sum(self[fault] for fault in self.FAULTS)

    def __str__(self) -> str:
        return " · ".join(f"{name.replace('_', ' ')} {self[name]}" for name in (*self.GOOD, *self.FAULTS))


async def unfinished(store: OutboxFile) -> int:
    return sum(item.state in (State.WAITING, State.SENDING) for item in await store.items())


async def disturb(folder: Path, trouble: Trouble) -> None:
    """Trouble until everything has left; calm when little leaves; over when nothing leaves any more."""
    store, left, since = OutboxFile(folder / "outbox.db"), -1, time.monotonic()
    while (now := await unfinished(store)) and time.monotonic() < since + NOTHING_LEAVES:
        if now != left:
            left, since = now, time.monotonic()
        if time.monotonic() < since + NOTHING_LEAVES / 2:
            trouble.make()
        else:
            trouble.thaw(float("inf"))
        await asyncio.sleep(trouble.chance.uniform(0, BETWEEN))
    trouble.thaw(float("inf"))
    await store.close()


async def judge(folder: Path, count: Count) -> None:
    store, sent = OutboxFile(folder / "outbox.db"), Counter(wires(folder))
    claims = Counter(tuple(line.split()[:2]) for line in (folder / "claims.log").read_text().splitlines())
    count["claims"] += claims.total()
    count["double_claims"] += sum(times - 1 for times in claims.values())
    count["double_sends"] += sum(times - 1 for times in sent.values())
    for item in await store.items():
        count["messages"] += 1
        count["probably_sent"] += item.state is State.UNSURE
        count["never_sent"] += item.state is State.SENT and not sent[item.message_id]
        count["left_over"] += item.state in (State.WAITING, State.SENDING)
    await store.close()


def outbox_of(folder: Path, messages: int, seed: int, count: Count) -> None:
    """One outbox, from full to empty."""
    asyncio.run(fill(folder, messages))
    pids = [fork(lambda n=n: lives(folder, f"p{n}", seed * 10 + n)) for n in range(PROCESSES)]
    trouble = Trouble(folder, pids, seed)
    try:
        asyncio.run(disturb(folder, trouble))
    finally:
        trouble.thaw(float("inf"))
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
    wait_for(pids, "claims")
    count["freezes"] += trouble.freezes
    count["removals"] += trouble.removals
    asyncio.run(judge(folder, count))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--claims", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--break", dest="broken", choices=["version"], help="break a promise on purpose")
    options = parser.parse_args()
    if options.broken:
        outbox._swap = swap_whatever_the_version
    retry.UNREACHABLE_FIRST = retry.UNREACHABLE_MOST = 0.05
    sender.LOOK_EVERY = 0.05
    started, count, number = time.monotonic(), Count(), 0
    while count["claims"] < options.claims:
        with scratch("claims") as folder:
            messages = min(MESSAGES, max((options.claims - count["claims"]) // 2, 100))
            outbox_of(folder, messages, options.seed * 1_000 + number, count)
        number += 1
        print(f"claims {count['claims']} of {options.claims} · faults {count.faults}", file=sys.stderr)
    print(f"{count} · seed {options.seed} · {time.monotonic() - started:.0f} s")
    return 1 if count.faults else 0


if __name__ == "__main__":
    sys.exit(main())
