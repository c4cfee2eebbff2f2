"""Kill at random moments of a send's whole life; then count what the server got.

    python tests/rigs/kill.py --kills 10000 --seed 1
    python tests/rigs/kill.py --kills 60 --break requeue      (must find duplicates)
    python tests/rigs/kill.py --kills 60 --break early        (must find mail lost, and sent after undo)

Each harness has an outbox of its own, which begins as a file of the first schema. On it live up to four
processes at a time: clients that queue, take back and send, forked from one that is warm, and real agents,
`tuimail agent run`, from their first instruction on. The SMTP server, a process too, is slow to accept and
slow to say so. Most are ended by SIGKILL, some by SIGTERM or SIGHUP with SIGKILL soon after. A client tells
what it did only after the engine had returned. The last one drains the outbox, and settles what is "probably
sent" as its user would: by looking whether it arrived.
"""

import argparse
import asyncio
import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rigs.lives import Home, SlowSink, client, drain, warm
from rigs.toll import Count, check

from tuimail.engine.sending import sender
from tuimail.mail.hold.item import State
from tuimail.mail.hold.move import move

A_ROUND = 250
"""Kills on one outbox."""

AGENTS = 0.15
CLIENT_LIVES, AGENT_LIVES = 0.5, 1.2
"""The longest, in seconds."""

MOST_AT_ONCE = 4
BIRTHS = 0.2
GENTLY = 0.2
PATIENCE = 0.3
INTERRUPTED = 130


@dataclass
class Life:
    """A process, when it is to end, and the pipe on which it tells what it did; agents tell nothing."""

    pid: int
    end: float
    pipe: int | None
    agent: subprocess.Popen | None = None

    def over(self) -> int | None:
        """Its exit status, negative for a signal, when it has ended."""
        if self.agent is not None:
            return self.agent.poll()
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        if self.agent is not None:
            self.agent.wait()
        else:
            os.waitpid(self.pid, 0)


class Rig:
    """One outbox: the server in a process of its own, the lives, and what they said."""

    def __init__(self, folder: Path, seed: str, agents: float, early: bool) -> None:
        self.chance = random.Random(seed)
        self.agents, self.early = agents, early
        self.log = folder / "sink.log"
        self.port, self._sink, self._sink_stop = _serve(self.log)
        self.home = Home(folder, self.port)
        self.said: list[list[str]] = [["queued", name] for name in self.home.waiting]
        self.signals: Counter[str] = Counter()
        self._alive: list[Life] = []

    def stop(self) -> None:
        os.close(self._sink_stop)
        os.waitpid(self._sink, 0)

    def kill(self, kills: int) -> None:
        """So many lives, each ended; while some die the next are already at work."""
        for number in range(kills):
            self._alive.append(self._born(f"life{number}"))
            time.sleep(self.chance.uniform(0.001, BIRTHS))
            now = time.monotonic()
            self._alive.sort(key=lambda life: life.end)
            while self._alive and (self._alive[0].end <= now or len(self._alive) >= MOST_AT_ONCE):
                self._end(self._alive.pop(0))
        for life in self._alive:
            self._end(life)

    def drain(self) -> None:
        """A last child that is left alone until nothing is left to do."""
        life = self._fork("drain", 0.0, lambda _: drain(self.home.engine("drain"), self.arrived))
        with open(life.pipe, "rb"):
            _, status = os.waitpid(life.pid, 0)
        if status:
            raise SystemExit("kill rig: the outbox could not be drained")

    def accepted(self) -> list[dict]:
        """What the server wrote down."""
        return [json.loads(line) for line in self.log.read_bytes().split(b"\n")[:-1]]

    def arrived(self) -> set[str]:
        return {entry["message_id"] for entry in self.accepted()}

    def _born(self, name: str) -> Life:
        now, seed = time.monotonic(), self.chance.randrange(1 << 30)
        if self.chance.random() < self.agents:
            self.signals["agents"] += 1
            agent = self.home.agent()
            return Life(agent.pid, now + self.chance.uniform(0, AGENT_LIVES), None, agent)
        end = now + self.chance.uniform(0, CLIENT_LIVES)
        return self._fork(
            name, end, lambda pipe: client(self.home.engine(name), name, seed, pipe, self.early)
        )

    def _fork(self, name: str, end: float, work) -> Life:
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reading)
            os.close(self._sink_stop)
            _run_and_exit(work, writing)
        os.close(writing)
        return Life(pid, end, reading)

    def _end(self, life: Life) -> None:
        if life.over() is not None:
            raise SystemExit(f"kill rig: a process ended by itself\n{self._agents_words()}")
        if self.chance.random() < GENTLY:
            self._end_gently(life)
        else:
            self.signals["SIGKILL"] += 1
            life.kill()
        if life.pipe is not None:
            with open(life.pipe, "rb") as told:
                self.said += [line.split() for line in told.read().decode().split("\n")[:-1]]

    def _end_gently(self, life: Life) -> None:
        """Asked to end, and killed when it takes longer than some moments."""
        how = self.chance.choice((signal.SIGTERM, signal.SIGHUP))
        self.signals[how.name] += 1
        os.kill(life.pid, how)
        until = time.monotonic() + self.chance.uniform(0, PATIENCE)
        while time.monotonic() < until:
            if (status := life.over()) is not None:
                if status not in (0, INTERRUPTED, -how, -signal.SIGINT):
                    raise SystemExit(f"kill rig: told to end, one failed ({status})\n{self._agents_words()}")
                return
            time.sleep(0.005)
        life.kill()

    def _agents_words(self) -> str:
        log = self.home.folder / "agent.log"
        return log.read_text()[-2_000:] if log.exists() else ""


def _serve(log: Path) -> tuple[int, int, int]:
    """The sink in a forked process: its port, its pid, and the pipe whose end stops it."""
    (ready, telling), (waiting, stop) = os.pipe(), os.pipe()
    pid = os.fork()
    if not pid:
        os.close(stop)
        with SlowSink(log) as sink:
            os.write(telling, str(sink.port).encode())
            select.select([waiting], [], [])
        os._exit(0)
    os.close(telling)
    os.close(waiting)
    return int(os.read(ready, 10)), pid, stop


def _run_and_exit(work, pipe: int) -> None:
    code = 1
    try:
        asyncio.run(work(pipe))
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def naive_requeue(item, now):
    """What many programs do at their next start: what was being sent is simply sent again."""
    if item.state is not State.SENDING:
        return None
    return move(item, now, "requeued", state=State.WAITING, due=now, phase=None, owner="")


def one_round(kills: int, seed: str, broken: str) -> Count:
    """One outbox from its first process to the last message. A broken promise is one of the clients alone."""
    warm()
    if broken == "requeue":
        sender.recover = naive_requeue
    with tempfile.TemporaryDirectory(prefix="tuimail-kill-") as folder:
        rig = Rig(Path(folder), seed, 0.0 if broken else AGENTS, broken == "early")
        try:
            rig.kill(kills)
            rig.drain()
            count = asyncio.run(check(rig))
        finally:
            rig.stop()
    count["kills"] = kills
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--harnesses", type=int, default=os.cpu_count())
    parser.add_argument("--break", dest="broken", default="", choices=["requeue", "early"])
    options = parser.parse_args()
    started, total = time.monotonic(), Count()
    rounds = [min(A_ROUND, options.kills - done) for done in range(0, options.kills, A_ROUND)]
    with ProcessPoolExecutor(options.harnesses, mp_context=get_context("fork")) as harnesses:
        counts = [
            harnesses.submit(one_round, kills, f"{options.seed} {number}", options.broken)
            for number, kills in enumerate(rounds)
        ]
        for count in as_completed(counts):
            total.update(count.result())
            print(f"kills {total['kills']} of {options.kills} · faults {total.faults}", file=sys.stderr)
    seconds = time.monotonic() - started
    print(f"{total} · seed {options.seed} · harnesses {options.harnesses} · {seconds:.0f} s")
    return 1 if total.faults else 0


if __name__ == "__main__":
    sys.exit(main())
