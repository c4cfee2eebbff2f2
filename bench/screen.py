"""Start to first paint, key to paint and `--version`, on a real pty, beside a bare Textual app in one run.

python -m bench.screen
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.figures import median, p95
from bench.pty_harness import Terminal

MESSAGES = 10_000
STARTS = 7
VERSIONS = 15
DOWNS, PAGES = 200, 50
SIZES = ((120, 40), (80, 24))
DOWN, PAGE_DOWN = b"\x1b[B", b"\x1b[6~"
PAINT_TARGET, KEY_TARGET_MS, VERSION_TARGET_MS = 1.3, 20.0, 60.0

PROGRAM = (sys.executable, "-m", "tuimail")
BARE = (sys.executable, "-m", "bench.bare_app")
CONFIG = """
[[accounts]]
name = "work"
address = "me@example.test"
auth = "none"
maildir = "{folder}/mail"
smtp = {{ host = "127.0.0.1", port = 9, security = "none" }}
"""
NEWEST = f"Budget review number {MESSAGES - 1:05}".encode()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tuimail-bench-") as name:
        folder = Path(name)
        env = environment(folder)
        fill(folder)
        warm_up(folder, env)
        for size in SIZES:
            first_paint(env, size)
        for size in SIZES:
            keys(env, size)
        version(env)


def environment(folder: Path) -> dict[str, str]:
    """A home of its own; nothing of the caller's but the path."""
    kinds = ("CONFIG", "DATA", "CACHE", "STATE")
    homes = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in kinds}
    return {"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **homes}


def fill(folder: Path) -> None:
    """The configuration, and a Maildir of messages a minute apart."""
    for name in ("cur", "new", "tmp"):
        (folder / "mail" / name).mkdir(parents=True)
    config = folder / "config" / "tuimail" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG.format(folder=folder))
    config.chmod(0o600)
    now = int(time.time())
    for number in range(MESSAGES):
        when = now - (MESSAGES - number) * 60
        flags = "S" if number % 3 else ""
        path = folder / "mail" / "cur" / f"{when}.M{number}P1.bench:2,{flags}"
        path.write_bytes(message(number, when))
        os.utime(path, (when, when))


def message(number: int, when: int) -> bytes:
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(when))
    return (
        f"From: Person {number % 97} <person{number % 97}@example.test>\r\nTo: me@example.test\r\n"
        f"Subject: Budget review number {number:05}\r\nDate: {date}\r\n"
        f"Message-ID: <{number}@example.test>\r\n"
        "\r\nA few words.\r\n"
    ).encode()


def warm_up(folder: Path, env: dict[str, str]) -> None:
    """Fill the cache once, unmeasured."""
    terminal = Terminal(PROGRAM, env, SIZES[0])
    terminal.wait_for(NEWEST)
    started = time.perf_counter()
    while cached(folder) < MESSAGES:
        terminal.settle(0.2)
    print(f"{MESSAGES} messages from the Maildir into the cache: {time.perf_counter() - started:.1f} s")
    terminal.close()


def cached(folder: Path) -> int:
    (path,) = folder.glob("cache/**/cache.db")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM envelopes").fetchone()[0])


def first_paint(env: dict[str, str], size: tuple[int, int]) -> None:
    """Start to rows on the screen; the two take turns."""
    own, bare = [], []
    for _ in range(STARTS):
        own.append(start(PROGRAM, env, size, NEWEST))
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


def keys(env: dict[str, str], size: tuple[int, int]) -> None:
    """Key to the last byte of its paint, in a list of ten thousand; and in an app that changes one line."""
    own, bare = Terminal(PROGRAM, env, size), Terminal(BARE, env, size)
    own.wait_for(NEWEST)
    bare.wait_for(b"READY")
    for terminal in (own, bare):
        terminal.settle(1.0)
    for name, key, times in (("down", DOWN, DOWNS), ("page down", PAGE_DOWN, PAGES)):
        mine, theirs = [], []
        for _ in range(times):
            mine.append(own.press(key) * 1000)
            theirs.append(bare.press(key) * 1000)
        figures = f"median {median(mine):5.1f} p95 {p95(mine):5.1f} ms"
        beside = f"one line in a bare app {median(theirs):5.1f} / {p95(theirs):5.1f}"
        verdict = judged(p95(mine) < KEY_TARGET_MS)
        print(f"{name} to paint, {named(size)} {figures} · {beside} · p95 < {KEY_TARGET_MS:g}: {verdict}")
    for terminal in (own, bare):
        terminal.close()


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
