"""What an IMAP account gives in a second, from a real Dovecot: envelopes, flags, bodies, a page, a look.

python -m bench.imap [--messages 100000] [--world FOLDER]

The mailbox is made once, under --world, and linked into a Dovecot of its own, which has seen it once when the
clock starts. Beside it the same by imapclient, where that is installed.
"""

import argparse
import asyncio
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bench.mails import maildir
from bench.relay import Relay

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from servers.certificates import Certificates
from servers.dovecot import PASSWORD, Dovecot

from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource

TIMES = 3
ENVELOPES, BODIES, PAGE = 500, 400, 100
FAR = 0.040


def main() -> None:
    arguments = argparse.ArgumentParser(prog="bench.imap", description=__doc__)
    arguments.add_argument("--messages", type=int, default=100_000)
    arguments.add_argument("--world", type=Path, default=Path(tempfile.gettempdir()) / "tuimail-bench")
    asked = arguments.parse_args()
    with dovecot(asked.world / str(asked.messages) / "Maildir", asked.messages) as (box, user):
        asyncio.run(measure(box.imap, user, asked.messages))
        if importlib.util.find_spec("imapclient"):
            beside(box.imap, user)


@contextmanager
def dovecot(mails: Path, count: int) -> Iterator[tuple[Dovecot, str]]:
    """A server with an account that has these mails in its inbox."""
    mails.parent.mkdir(parents=True, exist_ok=True)
    maildir(mails, count)
    folder = Path(tempfile.mkdtemp(prefix="tm-", dir=mails.parent))
    folder.chmod(0o755)
    box = Dovecot(folder / "d", Certificates(folder))
    user = box.user()
    try:
        link(mails, box.home(user) / "Maildir")
        box.start()
        yield box, user
        box.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def link(mails: Path, to: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (to / name).mkdir(parents=True)
    subprocess.run(["cp", "-al", f"{mails}/cur", to], check=True)
    if os.geteuid() == 0:
        subprocess.run(["chown", "mail:mail", to.parent, to, *to.iterdir()], check=True)
        subprocess.run(["chmod", "-R", "a+rX", to], check=True)


@asynccontextmanager
async def account(port: int, user: str) -> AsyncIterator[ImapSource]:
    async def password() -> str:
        return PASSWORD

    source = ImapSource("bench", ImapServer("127.0.0.1", port, user, "none"), password)
    try:
        yield source
    finally:
        await source.close()


async def measure(port: int, user: str, count: int) -> None:
    async with account(port, user) as source:
        uids = [uid async for stretch in source.stretches("INBOX") for uid in reversed(stretch.flags)]
        await envelopes(source, uids)
        await rate("flags", count, lambda: flags(source))
        await rate("envelopes", count, lambda: envelopes(source, uids))
        some = uids[: min(count, 10_000)]
        await rate("bodies of 8 kB", len(some), lambda: bodies(source, some))
        mark = (await source.look("INBOX", None)).mark
        await lapse("a look, nothing new", lambda: timed(lambda: source.look("INBOX", mark)))
        await lapse("a body", lambda: timed(lambda: source.body("INBOX", uids[count // 2])))
        await lapse("a body while bodies come", lambda: interrupted(source, some, uids[-1]))
    await lapse(f"connect to the newest {PAGE}", lambda: first_page(port, user))
    relay = Relay(port, FAR)
    await lapse(f"the same, {FAR * 1000:.0f} ms away", lambda: first_page(relay.port, user))
    relay.close()


async def flags(source: ImapSource) -> None:
    async for _ in source.stretches("INBOX"):
        pass


async def envelopes(source: ImapSource, uids: list[str]) -> None:
    for start in range(0, len(uids), ENVELOPES):
        await source.envelopes("INBOX", uids[start : start + ENVELOPES])


async def bodies(source: ImapSource, uids: list[str]) -> None:
    for start in range(0, len(uids), BODIES):
        await source.bodies("INBOX", uids[start : start + BODIES])


async def interrupted(source: ImapSource, uids: list[str], uid: str) -> float:
    """The seconds that one body takes while many others come."""
    fetching = asyncio.create_task(bodies(source, uids))
    await asyncio.sleep(0.1)
    took = await timed(lambda: source.body("INBOX", uid))
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    return took


async def first_page(port: int, user: str) -> float:
    async with account(port, user) as source:
        return await timed(lambda: source.newest("INBOX", PAGE))


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await work()
    return time.perf_counter() - begun


async def rate(name: str, count: int, work: Callable[[], Awaitable[object]]) -> None:
    took = statistics.median([await timed(work) for _ in range(TIMES)])
    print(f"{name:28} {count / took:10,.0f}/s   ({took:.2f} s)", flush=True)


async def lapse(name: str, work: Callable[[], Awaitable[float]]) -> None:
    took = statistics.median([await work() for _ in range(3 * TIMES)])
    print(f"{name:28} {1000 * took:10.1f} ms", flush=True)


def beside(port: int, user: str) -> None:
    """imapclient, with what it can: flags, header lines and whole messages, parsed by it."""
    import imapclient

    with imapclient.IMAPClient("127.0.0.1", port, ssl=False) as client:
        client.login(user, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        uids = client.search()
        for name, batch, most, items in (
            ("flags", 10_000, len(uids), ["FLAGS"]),
            ("envelopes", ENVELOPES, 20_000, ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"]),
            ("bodies of 8 kB", 100, 10_000, ["BODY.PEEK[]"]),
        ):
            some = uids[-most:]
            begun = time.perf_counter()
            for start in range(0, len(some), batch):
                client.fetch(some[start : start + batch], items)
            took = time.perf_counter() - begun
            print(f"{name + ', imapclient':28} {len(some) / took:10,.0f}/s   ({took:.2f} s)", flush=True)


if __name__ == "__main__":
    main()
