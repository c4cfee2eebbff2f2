"""Searching: words taken out of mail, indexing, queries, a key to rows on the screen; one line a figure.

    python -m bench.search [--messages 100000] [--keep FOLDER]

An inbox is filled with headers, then its bodies are indexed in batches of 64, newest first, as they are
fetched. A query is answered by the index alone, then by the cache as the list asks for it: its numbers and
the first 200 rows. Work is time on a processor: others on the machine hardly lengthen it.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import islice
from pathlib import Path

from msgspec.structs import replace
from textual.events import Key
from textual.pilot import Pilot

from bench.figures import median, p95
from bench.mails import COMMON, JAPANESE, RARE, mails
from tuimail import config as settings
from tuimail import wiring
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.query import parse
from tuimail.mail.folder.view import View
from tuimail.mail.letter.envelope import Flag, Ref
from tuimail.mail.letter.gist import gist
from tuimail.mail.letter.safe import Safe
from tuimail.mail.letter.scan import envelope
from tuimail.paths import Paths
from tuimail.store import index
from tuimail.store.cache import CacheFile
from tuimail.ui.app import TuimailApp
from tuimail.ui.widgets.message_list import MessageList

MESSAGES, GISTS = 100_000, 3_000
PUT, INDEXED, PAGE, TIMES = 500, 64, 200, 40
NEWEST, NOW = 50, 1.79e9
TARGET_MS, KEY_TARGET_MS = 15.0, 50.0
INBOX = View("work", "INBOX")
QUERIES = {
    "rare word": f"{RARE} ",
    "common word": f"{COMMON} ",
    "two words": "meeting contract ",
    "phrase": '"meeting contract" ',
    "Japanese, two letters": f"{JAPANESE} ",
    "Japanese, one letter": "会",
    "Japanese, a sentence": "お支払いをお願いいたします ",
    "from: and a word": "from:yamada invoice ",
    "one letter typed": "m",
    "two letters typed": "me",
    "three letters typed": "mee",
    "unread, and a word": "is:unread report ",
    "before a day": "before:2024-06 report ",
    "not a word": "report -budget ",
}
TYPED = ("invoice", "meeting contract", "from:yamada ", "zyzzogeton", "be")
NAMES = {" ": "space", ":": "colon"}
CONFIG = b"""
[[accounts]]
name = "work"
address = "me@example.test"
auth = "none"
imap = { host = "127.0.0.1", port = 9, security = "none" }
smtp = { host = "127.0.0.1", port = 9, security = "none" }
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--keep", type=Path, help="a folder for the cache, used again when it is filled")
    options = parser.parse_args()
    gists()
    with tempfile.TemporaryDirectory(prefix="tuimail-bench-") as name:
        asyncio.run(measure(options.keep or Path(name), options.messages))


def gists() -> None:
    """The words of each kind of mail, on one core."""
    kinds: dict[str, list[bytes]] = {}
    for mail in mails(GISTS):
        head = mail.raw.partition(b"\r\n\r\n")[0]
        kind = next((k for k in ("alternative", "mixed", "html") if k.encode() in head), "plain")
        kinds.setdefault(kind, []).append(mail.raw)
    gist(kinds["html"][0])
    for kind, raws in kinds.items():
        begun = time.process_time()
        for raw in raws:
            gist(raw)
        spent = time.process_time() - begun
        print(f"gist {kind}: {len(raws) / spent:.0f}/s, {sum(map(len, raws)) / len(raws) / 1000:.1f} kB each")


async def measure(folder: Path, count: int) -> None:
    path = folder / "cache" / "cache.db"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        await headers(path, count)
        bodies(path, count)
    newest(path)
    cache = CacheFile(path)
    for name, typed in QUERIES.items():
        await timed(name, typed, lambda view: answer(cache, view))
    await timed("everywhere, common word", f"{COMMON} ", lambda view: answer(cache, view), View("", ""))
    threads = View("work", "INBOX", threaded=True)
    await timed("conversations, common word", f"{COMMON} ", lambda view: answer(cache, view), threads)
    await cache.close()
    await screen(folder)


async def headers(path: Path, count: int) -> None:
    cache, spent = CacheFile(path), 0.0
    await cache.put_folders("work", [Folder("work", "INBOX", Safe("Inbox"), Role.INBOX)])
    numbered = enumerate(mails(count), 1)
    while batch := list(islice(numbered, PUT)):
        rows = [
            envelope(
                Ref("work", "INBOX", f"1.{number}"), mail.raw, mail.when, len(mail.raw),
                frozenset({Flag.SEEN} if "S" in mail.flags else ()),
            )
            for number, mail in batch
        ]  # fmt: skip
        begun = time.perf_counter()
        await cache.put(rows)
        spent += time.perf_counter() - begun
    await cache.close()
    print(f"headers put and indexed: {count / spent:.0f}/s; file {size(path):.0f} MB")


def bodies(path: Path, count: int) -> None:
    """Index all bodies, without keeping them."""
    texts = [gist(mail.raw) for mail in mails(count)]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")
    ids = [id for (id,) in connection.execute("SELECT id FROM envelopes ORDER BY id")]
    pairs = list(zip(ids, texts, strict=True))
    before, longest, begun, worked = size(path), 0.0, time.perf_counter(), time.process_time()
    for last in range(count, 0, -INDEXED):
        at = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        some = pairs[max(0, last - INDEXED) : last]
        index.put_text(connection, {id: index.words(found.text) for id, found in some})
        connection.execute("COMMIT")
        longest = max(longest, time.perf_counter() - at)
    spent, worked = time.perf_counter() - begun, time.process_time() - worked
    connection.execute("UPDATE envelopes SET body = 1")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    megabytes = sum(len(each.text) for each in texts) / 1e6
    print(
        f"bodies indexed: {count / spent:.0f}/s ({count / worked:.0f} per second of work),"
        f" longest batch of {INDEXED} {longest * 1000:.0f} ms;"
        f" {size(path) - before:.0f} MB for {megabytes:.0f} million characters"
    )


def size(path: Path) -> float:
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*")) / 1e6


def newest(path: Path) -> None:
    """The index by itself, in this process: the 50 newest of one folder."""
    connection = sqlite3.connect(path, isolation_level=None)
    [inbox] = [id for (id,) in connection.execute("SELECT id FROM folders WHERE role = 'inbox'")]
    for name, typed in QUERIES.items():
        query, took = parse(typed, NOW), []
        for _ in range(TIMES):
            begun = time.perf_counter()
            index.find(connection, query, [inbox], NEWEST)
            took.append((time.perf_counter() - begun) * 1000)
        figure(f"{NEWEST} newest, {name}", took, TARGET_MS)
    connection.close()


async def timed(name: str, typed: str, ask: Callable[[View], Awaitable[int]], where: View = INBOX) -> None:
    query, took, found, spent = parse(typed, NOW), [], 0, time.process_time()
    for number in range(TIMES):
        view = replace(where, query=replace(query, text=f"{typed}{number}"))
        begun = time.perf_counter()
        found = await ask(view)
        took.append((time.perf_counter() - begun) * 1000)
    spent = (time.process_time() - spent) / TIMES * 1000
    figure(f"list, {name}, {found:,} found, {spent:.1f} ms of work", took, KEY_TARGET_MS)


async def answer(cache: CacheFile, view: View) -> int:
    """What the list asks for."""
    total, _ = await cache.count(view)
    await (cache.threads if view.threaded else cache.page)(view, 0, PAGE)
    return total


async def screen(folder: Path) -> None:
    """Letters typed into the search line, one after the other; each until its rows are in the list."""
    file = folder / "config.toml"
    file.write_bytes(CONFIG)
    file.chmod(0o600)
    places = Paths(config=file, data=folder / "data", cache=folder / "cache", state=folder / "state")
    engine = wiring.build(settings.load(file), places)
    app = TuimailApp(engine, downloads=str(folder), zone=lambda: "Asia/Tokyo")
    async with app.run_test(size=(120, 40)) as pilot:
        messages = app.screen.query_one(MessageList)
        await asyncio.wait_for(messages.loaded.wait(), 10)
        worked = time.process_time()
        took = [spent async for spent in typing(pilot, messages)]
        worked = (time.process_time() - worked) / len(took) * 1000
    figure(f"a letter typed, to its rows in the list, {worked:.0f} ms of work", took, KEY_TARGET_MS)


async def typing(pilot: Pilot[None], messages: MessageList) -> AsyncIterator[float]:
    for typed in TYPED:
        await pilot.press("slash")
        await pilot.pause(0.2)
        for letter in typed:
            messages.loaded.clear()
            begun = time.perf_counter()
            pilot.app.post_message(Key(NAMES.get(letter, letter), letter))
            await asyncio.wait_for(messages.loaded.wait(), 5)
            yield (time.perf_counter() - begun) * 1000
            await pilot.pause(0.05)
        await pilot.press("escape")
        await pilot.pause(0.2)


def figure(name: str, took: list[float], target: float) -> None:
    sign = "" if p95(took) <= target else f"  (over the target of {target:g} ms)"
    print(f"{name}: median {median(took):.1f} ms, p95 {p95(took):.1f} ms{sign}")


if __name__ == "__main__":
    main()
