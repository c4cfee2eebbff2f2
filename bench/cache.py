"""The cache: filling, pages, counts, people, opening; one line for each figure.

    python -m bench.cache [SIZE ...] [--bodies 3000] [--people 50000] [--keep FOLDER]

An inbox is filled newest first in batches of 500, as a first synchronisation does, two thirds of it answers;
beside it stand an archive and a second account's inbox a tenth as large.
"""

import argparse
import asyncio
import gc
import random
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bench.figures import median, p95
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.view import Order, View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.gist import Gist
from tuimail.mail.letter.safe import Safe
from tuimail.store.cache import CacheFile

BATCH, PAGE, TIMES = 500, 200, 100
PEOPLE_SKEW = 5
SPAN = 10 * 365 * 86_400
NEWEST = 1_790_000_000
PEOPLE = 20_000
INBOX, CONVERSATIONS = View("work", "INBOX"), View("work", "INBOX", threaded=True)
UNIFIED, EVERYTHING = View("", "", role=Role.INBOX), View("", "")
FAMILY, GIVEN = ("山田", "Tanaka", "Berg", "O'Neil", "鈴木", "Smith"), ("太郎", "Aiko", "Anna", "花子", "Jo")
WORDS = [
    "order",
    "invoice",
    "meeting",
    "見積書",
    "report",
    "lunch",
    "会議",
    "build",
    "failed",
    "release",
    "notes",
    "question",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[100_000])
    parser.add_argument("--bodies", type=int, default=3_000)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--keep", type=Path, help="fill and leave the file there")
    options = parser.parse_args()
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="tuimail-bench-") as name:
            folder = options.keep or Path(name)
            asyncio.run(measure(folder / f"{size}.db", size, options.bodies))
    with tempfile.TemporaryDirectory(prefix="tuimail-bench-") as name:
        asyncio.run(complete(Path(name) / "people.db", options.people))


async def measure(path: Path, size: int, bodies: int) -> None:
    cache = CacheFile(path)
    if not path.exists():
        await fill(cache, size)
    await look(cache, size)
    await write(cache, size, bodies)
    await cache.close()
    await reopen(path, size)
    names = [path, path.with_name(path.name + "-wal")]
    total = sum(each.stat().st_size for each in names if each.exists())
    print(f"{size}: file {total / 1e6:.0f} MB with {bodies} bodies, most memory {most_memory():.0f} MB")


def most_memory() -> float:
    """MB of this process at its largest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def fill(cache: CacheFile, size: int) -> None:
    await cache.put_folders("work", [Folder("work", "INBOX", Safe("Inbox"), Role.INBOX)])
    await cache.put_folders("home", [Folder("home", "INBOX", Safe("Inbox"), Role.INBOX)])
    for account, folder, count in (("work", "INBOX", size), ("work", "Archive", size // 10)):
        await put(cache, account, folder, count)
    await put(cache, "home", "INBOX", size // 10)


async def put(cache: CacheFile, account: str, folder: str, count: int) -> None:
    spent, longest = 0.0, 0.0
    for batch in batches(account, folder, count):
        begun = time.perf_counter()
        await cache.put(batch)
        took = time.perf_counter() - begun
        spent, longest = spent + took, max(longest, took)
    print(
        f"{count}: put {account}/{folder} {count / spent:.0f} rows/s, longest batch {longest * 1000:.0f} ms"
    )


def batches(account: str, folder: str, count: int) -> Iterator[list[Envelope]]:
    """Newest first, each batch oldest first."""
    source = random.Random(1)
    for last in range(count, 0, -BATCH):
        numbers = range(max(last - BATCH, 0) + 1, last + 1)
        yield [envelope(source, account, folder, number, count) for number in numbers]


def envelope(source: random.Random, account: str, folder: str, number: int, count: int) -> Envelope:
    first = number - number % 3
    chain = tuple(f"<{account}.{folder}.{n}@example.jp>" for n in range(first, number))
    return Envelope(
        ref=Ref(account, folder, f"1700000000.{number}"),
        sender=person(source),
        to=(person(source), Address("me@example.jp", "Me")),
        cc=tuple(person(source) for _ in range(number % 2)),
        subject=Safe(" ".join(source.choices(WORDS, k=5))),
        received=float(NEWEST - SPAN + SPAN * number // count),
        size=source.randrange(1_000, 100_000),
        flags=frozenset() if source.random() < 0.1 else frozenset({Flag.SEEN}),
        message_id=f"<{account}.{folder}.{number}@example.jp>",
        in_reply_to=chain[-1] if chain else "",
        references=chain,
        attached=number % 7 == 0,
    )


def person(source: random.Random) -> Address:
    """Some are met much more often than others."""
    return known(int(PEOPLE * source.random() ** PEOPLE_SKEW))


def known(number: int) -> Address:
    name = f"{GIVEN[number % 5]} {FAMILY[number % 6]}"
    return Address(f"{GIVEN[number % 3 + 1].lower()}.{number}@company{number % 400}.example", name)


async def look(cache: CacheFile, size: int) -> None:
    source = random.Random(2)
    for name, view in (("inbox", INBOX), ("unified inbox", UNIFIED), ("everything", EVERYTHING)):
        total = (await cache.count(view))[0]
        await timed(
            f"{size}: page of {name}", lambda v=view, t=total: cache.page(v, source.randrange(t), PAGE)
        )
        await timed(f"{size}: count of {name}", lambda v=view: cache.count(v))
    inbox = (await cache.count(INBOX))[0]
    newest = (await cache.page(INBOX, 0, 1))[0].ref
    oldest = (await cache.page(INBOX, inbox - 1, 1))[0].ref
    middle = (await cache.page(INBOX, inbox // 2, 1))[0].ref
    total = (await cache.count(CONVERSATIONS))[0]
    await timed(f"{size}: conversations", lambda: cache.threads(CONVERSATIONS, source.randrange(total), PAGE))
    await timed(f"{size}: count of conversations", lambda: cache.count(CONVERSATIONS))
    for ref in (newest, middle, oldest):
        await timed(f"{size}: row of {ref.uid}", lambda r=ref: cache.row(INBOX, r))
    await timed(f"{size}: row of a conversation", lambda: cache.row(CONVERSATIONS, middle))
    await timed(f"{size}: next unread", lambda: cache.unread(INBOX, source.randrange(size)))
    print(f"{size}: most memory after pages {most_memory():.0f} MB")
    by_sender = View("work", "INBOX", order=Order.SENDER)
    await timed(f"{size}: page by sender, first", lambda: cache.page(by_sender, 0, PAGE), 1)
    await timed(f"{size}: page by sender", lambda: cache.page(by_sender, source.randrange(size), PAGE))
    print(f"{size}: most memory after sorting {most_memory():.0f} MB")
    await timed(f"{size}: listing of the inbox", lambda: cache.listing("work", "INBOX"), 3)
    await timed(f"{size}: listing of 1,000", lambda: cache.listing("work", "INBOX", size - 999, size))


async def complete(path: Path, count: int) -> None:
    """Completion when so many people were met."""
    cache = CacheFile(path)
    source = random.Random(5)
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        rows = [envelope(source, "work", "INBOX", number, count) for number in numbers]
        await cache.put(
            [replace(e, sender=known(n), to=(), cc=()) for n, e in zip(numbers, rows, strict=True)]
        )
    for prefix in ("a", "an", "anna.4", "anna t", "太郎", "山", "jo.49999@", "zzz"):
        await timed(f"{count} people: completing {prefix}", lambda p=prefix: cache.seen(p, 8), 50)
    await cache.close()


async def write(cache: CacheFile, size: int, count: int) -> None:
    newest = await cache.bodiless("work", "INBOX", 0.0, count)
    await timed(f"{size}: bodiless", lambda: cache.bodiless("work", "INBOX", 0.0, 100))
    source = random.Random(3)
    text = " ".join(source.choices(VOCABULARY, k=1_100))
    letters = [(e.ref, f"{source.random()} {text}".encode(), Gist(text, False)) for e in newest]
    begun = time.perf_counter()
    for at in range(0, len(letters), 100):
        await cache.put_bodies(letters[at : at + 100])
    took = time.perf_counter() - begun
    print(f"{size}: bodies of {len(text) / 1000:.1f} kB, stored and indexed {len(letters) / took:.0f}/s")
    await timed(f"{size}: a body", lambda: cache.body("work", "INBOX", source.choice(newest).ref.uid))
    seen, none = frozenset({Flag.SEEN}), frozenset[str]()
    await timed(
        f"{size}: mark", lambda: cache.mark("work", "INBOX", [source.choice(newest).ref.uid], none, seen)
    )
    await timed(f"{size}: move", lambda: cache.move([newest[source.randrange(count)].ref], "Archive"))
    await beside(cache, size)


async def beside(cache: CacheFile, size: int) -> None:
    """Pages while a synchronisation writes."""
    writing = asyncio.create_task(put(cache, "work", "Lists", 20_000))
    times = []
    source = random.Random(4)
    while not writing.done():
        begun = time.perf_counter()
        await cache.page(INBOX, source.randrange(size), PAGE)
        times.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.01)
    await writing
    print(
        f"{size}: page while writing median {median(times):.2f} p95 {p95(times):.2f} most {max(times):.1f} ms"
    )


async def reopen(path: Path, size: int) -> None:
    times = []
    for _ in range(10):
        begun = time.perf_counter()
        cache = CacheFile(path)
        await cache.folders("work")
        await cache.count(INBOX)
        await cache.page(INBOX, 0, PAGE)
        times.append((time.perf_counter() - begun) * 1000)
        await cache.close()
    print(f"{size}: opening to the first page and counts, median {median(times):.1f} p95 {p95(times):.1f} ms")


async def timed(name: str, job: Callable[[], Awaitable[Any]], times: int = TIMES) -> None:
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        await job()
        spent.append((time.perf_counter() - begun) * 1000)
    gc.collect()
    print(f"{name} median {median(spent):.2f} p95 {p95(spent):.2f} ms", flush=True)


_SYLLABLES = ["ka", "ri", "mo", "ta", "ne", "su", "lo", "vi", "de", "po", "ra", "fi"]
VOCABULARY = [a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in _SYLLABLES]


if __name__ == "__main__":
    main()
