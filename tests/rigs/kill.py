"""Kill -9 at random moments of queueing, undoing, sending and filing; then count what the server got.

    python tests/rigs/kill.py --kills 500 --seed 1
    python tests/rigs/kill.py --kills 60 --break requeue      (must find duplicates)

Children run the real engine on one outbox, two of them overlapping, against an SMTP server that is slow to
accept and slow to say so. A child tells what it did only after the engine had returned. The last one drains
the outbox, and settles what is "probably sent" as its user would: by looking whether it arrived.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import select
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import aiosmtplib  # noqa: F401 (loaded before the forks, not in each)
from servers.sink import Sink

from tuimail.backends import smtp_session, smtp_transaction  # noqa: F401
from tuimail.backends.files import DiskFiles
from tuimail.backends.maildir import MaildirSource
from tuimail.backends.smtp import SmtpSubmitter
from tuimail.backends.smtp_server import Server
from tuimail.backends.system import SystemClock, SystemIds
from tuimail.engine import sender
from tuimail.engine.account import Account, Accounts
from tuimail.engine.engine import Engine
from tuimail.mail.hold.item import Filing, State
from tuimail.mail.hold.move import move
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.draft import Attachment, Draft
from tuimail.store.cache import CacheFile
from tuimail.store.lock import SenderLockFile
from tuimail.store.outbox import OutboxFile

UNDO_SECONDS = 0.03
SERVER_DELAY = 0.04
LONGEST_LIFE = 0.4
PAUSE = 0.08
DRAIN_SECONDS = 120.0


class SlowSink(Sink):
    """Takes up to 40 ms to accept and up to 40 ms to say so; nothing else happens meanwhile."""

    def keep(self, message):
        time.sleep(random.uniform(0, SERVER_DELAY))
        super().keep(message)
        time.sleep(random.uniform(0, SERVER_DELAY))


def the_draft(name: str) -> Draft:
    """The same draft for the same name, with files of up to 60 kB."""
    chance = random.Random(name)
    files = [chance.randbytes(chance.randrange(60_000)) for _ in range(chance.randrange(3))]
    attachments = [
        Attachment(f"{n}.bin", "application/octet-stream", len(data), f"/{n}.bin", data)
        for n, data in enumerate(files)
    ]
    return Draft(
        id=name,
        account="work",
        to="aiko@example.test",
        bcc="boss@example.test",
        subject=name,
        body=f"{name}\n.\n..dots\n" * chance.randrange(1, 40),
        attachments=tuple(attachments),
        cursor=(1, 2),
    )


def engine_on(folder: Path, port: int, name: str) -> Engine:
    async def no_secret() -> str:
        return ""

    server = Server("127.0.0.1", port, "none", auth="none")
    source = MaildirSource(folder / "mail", "work")
    account = Account("work", Address("me@example.test"), source, SmtpSubmitter(server, no_secret))
    return Engine(
        Accounts({"work": account}),
        store=OutboxFile(folder / "outbox.db"),
        cache=CacheFile(folder / "cache.db"),
        lock=SenderLockFile(folder / "sender.lock", name),
        files=DiskFiles(),
        clock=SystemClock(),
        ids=SystemIds(),
        owner=name,
        undo_seconds=UNDO_SECONDS,
    )


class Rig:
    """One run: the server in a process of its own, the children, and what they said."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.log = folder / "sink.log"
        self.said: list[list[str]] = []
        self.port, self._sink, self._sink_stop = _serve(self.log)

    def stop(self) -> None:
        os.close(self._sink_stop)
        os.waitpid(self._sink, 0)

    def kill(self, kills: int) -> None:
        """So many lives, each ended by SIGKILL; while one dies the next is already at work."""
        alive: list[tuple[int, int]] = []
        for life in range(kills):
            alive.append(self._born(f"life{life}"))
            time.sleep(self.chance.uniform(0.001, LONGEST_LIFE / 2))
            if len(alive) > 1 or self.chance.random() < 0.3:
                self._end(*alive.pop(0))
        for child in alive:
            self._end(*child)

    def drain(self) -> None:
        """A last child that is left alone until nothing is left to do."""
        pid, pipe = self._fork(lambda _: drain(self.folder, self.port, self.log))
        with open(pipe, "rb"):
            _, status = os.waitpid(pid, 0)
        if status:
            raise SystemExit("kill rig: the outbox could not be drained")

    def _born(self, name: str) -> tuple[int, int]:
        seed = self.chance.randrange(1 << 30)
        return self._fork(lambda pipe: live(engine_on(self.folder, self.port, name), name, seed, pipe))

    def _fork(self, work) -> tuple[int, int]:
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reading)
            os.close(self._sink_stop)
            _run_and_exit(work, writing)
        os.close(writing)
        return pid, reading

    def _end(self, pid: int, pipe: int) -> None:
        ended, _ = os.waitpid(pid, os.WNOHANG)
        if ended:
            raise SystemExit("kill rig: a child ended by itself")
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        with open(pipe, "rb") as told:
            self.said += [line.split() for line in told.read().decode().split("\n")[:-1]]


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


async def live(engine: Engine, name: str, seed: int, pipe: int) -> None:
    """Queue without end, take back some, send some at once; tell each only when it is done."""
    chance = random.Random(seed)

    def tell(*words: str) -> None:
        os.write(pipe, (" ".join(words) + "\n").encode())

    await engine.start(mail=False)
    for number in range(10_000):
        draft = the_draft(f"{name}-{number}")
        item = await engine.outbox.send(draft)
        tell("queued", draft.id)
        if chance.random() < 0.2:
            await engine.outbox.now(item.id)
        await asyncio.sleep(chance.uniform(0, PAUSE))
        waiting = [i for i in engine.outbox.known() if i.can_be_taken_back]
        if waiting and chance.random() < 0.6:
            chosen = chance.choice(waiting)
            tell("asked", chosen.subject)
            if await engine.outbox.undo(chosen.id):
                tell("undone", chosen.subject)
        await asyncio.sleep(chance.uniform(0, PAUSE))


async def drain(folder: Path, port: int, log: Path) -> None:
    """Send all that is left; what is unsure was sent when it stands in the server's log, else it was not."""
    await asyncio.sleep(4 * SERVER_DELAY)
    engine = engine_on(folder, port, "drain")
    await engine.start(mail=False)
    async with asyncio.timeout(DRAIN_SECONDS):
        while busy := [item for item in await engine.outbox.items() if _unfinished(item)]:
            await engine.outbox.send_all_now()
            arrived = {entry["message_id"] for entry in accepted(log)}
            for item in busy:
                if item.state is State.UNSURE:
                    await engine.outbox.settle(item.id, item.message_id in arrived)
            await asyncio.sleep(0.05)
    await engine.close()


def _unfinished(item) -> bool:
    if item.state is State.SENT:
        return item.filing is not Filing.DONE
    return item.state is not State.UNDONE


def accepted(log: Path) -> list[dict]:
    return [json.loads(line) for line in log.read_bytes().split(b"\n")[:-1]]


class Count(Counter):
    """What was found. `faults` are the promises broken; none are allowed."""

    FAULTS = ("lost", "altered", "sent_after_undo", "duplicates", "draft_not_back", "copies_wrong", "damaged")

    @property
    def faults(self) -> int:
        return sum(self[fault] for fault in self.FAULTS)

    def __str__(self) -> str:
        good = ("kills", "queued", "undone", "accepted", "settled")
        return " · ".join(f"{name.replace('_', ' ')} {self[name]}" for name in (*good, *self.FAULTS))


async def check(rig: Rig) -> Count:
    """Compare what the children were told with what the server accepted and the outbox holds."""
    count, store = Count(), OutboxFile(rig.folder / "outbox.db")
    items = {item.subject: item for item in await store.items()}
    arrived = Counter(entry["message_id"] for entry in accepted(rig.log))
    hashes = {entry["message_id"]: entry["sha256"] for entry in accepted(rig.log)}
    said = {word: {line[1] for line in rig.said if line[0] == word} for word in ("queued", "asked", "undone")}
    count["queued"], count["undone"] = len(said["queued"]), len(said["undone"])
    count["accepted"] = len(arrived)
    count["duplicates"] = sum(times - 1 for times in arrived.values())
    count["lost"] = len(said["queued"] - items.keys())
    count["altered"] = len(arrived.keys() - {item.message_id for item in items.values()})
    drafts = {draft.id for draft, _ in await store.drafts()}
    for name, item in items.items():
        times = arrived[item.message_id]
        if item.state is State.UNDONE:
            back = name in drafts and await store.draft(name) == the_draft(name)
            count["sent_after_undo"] += times > 0
            count["draft_not_back"] += not back
            count["lost"] += name not in said["asked"]
        else:
            wire = (await store.submission(item.id)).wire
            count["lost"] += times == 0
            count["altered"] += times > 0 and hashes[item.message_id] != hashlib.sha256(wire).hexdigest()
            count["sent_after_undo"] += name in said["undone"]
            count["draft_not_back"] += name in drafts
            count["settled"] += any(entry.before == State.UNSURE for entry in await store.trail(item.id))
    count["copies_wrong"] = await wrong_copies(rig, store, items.values())
    await store.close()
    count["damaged"] = int(not sound(rig.folder / "outbox.db"))
    return count


async def wrong_copies(rig: Rig, store: OutboxFile, items) -> int:
    """How many messages do not stand in Sent exactly once, byte for byte."""
    source = MaildirSource(rig.folder / "mail", "work")
    uids = (await source.listing("Sent")).flags
    copies = Counter([await source.body("Sent", uid) for uid in uids])
    wanted = Counter([(await store.submission(i.id)).wire for i in items if i.state is State.SENT])
    return sum(((copies - wanted) + (wanted - copies)).values())


def sound(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        connection.close()


def naive_requeue(item, now):
    """What many programs do at their next start: what was being sent is simply sent again."""
    if item.state is not State.SENDING:
        return None
    return move(item, now, "requeued", state=State.WAITING, due=now, phase=None, owner="")


def run(kills: int, seed: int, folder: Path) -> Count:
    rig = Rig(folder, seed)
    for name in ("cur", "new", "tmp"):
        (folder / "mail" / name).mkdir(parents=True)
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
    parser.add_argument("--break", dest="broken", choices=["requeue"], help="break a promise on purpose")
    options = parser.parse_args()
    if options.broken:
        sender.recover = naive_requeue
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tuimail-kill-") as folder:
        count = run(options.kills, options.seed, Path(folder))
    print(f"{count} · seed {options.seed} · {time.monotonic() - started:.0f} s")
    return 1 if count.faults else 0


if __name__ == "__main__":
    sys.exit(main())
