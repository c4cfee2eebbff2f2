"""A world of engines on one folder, with a clock that stands still."""

import asyncio

import pytest
from engine.fakes import BrokenDisk, FakeClock, FakeFiles, FakeIds, FakeSource, FakeSubmitter
from on_disk import disk_in

from tuimail.engine.account import Account, Accounts
from tuimail.engine.engine import Engine
from tuimail.engine.folders.prefetch import BodyLimits
from tuimail.engine.reading import Reading
from tuimail.engine.sending.sending import Sending
from tuimail.mail.after.kind import Kind
from tuimail.mail.letter.address import Address
from tuimail.store.outbox import OutboxFile

UNDO_SECONDS = 10.0
LOOK_EVERY = 0.002


class World:
    """`engine(name)` is one more process on the same files; submitters and sources are by account."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.clock, self.ids, self.files = FakeClock(), FakeIds(), FakeFiles()
        self.submitters = {name: FakeSubmitter() for name in ("work", "home")}
        self.sources = {name: FakeSource(name) for name in ("work", "home")}
        self.keepers = {}
        self.tracers = {}
        self.exchanges, self.kinds = {}, {}
        self.engines, self.news, self.disks = [], [], {}
        self.files_sent = True
        self.rules = None
        self.bodies, self.notifier, self.bell = BodyLimits(), None, False

    @property
    def submitter(self):
        return self.submitters["work"]

    @property
    def source(self):
        return self.sources["work"]

    def engine(self, name="screen") -> Engine:
        self.disks[name] = BrokenDisk(OutboxFile(self.folder / "outbox.db"))
        engine = Engine(
            Accounts({account: self._account(account) for account in ("work", "home")}),
            disk_in(self.folder, name, self.disks[name], files=self.files),
            self.clock,
            self.ids,
            Sending(name, UNDO_SECONDS, rules=self.rules),
            reading=Reading(self.bodies, self.notifier, self.bell),
        )
        engine.listen(self.news.append)
        self.engines.append(engine)
        return engine

    async def started(self, name="screen") -> Engine:
        engine = self.engine(name)
        await engine.start(mail=False)
        return engine

    async def sending(self, name="screen") -> Engine:
        engine = await self.started(name)
        await self.until(lambda: engine.outbox.sending_here)
        return engine

    async def close(self, engine: Engine) -> None:
        self.engines.remove(engine)
        await engine.close()

    async def until(self, happened, seconds=3.0):
        """Wait until the news or the files say so; what `happened` returned."""
        async with asyncio.timeout(seconds):
            while not (answer := happened()):
                await asyncio.sleep(0.001)
        return answer

    async def state(self, engine, item, state):
        """Wait until the engine knows the item in this state; the item then."""
        known = lambda: [i for i in engine.outbox.known() if i.id == item.id and i.state == state]  # noqa: E731
        return (await self.until(known))[0]

    async def a_while(self):
        """Long enough for several rounds of every loop."""
        await asyncio.sleep(10 * LOOK_EVERY)

    def heard(self, kind):
        return [news for news in self.news if isinstance(news, kind)]

    def _account(self, name: str) -> Account:
        address = Address(f"me@{name}.example.jp", "Me")
        ways = self.sources[name], self.submitters[name]
        keeper = self.keepers.get(name)
        return Account(
            name,
            address,
            *ways,
            signature=f"of {name}",
            files_sent=self.files_sent,
            keeper=keeper,
            tracer=self.tracers.get(name),
            exchange=self.exchanges.get(name),
            kind=self.kinds.get(name, Kind.OTHER),
        )


@pytest.fixture
async def world(tmp_path, monkeypatch):
    monkeypatch.setattr("tuimail.engine.sending.sender.LOOK_EVERY", LOOK_EVERY)
    made = World(tmp_path)
    yield made
    for engine in made.engines:
        await engine.close()
