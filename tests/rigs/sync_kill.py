"""Kill a first synchronisation at random moments, begin it again, and count what the cache has at the end.

    python tests/rigs/sync_kill.py --port 143 --user me@example.test --kills 20 --seed 1
    ... --break early        (keeps the mark before the mail: must find mail missing)

Each life is a process of its own, forked from one that is warm, with the real backend and cache; now and then
flags and messages change on the server while nobody looks (`--other` is a second client's Maildir).
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine.fakes import NothingPending
from servers.dovecot import PASSWORD

from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource
from tuimail.backends.system import SystemClock
from tuimail.engine.account import Account, Accounts
from tuimail.engine.folders import round as rounds
from tuimail.engine.folders.sync import Sync
from tuimail.engine.news import Newsroom
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.store.cache import CacheFile

INBOX = "INBOX"
LONGEST = 1.0


class Life:
    """The account and a cache in one process."""

    def __init__(self, options, path: Path) -> None:
        server = ImapServer("127.0.0.1", options.port, options.user, "none", "password")
        self.source, self.cache = ImapSource("work", server, _password), CacheFile(path)
        account = Account("work", Address(options.user), self.source, None)
        accounts = Accounts({"work": account})
        self.sync = Sync(accounts, self.cache, Newsroom(), SystemClock(), NothingPending())

    async def live(self) -> None:
        await self.sync.folder("work", INBOX)
        await self.close()

    async def complete(self) -> bool:
        reached = await self.cache.reached("work", INBOX)
        await self.close()
        return reached is not None

    async def differences(self) -> list[str]:
        """After a last round: what the cache has wrong."""
        await self.sync.folder("work", INBOX)
        there = {uid: f async for stretch in self.source.stretches(INBOX) for uid, f in stretch.flags.items()}
        known = (await self.cache.listing("work", INBOX)).flags
        page = await self.cache.page(View("work", INBOX), 0, 2 * len(there) + 10)
        count, _ = await self.cache.count(View("work", INBOX))
        rows = [envelope.ref.uid for envelope in page]
        missing = there.keys() - known.keys()
        wrong = [uid for uid in known.keys() & there.keys() if known[uid] != there[uid]]
        doubled = len(rows) - len(set(rows))
        faults = {"missing": len(missing), "too many": len(known.keys() - there.keys()), "flags": len(wrong)}
        faults |= {"doubled": doubled, "miscounted": abs(count - len(there)) + abs(len(rows) - len(there))}
        await self.close()
        print(f"messages {len(there)} · " + " · ".join(f"{name} {number}" for name, number in faults.items()))
        return [name for name, number in faults.items() if number]

    async def close(self) -> None:
        await self.source.close()
        await self.cache.close()


async def _password() -> str:
    return PASSWORD


def early(run):
    """A client that notes how far it is before it is there."""

    async def bring(self, kind, look):
        await self._cache.reach(self._account, self._folder, look.mark)
        await run(self, kind, look)

    return bring


def a_life(options, path: Path, chance: random.Random) -> None:
    pid = os.fork()
    if not pid:
        try:
            asyncio.run(Life(options, path).live())
        finally:
            os._exit(0)
    time.sleep(chance.uniform(0.0, LONGEST))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def stir(maildir: Path, chance: random.Random) -> None:
    """What another client did meanwhile: some flags, some messages less."""
    names = sorted(path for path in (maildir / "cur").iterdir())
    for path in chance.sample(names, 10):
        unique, _, letters = path.name.partition(":2,")
        path.rename(path.with_name(f"{unique}:2,{''.join(sorted(set(letters) ^ {'S'}))}"))
    for path in chance.sample(sorted((maildir / "cur").iterdir()), 3):
        path.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--other", type=Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--break", dest="broken", default="", choices=["early"])
    options = parser.parse_args()
    if options.broken:
        rounds.FolderRound._bring = early(rounds.FolderRound._bring)
    chance, faults, complete = random.Random(options.seed), [], 0
    with tempfile.TemporaryDirectory(prefix="sk-") as folder:
        cache = Path(folder) / "0.db"
        for kill in range(options.kills):
            a_life(options, cache, chance)
            if options.other:
                stir(options.other, chance)
            if asyncio.run(Life(options, cache).complete()):
                complete += 1
                faults += asyncio.run(Life(options, cache).differences())
                cache = Path(folder) / f"{kill + 1}.db"
        faults += asyncio.run(Life(options, cache).differences())
    print(f"kills {options.kills} · complete before the last {complete} · faults {len(faults)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
