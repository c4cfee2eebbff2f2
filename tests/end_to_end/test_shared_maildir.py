"""A Maildir that another program delivers to, flags, renames and deletes in all the time."""

import asyncio
import json
import random
import sys
from collections import Counter

import pytest
from engine.fakes import FakeClock, NothingPending

from tuimail.backends.maildir.source import MaildirSource
from tuimail.engine.account import Account, Accounts
from tuimail.engine.folders.sync import Sync
from tuimail.engine.news import Newsroom
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Flag
from tuimail.store.cache import CacheFile

SECONDS = 3.0

OTHER = """
import json, os, random, sys, time
root, until, chance = sys.argv[1], time.monotonic() + float(sys.argv[2]), random.Random(5)
delivered, deleted = 0, []
def cur():
    return [name for name in os.listdir(f"{root}/cur")]
while time.monotonic() < until:
    for _ in range(5):
        name = f"{int(time.time())}.M{delivered}P{os.getpid()}.other"
        with open(f"{root}/tmp/{name}", "w") as file:
            file.write(f"Subject: {delivered}\\n\\nbody {delivered}\\n")
        os.rename(f"{root}/tmp/{name}", f"{root}/new/{name}")
        delivered += 1
    for name in os.listdir(f"{root}/new")[:3]:
        try:
            os.rename(f"{root}/new/{name}", f"{root}/cur/{name}:2,")
        except FileNotFoundError:
            pass
    for name in chance.sample(names := cur(), min(10, len(names))):
        unique, _, letters = name.partition(":2,")
        try:
            if chance.random() < 0.1:
                with open(f"{root}/cur/{name}") as file:
                    number = int(file.readline().split()[1])
                os.unlink(f"{root}/cur/{name}")
                deleted.append(number)
            else:
                letters = "".join(sorted(set(letters) ^ {"R"}))
                os.rename(f"{root}/cur/{name}", f"{root}/cur/{unique}:2,{letters}")
        except FileNotFoundError:
            pass
    time.sleep(0.005)
print(json.dumps([delivered, deleted]))
"""


@pytest.fixture
async def ours(tmp_path):
    """The account in `Mail`, brought into a cache of its own."""
    for folder in ("Mail", "Mail/.Archive"):
        for sub in ("cur", "new", "tmp"):
            (tmp_path / folder / sub).mkdir(parents=True)
    source, cache = MaildirSource(tmp_path / "Mail", "home"), CacheFile(tmp_path / "cache.db")
    accounts = Accounts({"home": Account("home", Address("me@x"), source, None)})
    yield source, cache, Sync(accounts, cache, Newsroom(), FakeClock(), NothingPending())
    await source.close()
    await cache.close()


async def test_nothing_is_lost_and_nothing_doubled_beside_another_program(ours, tmp_path):
    source, cache, sync = ours
    chance = random.Random(3)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OTHER, tmp_path / "Mail", str(SECONDS), stdout=asyncio.subprocess.PIPE
    )
    ending = asyncio.ensure_future(process.communicate())
    moved = 0
    while not ending.done():
        await sync.folder("home", "INBOX")
        uids = [each.ref.uid for each in await cache.page(View("home", "INBOX"), 0, 500)]
        some = chance.sample(uids, min(10, len(uids)))
        await source.flag("INBOX", some, frozenset({Flag.FLAGGED}), frozenset())
        moved += len(await source.move("INBOX", some[:2], "Archive"))
    delivered, deleted = json.loads((await ending)[0])
    rows = []
    for folder in ("INBOX", "Archive"):
        await sync.folder("home", folder)
        rows += await cache.page(View("home", folder), 0, 100_000)
    assert Counter(str(row.subject) for row in rows) == Counter(
        {str(number) for number in range(delivered)} - {str(number) for number in deleted}
    )
    assert min(delivered, moved, len(deleted)) > 20
    there = [uid async for stretch in source.stretches("Archive") for uid in stretch.flags]
    assert len(there) == moved
