"""Lose answers of Microsoft Graph, cut and refuse requests, kill who asks; then count what left.

    python tests/rigs/lost.py --faults 1000 --seed 1
    python tests/rigs/lost.py --faults 200 --break resend    (must find doubled sends and recalls)

A Microsoft 365 organisation on loopback takes a moment from /send to Sent Items, and would send a message
again that it had sent. A third of all requests that make a draft, send it or ask for copies go wrong: the
answer is lost, cut in its middle or garbage, the request is cut, late, or answered 5xx or 429. One or two
processes queue mail, take it back and ask for delivered copies, each killed within a second; then one drains
the outbox without faults.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rigs.crew import fork, scratch, wait_for
from rigs.graph_lives import SETTLES, break_it, drain, hurry, live
from servers.graphing import stand_in

from tuimail.demo.exchange import Fault
from tuimail.mail.after.recall import RecallState
from tuimail.mail.hold.item import State
from tuimail.store.after import AfterFile
from tuimail.store.outbox import OutboxFile

A_ROUND = 125
"""Faults on one outbox."""

OFTEN, SELDOM = 0.33, 0.04
PRECIOUS = ("/me/messages", "/send", "/recall")
LIFE = 1.0
SEED = 1


class Chance:
    """As `Faults`: one request in so many meets one, while `on`; `met` counts them."""

    def __init__(self, seed: str, on, met) -> None:
        self._chance, self._on, self._met = random.Random(seed), on, met

    def spring(self, method: str, path: str) -> Fault | None:
        rate = OFTEN if method == "POST" and path.endswith(PRECIOUS) else SELDOM
        if not self._on.value or self._chance.random() >= rate:
            return None
        self._met.value += 1
        again = self._chance.choice((0, 0.05, 0.1))
        return self._chance.choice(
            (
                Fault.lost(),
                Fault.middle(),
                Fault.cut(),
                Fault.slow(0.4),
                Fault.garbage(),
                Fault.answer(self._chance.choice((500, 502, 503, 504)), retry_after=again),
                Fault.answer(429, retry_after=again),
            )
        )


class Server:
    """The organisation in a process of its own, which tells at the end what it saw."""

    def __init__(self, folder: Path, seed: str) -> None:
        self.on, self.met = multiprocessing.Value("b", True), multiprocessing.Value("i", 0)
        self._told = folder / "server.json"
        (ready, telling), (waiting, self._stop) = os.pipe(), os.pipe()
        self._pid = fork(lambda: self._serve(seed, telling, waiting))
        os.close(telling)
        os.close(waiting)
        self.url = os.read(ready, 100).decode()

    async def _serve(self, seed: str, telling: int, waiting: int) -> None:
        os.close(self._stop)
        with stand_in(transport_seconds=SETTLES / 8, sends_again=True) as here:
            here.faults = Chance(seed, self.on, self.met)
            os.write(telling, here.url.encode())
            select.select([waiting], [], [])
            sends = Counter(sent.message_id for sent in here.log.sent)
            recalls = Counter(one.message_id for one in here.log.recalls)
            self._told.write_text(json.dumps([sends, recalls]))

    def close(self) -> tuple[Counter, Counter]:
        """What left, and what was asked back, by Message-ID."""
        os.close(self._stop)
        wait_for([self._pid], "lost rig: the server")
        sends, recalls = json.loads(self._told.read_text())
        return Counter(sends), Counter(recalls)


class Count(Counter):
    """What was found; `FAULTS` are the promises broken."""

    GOOD = ("faults_met", "kills", "queued", "undone", "sends", "recalls", "asked_about")
    FAULTS = ("double_sends", "double_recalls", "lost", "sent_after_undo", "denied_recalls", "left_over")

    @property
    def faults(self) -> int:
        return sum(self[fault] for fault in self.FAULTS)

    def __str__(self) -> str:
        return " · ".join(f"{name.replace('_', ' ')} {self[name]}" for name in (*self.GOOD, *self.FAULTS))


def run(folder: Path, faults: int, seed: str) -> Count:
    """One outbox from its first message to the last."""
    count, chance, server = Count(), random.Random(seed), Server(folder, seed)
    alive: list[tuple[float, int]] = []
    while server.met.value < faults:
        if len(alive) < 2:
            count["lives"] += 1
            pid = live(folder, server.url, f"life{count['lives']}", chance.randrange(1 << 30))
            alive.append((time.monotonic() + chance.uniform(0.2, LIFE), pid))
        time.sleep(0.02)
        count["kills"] += _kill(alive, time.monotonic())
    count["kills"] += _kill(alive, float("inf"))
    count["faults_met"] = server.met.value
    server.on.value = False
    wait_for([fork(lambda: drain(folder, server.url))], "lost rig: draining")
    sends, recalls = server.close()
    asyncio.run(_compare(folder, count, sends, recalls))
    return count


def _kill(alive: list[tuple[float, int]], now: float) -> int:
    """Those whose time has come; how many."""
    over = [life for life in alive if life[0] <= now]
    for life in over:
        alive.remove(life)
        os.kill(life[1], signal.SIGKILL)
        if not os.WIFSIGNALED(os.waitpid(life[1], 0)[1]):
            raise SystemExit("lost rig: a process ended by itself")
    return len(over)


async def _compare(folder: Path, count: Count, sends: Counter, recalls: Counter) -> None:
    """What was said, what left, and what the outbox and the record of recalls hold."""
    store, after = OutboxFile(folder / "outbox.db"), AfterFile(folder / "after.db")
    items = {item.id: item for item in await store.items()}
    said = [line.split() for line in (folder / "said.log").read_text().splitlines()]
    queued = {name for word, name in said if word == "queued"}
    undone = {name for word, name in said if word == "undone"}
    count.update(queued=len(queued), undone=len(undone), sends=sends.total(), recalls=recalls.total())
    count["lost"] = len(queued - items.keys())
    count["double_sends"] = sum(times - 1 for times in sends.values())
    count["double_recalls"] = sum(times - 1 for times in recalls.values())
    for item in items.values():
        times = sends[item.message_id]
        count["lost"] += item.state in (State.SENT, State.FAILED) and not times
        count["sent_after_undo"] += (item.state is State.UNDONE or item.id in undone) and times > 0
        count["asked_about"] += item.state is State.UNSURE
        count["left_over"] += item.state in (State.WAITING, State.PAUSED, State.SENDING)
    told = {one.message_id for one in await after.recalls() if one.state is not RecallState.REFUSED}
    count["denied_recalls"] = len(recalls.keys() - told)
    await store.close()
    await after.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--faults", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--break", dest="broken", default="", choices=["resend"])
    options = parser.parse_args()
    started = time.monotonic()
    hurry()
    if options.broken:
        break_it()
    count = Count()
    for done in range(0, options.faults, A_ROUND):
        with scratch("lost") as folder:
            faults = min(A_ROUND, options.faults - done)
            count.update(run(folder, faults, f"{options.seed} {done}"))
        print(f"faults met {count['faults_met']} · broken {count.faults}", file=sys.stderr)
    print(f"{count} · seed {options.seed} · {time.monotonic() - started:.0f} s")
    return 1 if count.faults else 0


if __name__ == "__main__":
    sys.exit(main())
