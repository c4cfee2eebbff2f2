"""Trouble for whoever holds the sender lock: it is frozen, and its lock file is taken away."""

import os
import random
import re
import signal
import time
from pathlib import Path

from tuimail.store.lock import SenderLockFile

FREEZES = TAKES_THE_FILE = 0.5

HOLDER = re.compile(r"process (\d+)")


class Trouble:
    """Made step by step; `pids` are the processes that may be frozen, for `longest` seconds at most."""

    def __init__(self, folder: Path, pids: list[int], seed: int, longest: float = 0.15) -> None:
        self.lock = folder / "sender.lock"
        self.pids, self.longest = pids, longest
        self.chance = random.Random(seed)
        self.stopped: dict[int, float] = {}
        self.freezes = self.removals = 0

    def make(self) -> None:
        """One step."""
        self.thaw(time.monotonic())
        holder = self.holder()
        if holder and self.chance.random() < FREEZES:
            os.kill(holder, signal.SIGSTOP)
            self.stopped[holder] = time.monotonic() + self.chance.uniform(0, self.longest)
            self.freezes += 1
        if self.chance.random() < TAKES_THE_FILE:
            self.take_the_file()
            self.removals += 1

    def thaw(self, now: float = float("inf")) -> None:
        """Those whose time has come by `now` go on; all of them without it."""
        for pid in [pid for pid, until in self.stopped.items() if until <= now]:
            os.kill(pid, signal.SIGCONT)
            del self.stopped[pid]

    def holder(self) -> int:
        """The pid of the holder; 0 when there is none, or it is frozen already."""
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
