"""Damage copies of an outbox in every way a disk can; then see whether anything is lost in silence.

    python tests/rigs/damage.py --files 10000 --seed 1

Each copy is opened with the real store, read from end to end, written to and opened again. What it holds
must be what the sound one held, or a report must say otherwise and the damaged file must still be there,
byte for byte. Nothing may crash, and no altered text, file or wire may come out as if it were sound. Half of
the copies have their newest changes in the write-ahead log only.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1]))

from builders import NOW, a_draft, a_queued, a_submission

from tuimail.mail.errors import OutboxDamaged, OutboxError
from tuimail.mail.hold import filing
from tuimail.mail.hold.hold import window
from tuimail.mail.hold.item import Item, State
from tuimail.mail.hold.move import begin_body, claim, queue, undo
from tuimail.mail.hold.outcome import Accepted, Refused
from tuimail.mail.hold.settle import settle
from tuimail.mail.hold.stop import Stop
from tuimail.mail.letter.draft import Attachment
from tuimail.store.outbox import OutboxFile

PAGE = 4096
HEADER = 100
LATER = NOW.later(60)
SECONDS_EACH = 20.0

Damage = Callable[[Path, random.Random], None]


@dataclass(frozen=True, slots=True)
class Held:
    """All that a store gives: items, wires, drafts with their files; `refused` is what it says of others."""

    items: dict[str, Item]
    wires: dict[str, bytes]
    drafts: dict[str, object]
    refused: str = ""


async def fill(path: Path, mark: Path, chance: random.Random) -> None:
    """A realistic outbox: mail in every state, drafts, files of a few pages, a stopped account."""
    store = OutboxFile(path, mark)
    await store.settle_in()
    for n in range(14):
        size = chance.choice((0, 400, 5_000, 21_000))
        file = Attachment("file.bin", "a/b", size, "", chance.randbytes(size))
        draft = a_draft(f"d{n}", attachments=(file,), body="words " * chance.randrange(2, 900))
        submission = a_submission(f"i{n}", chance.randbytes(chance.choice((700, 3_000, 30_000))))
        item, entry = queue(f"i{n}", draft, submission, window(10, NOW.later(n)), NOW.later(n))
        await store.add(item, submission, draft, entry)
        await _carry_on(store, item, n % 7)
        await store.save_draft(a_draft(f"only{n}", body="text " * chance.randrange(500)), NOW.later(n))
    await store.stop(Stop("home", NOW.wall, "535 no"))
    await store.close()


async def _carry_on(store: OutboxFile, item: Item, step: int) -> None:
    claimed = claim(item, LATER, "me")
    if step == 1:
        await store.take_back(undo(item, LATER))
    if step < 2:
        return
    await store.move(claimed)
    begun = begin_body(claimed.new, LATER, "")
    if step > 2:
        await store.move(begun)
    if step > 3:
        outcome = Refused(550, "no") if step == 4 else Accepted("250 ok")
        settled = settle(begun.new, outcome, LATER, 0)
        await store.move(settled)
        if step == 6:
            await store.move(filing.filed(settled.new, LATER, "Sent"))


async def add_to_the_log(path: Path, mark: Path, folder: Path) -> None:
    """A copy of the outbox as it is while a process has it open, with changes in the log."""
    store = OutboxFile(path, mark)
    for n in range(6):
        await store.add(*a_queued(f"new{n}", now=LATER.later(n)))
    await store.move(claim(await store.item("new0"), LATER.later(100), "me"))
    for file in path.parent.iterdir():
        shutil.copy(file, folder)
    shutil.copy(mark, folder / "mark")
    await store.close()


async def held(store: OutboxFile) -> Held:
    items = {item.id: item for item in await store.items()}
    wires, refused = {}, []
    for item in items.values():
        await store.trail(item.id)
        if item.state is State.UNDONE:
            continue
        try:
            wires[item.id] = (await store.submission(item.id)).wire
        except OutboxDamaged as error:
            refused.append(str(error))
    listed = [draft.id for draft, _ in await store.drafts()]
    rows = await store._database.run(lambda c: c.execute("SELECT id FROM drafts").fetchall())
    drafts = {draft_id: await store.draft(draft_id) for draft_id in {*listed, *(name for (name,) in rows)}}
    await store.stops()
    return Held(items, wires, {name: draft for name, draft in drafts.items() if draft}, " ".join(refused))


def _flip(file: Path, chance: random.Random) -> None:
    data = bytearray(file.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def flip(path: Path, chance: random.Random) -> None:
    _flip(path, chance)


def flip_log(path: Path, chance: random.Random) -> None:
    log = path.with_name("outbox.db-wal")
    _flip(log if log.exists() else path, chance)


def change_byte(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data)


def _on_pages(path: Path, chance: random.Random, change) -> None:
    data = path.read_bytes()
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    change(pages, chance.randrange(len(pages)), chance.randrange(len(pages)))
    path.write_bytes(b"".join(pages))


def zero_page(path: Path, chance: random.Random) -> None:
    def change(pages, one, _):
        pages[one] = bytes(PAGE)

    _on_pages(path, chance, change)


def duplicate_page(path: Path, chance: random.Random) -> None:
    def change(pages, one, other):
        pages[one] = pages[other]

    _on_pages(path, chance, change)


def swap_pages(path: Path, chance: random.Random) -> None:
    def change(pages, one, other):
        pages[one], pages[other] = pages[other], pages[one]

    _on_pages(path, chance, change)


def cut_at_a_page(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data) // PAGE) * PAGE])


def cut_anywhere(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data))])


def cut_log(path: Path, chance: random.Random) -> None:
    log = path.with_name("outbox.db-wal")
    if log.exists():
        log.write_bytes(log.read_bytes()[: chance.randrange(log.stat().st_size)])


def lose_log(path: Path, _: random.Random) -> None:
    path.with_name("outbox.db-wal").unlink(missing_ok=True)


def lose_index(path: Path, _: random.Random) -> None:
    path.with_name("outbox.db-shm").unlink(missing_ok=True)


def garbage_header(path: Path, chance: random.Random) -> None:
    path.write_bytes(chance.randbytes(HEADER) + path.read_bytes()[HEADER:])


def garbage_behind(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes() + chance.randbytes(chance.randrange(1, 9_000)))


DAMAGES: tuple[tuple[Damage, int], ...] = (
    (flip, 6),
    (change_byte, 3),
    (flip_log, 2),
    (zero_page, 2),
    (duplicate_page, 1),
    (swap_pages, 1),
    (cut_at_a_page, 1),
    (cut_anywhere, 1),
    (cut_log, 1),
    (lose_log, 1),
    (lose_index, 1),
    (garbage_header, 1),
    (garbage_behind, 1),
)


class Count(Counter):
    """What came of the files; none of FAULTS is allowed."""

    GOOD = ("files", "unharmed", "told", "salvaged", "refused", "taken for a copy")
    FAULTS = ("crashes", "hangs", "silent losses", "altered", "originals lost", "sent again")

    @property
    def faults(self) -> int:
        return sum(self[fault] for fault in self.FAULTS)

    def __str__(self) -> str:
        return " · ".join(f"{name} {self[name]}" for name in (*self.GOOD, *self.FAULTS))


class Trial:
    """One damaged copy. `sound` is what it held before."""

    def __init__(self, folder: Path, sound: Held) -> None:
        self.path, self.mark, self.sound = folder / "outbox.db", folder / "mark", sound
        self.before = self.path.read_bytes()
        self.said = ""

    async def run(self, count: Count) -> None:
        count["files"] += 1
        try:
            found, copy = await self._open(write=True)
            again, _ = await self._open(write=False)
        except OutboxError as error:
            count["refused"] += 1
            count["originals lost"] += not self._kept()
            count["crashes"] += not str(error)
            return
        aside = list(self.path.parent.glob("outbox.damaged-*.db"))
        count["salvaged"] += bool(aside)
        count["originals lost"] += bool(aside) and not self._kept()
        count["told"] += bool(self.said)
        count["taken for a copy"] += copy
        self._compare(found, copy, bool(aside), count)
        count["silent losses"] += "after" not in again.drafts

    async def _open(self, write: bool) -> tuple[Held, bool]:
        store = OutboxFile(self.path, self.mark)
        try:
            self.said += await store.damage_report(look=True)
            copy = await store.restored()
            if not copy:
                await store.settle_in()
            found = await held(store)
            if write:
                await store.save_draft(a_draft("after"), LATER)
            self.said += await store.damage_report() + found.refused
            return found, copy
        finally:
            await store.close()

    def _kept(self) -> bool:
        files = [self.path, *self.path.parent.glob("outbox.damaged-*.db")]
        return any(file.exists() and file.read_bytes() == self.before for file in files)

    def _compare(self, found: Held, copy: bool, salvaged: bool, count: Count) -> None:
        sound = self.sound
        same = found.items == sound.items and found.wires == sound.wires and found.drafts == sound.drafts
        count["unharmed"] += same and not self.said
        count["silent losses"] += not same and not self.said and not copy
        count["altered"] += any(wire != sound.wires.get(name) for name, wire in found.wires.items())
        count["altered"] += any(
            _is_altered(draft, sound.drafts.get(name)) for name, draft in found.drafts.items()
        )
        if salvaged:
            waiting = (State.WAITING, State.SENDING)
            count["sent again"] += any(item.state in waiting for item in found.items.values())


def _is_altered(draft, sound) -> bool:
    """Other than it was, but for files that are said to be lost."""
    if sound is None or draft is None:
        return False
    kept = tuple(
        a if b.data is None else b for a, b in zip(draft.attachments, sound.attachments, strict=False)
    )
    lost = any(
        a.data is not None and a != b for a, b in zip(draft.attachments, sound.attachments, strict=False)
    )
    return lost or replace(draft, attachments=kept) != replace(sound, attachments=kept)


async def prepare(root: Path, seed: int) -> list[tuple[Path, Held]]:
    """Folders to copy: one closed properly, one as its process was killed."""
    whole, logged = root / "whole", root / "logged"
    whole.mkdir()
    logged.mkdir()
    await fill(whole / "outbox.db", whole / "mark", random.Random(seed))
    _copy(whole, root / "grown")
    await add_to_the_log(root / "grown" / "outbox.db", root / "grown" / "mark", logged)
    found = []
    for folder in (whole, logged):
        _copy(folder, root / "look")
        store = OutboxFile(root / "look" / "outbox.db")
        found.append((folder, await held(store)))
        await store.close()
        shutil.rmtree(root / "look")
    return found


def _copy(folder: Path, target: Path) -> None:
    """With a mark that knows the copy by its inode."""
    shutil.copytree(folder, target)
    identity, _, seq = (target / "mark").read_text().split()
    (target / "mark").write_text(f"{identity} {(target / 'outbox.db').stat().st_ino:020d} {seq}\n")


async def run(files: int, seed: int, root: Path) -> Count:
    chance, count = random.Random(seed), Count()
    sources = await prepare(root, seed)
    damages, weights = zip(*DAMAGES, strict=True)
    for number in range(files):
        folder, sound = chance.choice(sources)
        (damage,) = chance.choices(damages, weights)
        target = root / "copy"
        _copy(folder, target)
        damage(target / "outbox.db", chance)
        before = count.faults
        await _try(Trial(target, sound), count)
        if count.faults > before:
            print(f"file {number}: {damage.__name__} of {folder.name}", file=sys.stderr)
        shutil.rmtree(target)
    return count


async def _try(trial: Trial, count: Count) -> None:
    try:
        async with asyncio.timeout(SECONDS_EACH):
            await trial.run(count)
    except TimeoutError:
        count["hangs"] += 1
    except Exception:
        sys.excepthook(*sys.exc_info())
        count["crashes"] += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="tuimail-damage-", dir=memory) as folder:
        count = asyncio.run(run(options.files, options.seed, Path(folder)))
    print(f"{count} · seed {options.seed} · {time.monotonic() - started:.0f} s")
    return 1 if count.faults else 0


if __name__ == "__main__":
    sys.exit(main())
