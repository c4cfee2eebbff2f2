"""Undo against the deadline: 4 processes on one outbox, undo pressed from 50 ms before to 50 ms after.

    python tests/rigs/race.py --undos 100000 --seed 1
    python tests/rigs/race.py --undos 600 --break version      (must find mail sent that was taken back)

Two processes send, the one that holds the lock; two queue mail and take it back, each at a moment of its own,
1 ms apart. All of it is the real engine and the real store. Only the wire is a file: a line for each body
that left. Whatever undo acknowledged may not be there; whatever it refused has to be there once.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1]))

from builders import a_draft, a_queued
from rigs.crew import engine_on, fork, scratch, wait_for, wires, write_result

from tuimail.backends.system import SystemClock
from tuimail.mail.hold.item import State
from tuimail.store import outbox
from tuimail.store.outbox import OutboxFile

ACCOUNTS = 8
SENDERS = UNDOERS = 2
AT_ONCE = 80
"""Mails that each of those who undo has on the way at a time."""

A_CHUNK = 4_000
WINDOW = 0.6
STEPS = range(-50, 51)
SLOW = 0.004
DRAIN_SECONDS = 60.0


async def send(folder: Path, name: str) -> None:
    """Send what is due, until told to end."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    engine = engine_on(folder, name, ACCOUNTS, SLOW)
    await engine.start(mail=False)
    failure = asyncio.create_task(engine.failure())
    await asyncio.wait([failure, asyncio.create_task(over.wait())], return_when=asyncio.FIRST_COMPLETED)
    if failure.done():
        failure.result()
    failure.cancel()
    await engine.close()


class Undoer:
    """Queues mail and takes it back at a chosen moment."""

    def __init__(self, folder: Path, name: str, undos: int, seed: int) -> None:
        self.folder, self.name, self.undos = folder, name, undos
        self.chance = random.Random(seed)
        self.numbers = iter(range(undos))
        self.store = OutboxFile(folder / "outbox.db")
        self.engine = engine_on(folder, name, ACCOUNTS, SLOW, store=self.store)
        self.clock = SystemClock()
        self.tried: list[tuple[str, float, bool]] = []

    async def run(self) -> None:
        await asyncio.gather(*(self._lane() for _ in range(AT_ONCE)))
        await self.engine.close()
        write_result(self.folder / f"{self.name}.json", self.tried)

    async def _lane(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, WINDOW))
        for number in self.numbers:
            await self._one(f"{self.name}-{number}", self.chance.choice(STEPS) / 1000)

    async def _one(self, name: str, offset: float) -> None:
        """`offset` is meant; what is written down is when undo was really called."""
        account = f"a{self.chance.randrange(ACCOUNTS)}"
        draft = replace(a_draft(f"draft-{name}", body="x"), account=account, attachments=(), answers=None)
        queued = a_queued(name, draft, WINDOW, self.clock.now())
        due = queued[0].due.boot
        await self.store.add(*queued)
        await asyncio.sleep(due + offset - self.clock.now().boot)
        called = self.clock.now().boot - due
        undone = await self.engine.outbox.undo(name) is not None
        self.tried.append((queued[0].message_id, called, undone))


async def drained(folder: Path) -> dict[str, State]:
    """The states by Message-ID, once nothing waits or is being sent."""
    store = OutboxFile(folder / "outbox.db")
    async with asyncio.timeout(DRAIN_SECONDS):
        while True:
            items = await store.items()
            if all(item.state not in (State.WAITING, State.SENDING) for item in items):
                break
            await asyncio.sleep(0.1)
    await store.close()
    return {item.message_id: item.state for item in items}


class Count(Counter):
    """What was found; `FAULTS` are the promises broken. `histogram`: step in ms -> (undone, refused)."""

    FAULTS = ("undone_yet_sent", "refused_and_nowhere", "sent_twice", "wrong_state")

    def __init__(self) -> None:
        super().__init__()
        self.histogram: Counter[tuple[int, bool]] = Counter()

    @property
    def faults(self) -> int:
        return sum(self[fault] for fault in self.FAULTS)

    def add(self, tried, sent: Counter, states: dict[str, State]) -> None:
        for message_id, called, undone in tried:
            self["undone" if undone else "refused"] += 1
            self.histogram[round(called * 1000), undone] += 1
            self["undone_yet_sent"] += undone and sent[message_id] > 0
            self["refused_and_nowhere"] += not undone and not sent[message_id]
            self["sent_twice"] += max(sent[message_id] - 1, 0)
            self["wrong_state"] += states[message_id] is not (State.UNDONE if undone else State.SENT)

    def __str__(self) -> str:
        names = ("undone", "refused", *self.FAULTS)
        return " · ".join(f"{name.replace('_', ' ')} {self[name]}" for name in names)

    def picture(self) -> str:
        """Per 5 ms about the deadline: how many were undone, how many were refused since they had left."""
        rows = ["  ms about the deadline    undone   refused"]
        for low in range(-50, 70, 5):
            steps = range(low, low + 5)
            undone, refused = (sum(self.histogram[s, which] for s in steps) for which in (True, False))
            share = undone / max(undone + refused, 1)
            rows.append(
                f"  {low:+4d} … {low + 4:+4d}       {undone:11d} {refused:9d}  {'█' * round(share * 30)}"
            )
        return "\n".join(rows)


def chunk(folder: Path, undos: int, seed: int, count: Count) -> None:
    """One outbox, so many undos."""
    senders = [fork(lambda n=n: send(folder, f"sender{n}")) for n in range(SENDERS)]
    names = [f"undoer{n}" for n in range(UNDOERS)]
    try:
        wait_for(
            [
                fork(lambda n=n, name=name: Undoer(folder, name, undos // UNDOERS, seed * 10 + n).run())
                for n, name in enumerate(names)
            ],
            "undo race",
        )
        states = asyncio.run(drained(folder))
    finally:
        for pid in senders:
            os.kill(pid, signal.SIGTERM)
    wait_for(senders, "undo race, senders")
    sent = Counter(wires(folder))
    for name in names:
        count.add(json.loads((folder / f"{name}.json").read_text()), sent, states)


def swap_whatever_the_version(connection, move) -> bool:
    """What a client does that looks first and writes then."""
    seq = outbox.history.next_seq(connection)
    values = (*outbox.item_row.values(move.new, move.entry.at)[1:], seq, move.old.id)
    outbox._write_entry(connection, move.new.id, move.entry)
    return bool(
        connection.execute(
            "UPDATE items SET version = ?, state = ?, changed = ?, body = ?, seq = ? WHERE id = ?", values
        ).rowcount
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--undos", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--break", dest="broken", choices=["version"], help="break a promise on purpose")
    options = parser.parse_args()
    if options.broken:
        outbox._swap = swap_whatever_the_version
    started, count = time.monotonic(), Count()
    for number, start in enumerate(range(0, options.undos, A_CHUNK)):
        with scratch("race") as folder:
            chunk(folder, min(A_CHUNK, options.undos - start), options.seed * 1_000 + number, count)
        done = count["undone"] + count["refused"]
        print(f"undos {done} of {options.undos} · faults {count.faults}", file=sys.stderr)
    print(f"undos {options.undos} · {count} · seed {options.seed} · {time.monotonic() - started:.0f} s")
    print(count.picture())
    return 1 if count.faults else 0


if __name__ == "__main__":
    sys.exit(main())
