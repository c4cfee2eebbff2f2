"""How fast and how punctually the outbox delivers, beside a bare loop over the same SMTP library.

    python -m bench.delivery [--throughput 1000] [--held 10000]

Throughput: so many messages over one kept connection to a local SMTP sink, each state change on disk.
Countdown: so many mails held over five accounts, one of them dead; when each reached the sink, less its due
time. The sink is a process of its own and writes down when MAIL FROM came.
"""

import argparse
import asyncio
import multiprocessing
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import median, p99
from tuimail.config import Account, Config, Outbox, Server
from tuimail.engine.engine import Engine
from tuimail.engine.news import ItemChanged, News
from tuimail.mail.hold.item import Item, State
from tuimail.mail.letter.draft import Draft
from tuimail.paths import Paths
from tuimail.wiring import build

TEXT = "All the words of an ordinary mail, line after line.\n" * 150
ACCOUNTS = 5
SPREAD = 50.0
"""Seconds over which the held mails fall due."""

TARGET_RATE, TARGET_LATE_MS, TARGET_RSS_MB = 500.0, 250.0, 300.0
MSMTP = "/usr/bin/msmtp"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--throughput", type=int, default=1_000)
    parser.add_argument("--held", type=int, default=10_000)
    options = parser.parse_args()
    if options.throughput:
        throughput(options.throughput)
    if options.held:
        countdown(options.held)


def throughput(count: int) -> None:
    """Rates of tuimail and of the bare library, three runs each, in turn; msmtp where it is installed."""
    own, bare = [], []
    with sink() as (port, _):
        for _ in range(3):
            with tempfile.TemporaryDirectory(prefix="tuimail-bench-") as folder:
                own.append(asyncio.run(drain(Path(folder), port, count)))
            bare.append(asyncio.run(bare_loop(port, count)))
        peer = f" · msmtp {msmtp(port):.0f}/s" if Path(MSMTP).exists() else ""
    met = median(own) >= TARGET_RATE and median(own) * 2 >= median(bare)
    print(
        f"throughput, {count} x {len(TEXT) // 1000} kB, one connection: {median(own):.0f}/s"
        f" · aiosmtplib alone {median(bare):.0f}/s{peer}"
        f" · target {TARGET_RATE:.0f}/s and half of it: {'met' if met else 'MISSED'}"
    )


def countdown(count: int) -> None:
    """Lateness of so many held mails, and the memory of the process that held them."""
    with sink() as (port, seen), tempfile.TemporaryDirectory(prefix="tuimail-bench-") as folder:
        due, begun = asyncio.run(hold_and_send(Path(folder), port, count))
        late = sorted((seen_at - due[name]) * 1000 for name, seen_at in seen() if name in due)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    early, met = sum(ms < 0 for ms in late), p99(late) < TARGET_LATE_MS and rss < TARGET_RSS_MB
    print(
        f"countdown, {count} held over {ACCOUNTS} accounts, one dead: {len(late)} arrived, {early} early,"
        f" late median {median(late):.0f} p99 {p99(late):.0f} most {late[-1]:.0f} ms"
        f" · start {begun:.2f} s · {rss:.0f} MB"
        f" · target p99 < {TARGET_LATE_MS:.0f} ms, never early, < {TARGET_RSS_MB:.0f} MB:"
        f" {'met' if met and not early else 'MISSED'}"
    )


async def drain(folder: Path, port: int, count: int) -> float:
    """Messages a second from the first claim until all are sent."""
    engine = engine_on(folder, [port], 3600)
    for number in range(count):
        await engine.outbox.send(a_draft(f"m{number}", "a0"))
    for item in engine.outbox.known():
        await engine.outbox.now(item.id)
    moments: list[float] = []
    done = asyncio.Event()

    def first_and_last(news: News) -> None:
        nonlocal left
        if isinstance(news, ItemChanged) and news.item.state is State.SENDING and not moments:
            moments.append(time.perf_counter())
        if isinstance(news, ItemChanged) and news.item.state is State.SENT and news.item.filing_tries == 0:
            left -= 1
            if not left:
                moments.append(time.perf_counter())
                done.set()

    left = count
    engine.listen(first_and_last)
    await engine.start(mail=False)
    await done.wait()
    await engine.close()
    return count / (moments[-1] - moments[0])


async def bare_loop(port: int, count: int) -> float:
    import aiosmtplib

    message = f"Subject: hello\r\n\r\n{TEXT}".encode()
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
    await client.connect()
    started = time.perf_counter()
    for _ in range(count):
        await client.sendmail("me@example.test", ["aiko@example.test"], message)
    rate = count / (time.perf_counter() - started)
    await client.quit()
    return rate


def msmtp(port: int, times: int = 20) -> float:
    command = [MSMTP, "--host=127.0.0.1", f"--port={port}", "--from=me@example.test", "aiko@example.test"]
    started = time.perf_counter()
    for _ in range(times):
        subprocess.run(command, input=TEXT.encode(), check=True)
    return times / (time.perf_counter() - started)


async def hold_and_send(folder: Path, port: int, count: int) -> tuple[dict[str, float], float]:
    """When each mail was due (boot seconds, by subject), and how long the program took to start on them."""
    dead = closed_port()
    await fill(folder, port, dead, count)
    engine = engine_on(folder, [port] * (ACCOUNTS - 1) + [dead], 10)
    started = time.perf_counter()
    await engine.start(mail=False)
    while not engine.outbox.sending_here:
        await asyncio.sleep(0.01)
    begun = time.perf_counter() - started
    due = {i.subject: i.due.boot for i in engine.outbox.known() if i.due and not dead_one(i)}
    while any(i.state is not State.SENT and not dead_one(i) for i in engine.outbox.known()):
        await asyncio.sleep(0.5)
    await engine.close()
    return due, begun


async def fill(folder: Path, port: int, dead: int, count: int) -> None:
    """Queue them all, to fall due evenly over `SPREAD` seconds a while from now."""
    engine = engine_on(folder, [port] * (ACCOUNTS - 1) + [dead], 3600)
    for number in range(count):
        await engine.outbox.send(a_draft(f"m{number}", f"a{number % ACCOUNTS}"))
    soon = engine.now().boot + 5 + count * 0.003
    for number, item in enumerate(engine.outbox.known()):
        assert item.due is not None
        left = soon + SPREAD * number / count - engine.now().boot
        await engine.outbox.later(item.id, left - item.left(engine.now()))
    await engine.close()


def dead_one(item: Item) -> bool:
    return item.account == f"a{ACCOUNTS - 1}"


def engine_on(folder: Path, ports: list[int], undo_seconds: int) -> Engine:
    """The engine as the program builds it, one account for each port."""
    (folder / "mail").mkdir(exist_ok=True)
    accounts = tuple(
        Account(
            name=f"a{number}",
            address=f"me@a{number}.example",
            auth="none",
            maildir=str(folder / "mail"),
            smtp=Server(host="127.0.0.1", port=port, security="none"),
        )
        for number, port in enumerate(ports)
    )
    return build(Config(accounts=accounts, outbox=Outbox(undo_seconds=undo_seconds)), Paths.under(folder))


def a_draft(name: str, account: str) -> Draft:
    return Draft(id=name, account=account, to="aiko@example.test", subject=name, body=TEXT)


@contextmanager
def sink() -> Iterator[tuple[int, object]]:
    """A quick SMTP server in a process of its own: its port, and what it has seen so far."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    port = ours.recv()

    def seen() -> list[tuple[str, float]]:
        ours.send("seen")
        found: list[tuple[str, float]] = ours.recv()
        return found

    try:
        yield port, seen
    finally:
        process.terminate()
        process.join()


def serve(pipe: object) -> None:
    asyncio.run(_serve(pipe))


async def _serve(pipe) -> None:  # type: ignore[no-untyped-def]
    seen: list[tuple[str, float]] = []

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        writer.write(b"220 sink\r\n")
        began = 0.0
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"MAIL":
                began = time.clock_gettime(time.CLOCK_BOOTTIME)
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                body = await reader.readuntil(b"\r\n.\r\n")
                at = body.find(b"Subject: ")
                seen.append((body[at + 9 : body.find(b"\r\n", at)].decode(), began))
            if verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            writer.write(b"250-sink\r\n250 8BITMIME\r\n" if verb == b"EHLO" else b"250 ok\r\n")
        writer.close()

    server = await asyncio.start_server(session, "127.0.0.1", 0, limit=1 << 22)
    pipe.send(server.sockets[0].getsockname()[1])
    while await asyncio.to_thread(pipe.recv):
        pipe.send(seen)


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
