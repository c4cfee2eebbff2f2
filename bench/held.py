"""The screen while ten thousand mails are held over five accounts, one dead, and some leave each second.

    python -m bench.held [--held 10000]

The program runs on a real pty and times itself: frames, from a key to the end of the next frame, and how long
it was deaf to its loop. It writes them down as it leaves.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.delivery import ACCOUNTS, a_draft, closed_port, engine_on, sink
from bench.figures import median, p95
from bench.pty_harness import Terminal
from bench.screen import environment, judged, named
from tuimail.backends.system import SystemClock
from tuimail.paths import Paths

SIZES = ((80, 24), (200, 50))
PER_SECOND, FIRST, TRIED = 10, 3.0, 500
"""So many fall due each second, from so many seconds after the last of them was queued; so many are queued on
trial, to know how long that takes."""

WAKE = 0.005
PAGE_DOWN, BETWEEN = b"\x1b[6~", 0.07
FRAME_TARGET_MS, RSS_TARGET_MB = 50.0, 300.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--held", type=int, default=10_000)
    parser.add_argument("--watch", nargs=2, metavar=("FOLDER", "PORTS"), help="run as the program measured")
    options = parser.parse_args()
    if options.watch:
        folder, ports = options.watch
        watch(Path(folder), json.loads(ports))
        return
    for size in SIZES:
        with sink() as (port, _), tempfile.TemporaryDirectory(prefix="tuimail-bench-") as name:
            measure(Path(name), port, options.held, size)


def measure(folder: Path, port: int, count: int, size: tuple[int, int]) -> None:
    """Fill an outbox, open it and press keys while mail leaves."""
    ports = [port] * (ACCOUNTS - 1) + [closed_port()]
    asyncio.run(fill(folder, ports, count))
    command = (sys.executable, "-m", "bench.held", "--watch", str(folder), json.dumps(ports))
    terminal = Terminal(command, environment(folder) | {"PYTHONPATH": "."}, size)
    begun = terminal.wait_for(b"held ")
    for key, times in ((b"j", 40), (b"o", 1), (b"j", 100), (PAGE_DOWN, 60), (b"t", 40)):
        for _ in range(times):
            terminal.type(key, BETWEEN)
    terminal.close(b"\x11")
    report(folder, count, size, begun)


def report(folder: Path, count: int, size: tuple[int, int], begun: float) -> None:
    seen = json.loads((folder / "seen.json").read_text())
    frames, pressed, deaf, rss = seen["frames"], seen["keys"], seen["deaf"], seen["rss"]
    met = p95(frames) < FRAME_TARGET_MS and rss < RSS_TARGET_MB
    print(
        f"{count} held, {seen['sent']} left meanwhile, {named(size)}: {len(frames)} frames,"
        f" median {median(frames):.1f} p95 {p95(frames):.1f} most {max(frames):.0f} ms"
        f" (of the processor p95 {p95(seen['work']):.1f})"
        f" · {len(pressed)} keys to paint, median {median(pressed):.1f} p95 {p95(pressed):.1f} ms"
        f" · deaf p95 {p95(deaf):.1f} most {max(deaf):.0f} ms · {rss:.0f} MB"
        f" · start to the first held line {begun * 1000:.0f} ms"
        f" · frame p95 < {FRAME_TARGET_MS:g} ms, < {RSS_TARGET_MB:g} MB: {judged(met)}"
    )


async def fill(folder: Path, ports: list[int], count: int) -> None:
    """Queue mails of which a few fall due each second, some of them of the dead account."""
    from tuimail.mail.hold.hold import window
    from tuimail.mail.hold.move import queue
    from tuimail.mail.letter.submission import Submission
    from tuimail.store.outbox import OutboxFile

    async def queue_all(store: OutboxFile, mails: int, ahead: float) -> float:
        """The seconds it took; the first of them falls due `ahead` seconds after it began."""
        now = SystemClock().now()
        for number in range(mails):
            draft = a_draft(f"held mail number {number:05}", f"a{number % ACCOUNTS}")
            wire = f"Subject: {draft.subject}\n\n{draft.body}".replace("\n", "\r\n").encode()
            submission = Submission(
                "me@a.example", ("aiko@example.test",), wire, f"<{number}@a>", f"t{number}"
            )
            hold = window(ahead + number / PER_SECOND, now)
            item, entry = queue(f"i{number:05}", draft, submission, hold, now)
            await store.add(item, submission, draft, entry)
        await store.close()
        return SystemClock().now().boot - now.boot

    paths = Paths.under(folder)
    paths.make()
    each = await queue_all(OutboxFile(folder / "tried.db"), TRIED, 0) / TRIED
    await queue_all(OutboxFile(paths.outbox), count, FIRST + each * count)


def watch(folder: Path, ports: list[int]) -> None:
    """The program, with a stop-watch at its frames; all is written to `seen.json`."""
    from textual.events import Event, Key
    from textual.screen import Screen

    from tuimail.ui.app import TuimailApp

    frames: list[float] = []
    work: list[float] = []
    keys: list[float] = []
    waiting: list[float] = []
    deaf: list[float] = []
    paint = Screen._on_timer_update

    heard = TuimailApp.on_event

    async def hear(app: TuimailApp, event: Event) -> None:
        if isinstance(event, Key):
            waiting.append(time.perf_counter())
        await heard(app, event)

    def timed(screen: Screen[Any]) -> None:
        busy = bool(screen._dirty_widgets or screen._layout_required or screen._repaint_required)
        started, worked = time.perf_counter(), time.thread_time()
        paint(screen)
        if busy:
            work.append((time.thread_time() - worked) * 1000)
            ended = time.perf_counter()
            frames.append((ended - started) * 1000)
            keys.extend((ended - pressed) * 1000 for pressed in waiting)
            waiting.clear()

    async def listen() -> None:
        while True:
            started = time.perf_counter()
            await asyncio.sleep(WAKE)
            deaf.append((time.perf_counter() - started - WAKE) * 1000)

    TuimailApp.on_event = hear  # type: ignore[method-assign]
    Screen._on_timer_update = timed  # type: ignore[method-assign]
    engine = engine_on(folder, ports, 3600)
    app = TuimailApp(engine, downloads=str(folder), on_quit="keep")
    app.call_later(lambda: app.run_worker(listen(), group="engine"))
    app.run()
    sent = sum(item.state == "sent" for item in engine.outbox.known())
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seen = {"frames": frames, "work": work, "keys": keys, "deaf": deaf, "rss": rss, "sent": sent}
    (folder / "seen.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    main()
