"""Claims by whole engines: each starts, lives a while, closes and starts again.

Half of the attempts meet no server, so that a message is claimed several times in its life.
"""

import asyncio
import os
import random
import signal
import time
from pathlib import Path

from builders import a_draft, a_queued
from msgspec.structs import replace
from rigs.crew import engine_on, fork, wait_for
from rigs.tally import Count, WrittenDown, count_all
from rigs.trouble import Trouble

from tuimail.backends.system import SystemClock
from tuimail.engine.sending import sender
from tuimail.mail.hold import retry
from tuimail.mail.hold.item import State
from tuimail.store.outbox import OutboxFile

MESSAGES = 1_000
"""Of one outbox at most."""

ACCOUNTS = 4
SLOW = 0.002
MEETS_NO_SERVER = 0.5
LONGEST_LIFE = 3.0
BETWEEN = 0.12
NOTHING_LEAVES = 60.0


async def lives(folder: Path, name: str, seed: int) -> None:
    """Start, send for a while, close, start again, until told to end."""
    over, chance = asyncio.Event(), random.Random(seed)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    while not over.is_set():
        store = WrittenDown(folder, OutboxFile(folder / "outbox.db"))
        engine = engine_on(folder, name, ACCOUNTS, SLOW, MEETS_NO_SERVER, store)
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
            trouble.thaw()
        await asyncio.sleep(trouble.chance.uniform(0, BETWEEN))
    trouble.thaw()
    await store.close()


def one_outbox(folder: Path, claims: int, processes: int, seed: int, count: Count) -> None:
    """From full to empty; about so many `claims`."""
    retry.UNREACHABLE_FIRST = retry.UNREACHABLE_MOST = 0.05
    sender.LOOK_EVERY = 0.05
    asyncio.run(fill(folder, min(MESSAGES, max(claims // 2, 100))))
    pids = [fork(lambda n=n: lives(folder, f"p{n}", seed * 10 + n)) for n in range(processes)]
    trouble = Trouble(folder, pids, seed)
    try:
        asyncio.run(disturb(folder, trouble))
    finally:
        trouble.thaw()
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
    wait_for(pids, "claims")
    count["freezes"] += trouble.freezes
    count["removals"] += trouble.removals
    asyncio.run(count_all(folder, count))
