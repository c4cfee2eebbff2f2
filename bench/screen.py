"""Start to first paint, key to paint, memory and `--version`, on a real pty, beside a bare Textual app.

python -m bench.screen [--messages 100000]

The cache is filled with generated messages, a third of them answers; the server can't be reached.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from bench.figures import median, p95
from bench.pty_harness import NOT_FOR_PYTE, Terminal
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.gist import Gist, gist
from tuimail.mail.letter.safe import Safe
from tuimail.store.cache import CacheFile

MESSAGES = 100_000
BATCH, BODIES = 5_000, 200
STARTS = 7
VERSIONS = 15
DOWNS, PAGES, ENDS, OPENED, HELD = 200, 50, 20, 30, 60
SIZES = ((120, 40), (80, 24))
DOWN, PAGE_DOWN, HOME, END, ENTER = b"\x1b[B", b"\x1b[6~", b"\x1b[H", b"\x1b[F", b"\r"
REPEAT = 1 / 30
PAINT_TARGET, VERSION_TARGET_MS = 1.3, 60.0
DOWN_TARGET_MS, PAGE_TARGET_MS, JUMP_TARGET_MS, OPEN_TARGET_MS = 16.0, 25.0, 50.0, 40.0

PROGRAM = (sys.executable, "-m", "tuimail")
BARE = (sys.executable, "-m", "bench.bare_app")
CONFIG = """
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
    messages = parser.parse_args().messages
    with tempfile.TemporaryDirectory(prefix="tuimail-bench-") as name:
        folder = Path(name)
        env = environment(folder)
        configure(folder)
        asyncio.run(fill(folder / "cache" / "tuimail" / "cache.db", messages))
        newest = subject(messages - 1).encode()
        for size in SIZES:
            first_paint(env, size, newest)
        for size in SIZES:
            keys(env, size, messages)
        version(env)


def environment(folder: Path) -> dict[str, str]:
    """A home of its own; nothing of the caller's but the path."""
    kinds = ("CONFIG", "DATA", "CACHE", "STATE")
    homes = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in kinds}
    return {"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **homes}


def configure(folder: Path) -> None:
    config = folder / "config" / "tuimail" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG)
    config.chmod(0o600)
    (folder / "cache" / "tuimail").mkdir(parents=True, mode=0o700)


async def fill(path: Path, messages: int) -> None:
    """Messages a minute apart, and the bodies of the newest."""
    cache, started = CacheFile(path), time.perf_counter()
    await cache.put_folders("work", [Folder("work", "INBOX", Safe("Inbox"), Role.INBOX)])
    newest: Sequence[Envelope] = ()
    for newest in batches(messages):
        await cache.put(newest)
    await cache.put_bodies([(e.ref, *body(e)) for e in newest[-BODIES:]])
    await cache.close()
    print(f"{messages:,} messages into the cache: {time.perf_counter() - started:.1f} s")


def batches(messages: int) -> Iterator[list[Envelope]]:
    now = time.time()
    for start in range(0, messages, BATCH):
        numbers = range(start, min(start + BATCH, messages))
        yield [envelope(number, messages - 1 - number, now) for number in numbers]


def envelope(number: int, younger: int, now: float) -> Envelope:
    """One that came before so many others; every third answers the one before it."""
    answers = f"<{number - 1}@example.test>" if younger % 3 == 0 and number else ""
    name = ("鈴木 一郎", "Dana Whitfield", f"Person {number % 97}")[number % 3]
    return Envelope(
        ref=Ref("work", "INBOX", f"1700000000.{number + 1}"),
        sender=Address(f"person{number % 97}@example.test", name),
        to=(Address("me@example.test", "Me"),),
        cc=(),
        subject=Safe(subject(number)),
        received=now - 60 * younger,
        size=1_000 + number % 90_000,
        flags=frozenset({Flag.SEEN}) if number % 3 else frozenset(),
        message_id=f"<{number}@example.test>",
        in_reply_to=answers,
        references=(answers,) if answers else (),
        attached=number % 7 == 0,
    )


def subject(number: int) -> str:
    return f"{('Budget review', '見積書の件（至急）')[number % 2]} {number:07}"


def body(envelope: Envelope) -> tuple[bytes, Gist]:
    """The whole message, and what can be searched in it."""
    number = envelope.subject.rpartition(" ")[2]
    raw = (
        f"From: {envelope.sender.spec}\r\nTo: me@example.test\r\nSubject: {number}\r\n"
        f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime(envelope.received))}\r\n"
        f"Message-ID: {envelope.message_id}\r\n"
        "\r\n" + f"The words of {number}.\r\n" + "A line of a letter like any other.\r\n" * 60
    ).encode()
    return raw, gist(raw)


def first_paint(env: dict[str, str], size: tuple[int, int], newest: bytes) -> None:
    """Start to rows on the screen; the two take turns."""
    own, bare = [], []
    for _ in range(STARTS):
        own.append(start(PROGRAM, env, size, newest))
        bare.append(start(BARE, env, size, b"READY"))
    ratio = median(own) / median(bare)
    beside = f"bare Textual app {median(bare):4.0f} ms {spread(bare)}: {ratio:.2f}x"
    name = f"start to first paint with rows, {named(size)}"
    verdict = judged(ratio <= PAINT_TARGET)
    print(f"{name} {median(own):4.0f} ms {spread(own)} · {beside} · <= {PAINT_TARGET}x: {verdict}")


def start(command: tuple[str, ...], env: dict[str, str], size: tuple[int, int], text: bytes) -> float:
    terminal = Terminal(command, env, size)
    seconds = terminal.wait_for(text)
    terminal.settle(0.3)
    terminal.close()
    return seconds * 1000


def keys(env: dict[str, str], size: tuple[int, int], messages: int) -> None:
    """Key to the last byte of its paint; beside an app that changes one line."""
    own, bare = Terminal(PROGRAM, env, size), Terminal(BARE, env, size)
    own.wait_for(subject(messages - 1).encode())
    bare.wait_for(b"READY")
    for terminal in (own, bare):
        terminal.settle(1.0)
    lines = [bare.press(DOWN) * 1000 for _ in range(DOWNS)]
    print(f"one line in a bare app, {named(size)} median {median(lines):5.1f} p95 {p95(lines):5.1f} ms")
    memory = own.memory()
    tell("open a message that is kept", size, opened(own, messages), OPEN_TARGET_MS)
    tell("down", size, pressed(own, [DOWN] * DOWNS), DOWN_TARGET_MS)
    tell("page down", size, pressed(own, [PAGE_DOWN] * PAGES), PAGE_TARGET_MS)
    tell("to the end and the top", size, pressed(own, [END, HOME] * ENDS), JUMP_TARGET_MS)
    blank(own, size)
    conversations(own, size)
    print(f"memory, {named(size)} {memory:.0f} MB at first, {own.memory():.0f} MB after all that")
    for terminal in (own, bare):
        terminal.close()


def pressed(terminal: Terminal, keys: Sequence[bytes]) -> list[float]:
    return [terminal.press(key) * 1000 for key in keys]


def opened(terminal: Terminal, messages: int) -> list[float]:
    """Enter to the first words of a message, one after the other, each for the first time."""
    found = []
    for number in range(messages - 1, messages - 1 - OPENED, -1):
        since, begun = len(terminal.output), time.perf_counter()
        terminal.send(ENTER)
        stamp = terminal.started + terminal.wait_for(f"The words of {number:07}".encode(), since=since)
        found.append((stamp - begun) * 1000)
        terminal.settle(0.2)
        terminal.press(b"q")
        terminal.press(DOWN)
    return found


def blank(terminal: Terminal, size: tuple[int, int]) -> None:
    """Hold page-down, as a keyboard repeats it; look at the screen after each."""
    import pyte

    seen, empty = pyte.Screen(*size), 0
    stream, fed = pyte.ByteStream(seen), len(terminal.output)
    terminal.press(b"?")
    terminal.press(b"q")
    for _ in range(HELD):
        terminal.type(PAGE_DOWN, REPEAT)
        stream.feed(NOT_FOR_PYTE.sub(b"", terminal.output[fed:]))
        fed = len(terminal.output)
        rows = list(takewhile(lambda row: "─" not in row, seen.display[2:]))
        empty += any(not row[26:].strip() for row in rows)
    print(f"page-down held, {named(size)}: {empty} of {HELD} looks saw a blank row: {judged(not empty)}")


def conversations(terminal: Terminal, size: tuple[int, int]) -> None:
    """The list as conversations; one unfolded and folded."""
    terminal.press(HOME)
    tell("to conversations and back", size, pressed(terminal, [b"Z"] * 9), JUMP_TARGET_MS)
    tell("unfold and fold", size, pressed(terminal, [b"z"] * ENDS), PAGE_TARGET_MS)
    tell("down among conversations", size, pressed(terminal, [DOWN] * PAGES), DOWN_TARGET_MS)
    tell("page down among conversations", size, pressed(terminal, [PAGE_DOWN] * PAGES), PAGE_TARGET_MS)


def tell(name: str, size: tuple[int, int], values: Sequence[float], target: float) -> None:
    figures = f"median {median(values):5.1f} p95 {p95(values):5.1f} ms"
    print(f"{name}, {named(size)} {figures} · p95 <= {target:g}: {judged(p95(values) <= target)}")


def version(env: dict[str, str]) -> None:
    own, python = [], []
    for _ in range(VERSIONS):
        own.append(timed(lambda: run((*PROGRAM, "--version"), env)))
        python.append(timed(lambda: run((sys.executable, "-c", "pass"), env)))
    beside = f"python -c pass {median(python):3.0f} ms"
    verdict = judged(median(own) < VERSION_TARGET_MS)
    print(f"tuimail --version {median(own):3.0f} ms · {beside} · < {VERSION_TARGET_MS:g}: {verdict}")


def run(command: tuple[str, ...], env: dict[str, str]) -> None:
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)


def timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def spread(values: list[float]) -> str:
    return f"[{min(values):.0f}-{max(values):.0f}]"


def named(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def judged(met: bool) -> str:
    return "met" if met else "MISSED"


if __name__ == "__main__":
    main()
