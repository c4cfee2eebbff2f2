"""Cut the power at any write of the outbox; then see whether what was acknowledged is there.

    python tests/rigs/power.py --cuts 2000 --seed 1
    python tests/rigs/power.py --cuts 2000 --seed 1 --synchronous off      (must find losses)

One session of the real store (queue with files, take back, claim, begin the body, settle, file, save and
drop drafts, delete, purge, close and open again) runs over a VFS that writes down every change in order. For
each cut a disk is made up as it could be found: all that was synced and, of what was not, nothing,
everything, the first part, any part, or any part torn at sectors of 512 bytes. A file that was made or
deleted is known by that name only after a sync of its folder; of the changes to the folder since, the first
few survive. Not modelled: a disk that lies about a sync, and damage to bytes beside those being written.

After a cut the store must hold exactly what it held after the last acknowledged step, or after the one
under way. A claim alone may be forgotten: nothing has left then.
"""

import argparse
import asyncio
import dataclasses
import hashlib
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import vfs
from builders import NOW, a_draft, a_submission
from msgspec.structs import replace

from tuimail.mail.errors import OutboxError
from tuimail.mail.hold import filing
from tuimail.mail.hold.hold import window
from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.move import begin_body, claim, queue, recover, undo
from tuimail.mail.hold.outcome import Accepted, Phase, Refused, Unreachable, Vanished
from tuimail.mail.hold.settle import settle
from tuimail.mail.letter.draft import Attachment
from tuimail.store import database
from tuimail.store.outbox import FINISHED_KEPT, OutboxFile

SECTOR = 512
STEPS_PER_CUT = 0.2
DUE = 60.0
TABLES = ("items", "wires", "trail", "drafts", "files", "stops")


@dataclass(frozen=True, slots=True)
class Said:
    """Step `number` is under way, or done and acknowledged."""

    number: int
    done: bool


class Log:
    """Every change of a file and every acknowledgement, in order."""

    def __init__(self) -> None:
        self.events: list[vfs.Call | Said] = []

    def watch(self, call: vfs.Call) -> int:
        self.events.append(call)
        return vfs.OK


@dataclass(frozen=True, slots=True)
class Shot:
    """All rows after a step, as hashes by table and key, and the state and phase of each item.

    `weak` says that the step may be forgotten.
    """

    rows: dict[tuple[str, object], bytes]
    items: dict[str, tuple[str, str]]
    weak: bool = False


def shot(connection: sqlite3.Connection, weak: bool = False) -> Shot:
    rows = {}
    for table in TABLES:
        for row in connection.execute(f"SELECT * FROM {table}"):
            key = row[:2] if table == "files" else row[0]
            rows[table, key] = hashlib.sha256(repr(row).encode()).digest()
    query = "SELECT id, state, coalesce(json_extract(body, '$.phase'), '') FROM items"
    return Shot(rows, {item: (state, phase) for item, state, phase in connection.execute(query)}, weak)


class Session:
    """What a person and a sender do, step by step; `shots[n]` is what step n left."""

    def __init__(self, path: Path, log: Log, seed: int) -> None:
        self.path, self.log, self.chance = path, log, random.Random(seed)
        self.now, self.shots, self.names = NOW, [Shot({}, {})], 0
        self.store = OutboxFile(path)

    async def run(self, steps: int) -> None:
        for number in range(1, steps + 1):
            self.now = self.now.later(self.chance.uniform(1, 90))
            self.log.events.append(Said(number, done=False))
            weak = await self._step()
            self.log.events.append(Said(number, done=True))
            now = await self.store._database.run(lambda c, weak=weak: shot(c, weak))
            nothing_done = now.rows == self.shots[-1].rows
            self.shots.append(self.shots[-1] if nothing_done else now)
        await self.store.close()

    async def _step(self) -> bool:
        """Something possible now; whether it may be forgotten."""
        deeds = [self._queue] * 5 + [self._save, self._drop, self._purge, self._reopen, self._delete]
        deeds += [self._take_back] * 3 + [self._send_on] * 14
        return bool(await self.chance.choice(deeds)())

    def _some_draft(self):
        self.names += 1
        sizes = [self.chance.choice((0, 300, 9_000, 60_000)) for _ in range(self.chance.randrange(3))]
        files = [
            Attachment(f"{n}", "a/b", size, "", self.chance.randbytes(size)) for n, size in enumerate(sizes)
        ]
        return a_draft(f"d{self.names}", attachments=tuple(files), body="words " * self.chance.randrange(900))

    async def _queue(self) -> None:
        draft = self._some_draft()
        name = f"i{self.names}"
        submission = a_submission(name, self.chance.randbytes(self.chance.choice((700, 5_000, 90_000))))
        item, entry = queue(name, draft, submission, window(10, self.now), self.now)
        await self.store.add(item, submission, draft, entry)

    async def _save(self) -> None:
        saved = [draft for draft, _ in await self.store.drafts()]
        again = [replace(self._some_draft(), id=self.chance.choice(saved).id)] if saved else []
        await self.store.save_draft(self.chance.choice([self._some_draft(), *again]), self.now)

    async def _drop(self) -> None:
        for draft, _ in (await self.store.drafts())[-1:]:
            await self.store.drop_draft(draft.id)

    async def _purge(self) -> None:
        await self.store.purge(self.now.later(FINISHED_KEPT - 600))

    async def _reopen(self) -> None:
        """The next one finds what a sender left in the middle."""
        await self.store.close()
        self.store = OutboxFile(self.path)

    async def _delete(self) -> None:
        if finished := await self._any(State.FAILED, State.UNDONE):
            await self.store.delete(finished)

    async def _take_back(self) -> None:
        item = await self._any(State.WAITING, State.FAILED)
        if item and (move := undo(item, self.now)):
            await self.store.take_back(move)

    async def _send_on(self) -> bool:
        """One move further for some item on its way."""
        item = await self._any(State.WAITING, State.SENDING, State.SENT)
        move = self._next(item) if item else None
        if move is None:
            return False
        if move.new.phase is not Phase.CONNECT:
            await self.store.move(move)
            return False
        await self.store.claim(move, None)
        return True

    def _next(self, item: Item):
        now = self.now.later(DUE)
        if item.state is State.WAITING:
            return claim(item, now, "me")
        if item.state is State.SENT:
            return filing.filed(item, now, "Sent") if filing.is_due(item, now) else None
        if item.phase is not Phase.DATA:
            chosen = self.chance.choice((begin_body(item, now, ""), recover(item, now)))
            return self.chance.choice((chosen, settle(item, Unreachable("down"), now, 0)))
        outcomes = [Accepted("250 ok")] * 5 + [Refused(550, "no"), Vanished("gone")]
        return settle(item, self.chance.choice(outcomes), now, 0)

    async def _any(self, *states: State) -> Item | None:
        found = [item for item in await self.store.items() if item.state in states]
        return self.chance.choice(found) if found else None


@dataclass(slots=True)
class Platter:
    """One file: what is surely on the disk, and the changes since the last sync."""

    synced: bytearray = field(default_factory=bytearray)
    since: list[vfs.Call] = field(default_factory=list)


class Disk:
    """What is surely there, and what may be."""

    def __init__(self) -> None:
        self._now: dict[str, Platter] = {}
        self._synced: dict[str, Platter] = {}
        self._entries: list[tuple[str, Platter | None]] = []

    def take(self, call: vfs.Call) -> None:
        if call.kind == "delete":
            self._enter(call.path, None)
        elif call.path not in self._now:
            self._enter(call.path, Platter())
        if call.kind in ("write", "truncate"):
            self._now[call.path].since.append(call)
        if call.kind == "sync":
            platter = self._now[call.path]
            for change in platter.since:
                _apply(platter.synced, change)
            platter.since.clear()
        if call.folder:
            self._synced = dict(self._now)
            self._entries.clear()

    def _enter(self, path: str, platter: Platter | None) -> None:
        self._entries.append((path, platter))
        if platter is None:
            self._now.pop(path, None)
        else:
            self._now[path] = platter

    def found(self, chance: random.Random) -> dict[str, bytes]:
        """The files as they could be after the power failed now."""
        entries = dict(self._synced)
        for path, platter in self._entries[: chance.randint(0, len(self._entries))]:
            if platter is None:
                entries.pop(path, None)
            else:
                entries[path] = platter
        return {path: _survived(platter, chance) for path, platter in entries.items()}


def _survived(platter: Platter, chance: random.Random) -> bytes:
    data, changes = bytearray(platter.synced), list(platter.since)
    match chance.choice(("none", "all", "first", "some", "torn")):
        case "none":
            changes = []
        case "first":
            changes = changes[: chance.randint(0, len(changes))]
        case "some":
            changes = [change for change in changes if chance.random() < 0.5]
        case "torn":
            changes = [piece for change in changes for piece in _torn(change) if chance.random() < 0.5]
    for change in changes:
        _apply(data, change)
    return bytes(data)


def _torn(call: vfs.Call) -> list[vfs.Call]:
    if call.kind != "write":
        return [call]
    edges = [0, *range(SECTOR - call.offset % SECTOR, len(call.data), SECTOR), len(call.data)]
    return [
        dataclasses.replace(call, data=call.data[start:end], offset=call.offset + start)
        for start, end in pairwise(edges)
    ]


def _apply(data: bytearray, call: vfs.Call) -> None:
    if call.kind == "truncate":
        del data[call.size :]
        data.extend(bytes(call.size - len(data)))
        return
    data.extend(bytes(max(call.offset - len(data), 0)))
    data[call.offset : call.offset + len(call.data)] = call.data


class Count(Counter):
    """What was found; none of FAULTS is allowed."""

    FAULTS = ("queueings lost", "undos lost", "bodies forgotten", "half done", "damaged")

    @property
    def faults(self) -> int:
        return sum(self[fault] for fault in self.FAULTS)

    def __str__(self) -> str:
        return " · ".join(f"{name} {self[name]}" for name in ("cuts", "steps", "changes", *self.FAULTS))


async def look(folder: Path, done: Shot, possible: list[Shot], count: Count) -> None:
    """Open what the power left with the real store, and compare."""
    store = OutboxFile(folder / "outbox.db")
    try:
        for item in await store.items():
            await store.trail(item.id)
        found = await store._database.run(shot)
        sound = await store._database.run(lambda c: c.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    except OutboxError:
        count["damaged"] += 1
    else:
        count["damaged"] += not sound
        if found.rows not in [each.rows for each in possible]:
            blame(found, done, count)
    finally:
        await store.close()


def blame(found: Shot, done: Shot, count: Count) -> None:
    """What of the acknowledged is missing."""
    before = sum(count[fault] for fault in Count.FAULTS)
    for item, (state, phase) in done.items.items():
        now = found.items.get(item)
        count["queueings lost"] += now is None
        count["undos lost"] += now is not None and state == State.UNDONE and now[0] != State.UNDONE
        began = state in (State.SENT, State.UNSURE) or phase == Phase.DATA
        count["bodies forgotten"] += began and now is not None and now[0] in (State.WAITING, State.FAILED)
    count["half done"] += before == sum(count[fault] for fault in Count.FAULTS)


async def record(folder: Path, seed: int, steps: int) -> tuple[Log, list[Shot]]:
    log = Log()
    with vfs.watching(log.watch, really_sync=False):
        session = Session(folder / "outbox.db", log, seed)
        await session.run(steps)
    return log, session.shots


async def cut_all(log: Log, shots: list[Shot], cuts: int, seed: int, root: Path) -> Count:
    """Play the log again, and cut at so many places."""
    chance, disk, count = random.Random(seed), Disk(), Count()
    places = Counter(chance.choices(range(len(log.events)), k=cuts))
    said = Said(0, done=True)
    for place, event in enumerate(log.events):
        for _ in range(places[place]):
            await _cut(disk.found(chance), said, shots, root, count)
        if isinstance(event, Said):
            said = event
        else:
            disk.take(event)
    count["cuts"], count["steps"], count["changes"] = cuts, len(shots) - 1, len(log.events)
    return count


async def _cut(files: dict[str, bytes], said: Said, shots: list[Shot], root: Path, count: Count) -> None:
    done = said.number if said.done else said.number - 1
    possible = shots[done : done + (1 if said.done else 2)]
    while done and shots[done].weak:
        done -= 1
        possible.append(shots[done])
    with tempfile.TemporaryDirectory(dir=root) as name:
        for path, data in files.items():
            (Path(name) / os.path.basename(path)).write_bytes(data)
        await look(Path(name), shots[done], possible, count)


def run(cuts: int, seed: int, root: Path) -> Count:
    (root / "session").mkdir()
    log, shots = asyncio.run(record(root / "session", seed, max(60, int(cuts * STEPS_PER_CUT))))
    with vfs.watching(lambda _: vfs.OK, really_sync=False):
        return asyncio.run(cut_all(log, shots, cuts, seed, root))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cuts", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--synchronous", default="full", help="normal or off, to break the promise on purpose"
    )
    options = parser.parse_args()
    if reason := vfs.missing():
        raise SystemExit(f"power rig: {reason}")
    database.SAFE = options.synchronous.upper()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tuimail-power-") as folder:
        count = run(options.cuts, options.seed, Path(folder))
    print(f"{count} · seed {options.seed} · {time.monotonic() - started:.0f} s")
    return 1 if count.faults else 0


if __name__ == "__main__":
    sys.exit(main())
