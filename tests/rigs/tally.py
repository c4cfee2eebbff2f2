"""What became of the messages of an outbox, by what its senders wrote down, its rows and its trails."""

import os
import re
import sqlite3
from collections import Counter, defaultdict
from pathlib import Path

from rigs.crew import wires

from tuimail.mail.hold.item import State
from tuimail.store.outbox import OutboxFile

STEPS = {
    ("", State.WAITING): "q",
    (State.WAITING, State.SENDING): "c",
    (State.SENDING, State.SENDING): "b",
    (State.SENDING, State.WAITING): "r",
    (State.SENDING, State.PAUSED): "p",
    (State.PAUSED, State.WAITING): "n",
    (State.SENDING, State.UNSURE): "u",
    (State.SENDING, State.SENT): "s",
    (State.UNSURE, State.SENT): "s",
}
"""Queued, claimed, body begun, recovered to wait again, put aside, sent now, recovered as unsure, sent."""

LIFE = re.compile("q(cr|cpn)*cbu?s")
"""Claimed once; and once more for each time that another took over before the body had begun."""


class WrittenDown:
    """A store that logs every claim it was told is its own: item, version, process."""

    def __init__(self, folder: Path, store: OutboxFile) -> None:
        self._store = store
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


class Count(Counter):
    """What was found; `FAULTS` are the promises broken."""

    GOOD = ("messages", "claims", "sends", "freezes", "removals", "recovered", "probably_sent")
    FAULTS = ("double_claims", "double_sends", "never_sent", "left_over", "wrong_trails")

    @property
    def faults(self) -> int:
        return sum(self[fault] for fault in self.FAULTS)

    def __str__(self) -> str:
        return " · ".join(f"{name.replace('_', ' ')} {self[name]}" for name in (*self.GOOD, *self.FAULTS))


async def count_all(folder: Path, count: Count) -> None:
    """Add up one outbox that nobody works on any more."""
    store, sent = OutboxFile(folder / "outbox.db"), Counter(wires(folder))
    claims = logged(folder)
    count["claims"] += claims.total()
    count["sends"] += sent.total()
    count["double_claims"] += sum(times - 1 for times in claims.values())
    count["double_sends"] += sum(times - 1 for times in sent.values())
    for item in await store.items():
        count["messages"] += 1
        count["probably_sent"] += item.state is State.UNSURE
        count["never_sent"] += item.state is State.SENT and not sent[item.message_id]
        count["left_over"] += item.state in (State.WAITING, State.PAUSED, State.SENDING)
    await store.close()


def count_trails(folder: Path, count: Count) -> None:
    """Hold each trail against the one life a message may have, and against the claims written down."""
    claims = Counter(item for item, _ in logged(folder).elements())
    for item, life in trails(folder).items():
        count["recovered"] += sum(life.count(step) for step in "rpu")
        count["wrong_trails"] += not LIFE.fullmatch(life) or life.count("c") != claims[item]


def logged(folder: Path) -> Counter[tuple[str, str]]:
    """How many believed to have claimed an item in a version."""
    return Counter(tuple(line.split()[:2]) for line in (folder / "claims.log").read_text().splitlines())


def trails(folder: Path) -> dict[str, str]:
    """Item -> its steps, a letter each; `?` for one that is not among them or does not follow the last."""
    found: defaultdict[str, str] = defaultdict(str)
    last: dict[str, str] = {}
    connection = sqlite3.connect(folder / "outbox.db")
    for item, before, after in connection.execute("SELECT item, before, after FROM trail ORDER BY n"):
        goes_on = last.get(item, "") == before
        found[item] += STEPS.get((before, after), "?") if goes_on else "?"
        last[item] = after
    connection.close()
    return found
