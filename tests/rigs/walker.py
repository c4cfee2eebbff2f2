"""tuimail's half of the walk: an engine in a process of its own, told line by line what a person does.

Each answer is one line of JSON, written when the engine had answered. Messages are named by their subjects.
"""

import asyncio
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine.fakes import FakeSubmitter
from on_disk import disk_in

from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.source import ImapSource
from tuimail.backends.system import SystemClock, SystemIds
from tuimail.engine.account import Account, Accounts
from tuimail.engine.deeds import replay
from tuimail.engine.engine import Engine
from tuimail.engine.news import Notice
from tuimail.engine.sending.sending import Sending
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address

ALL = 10_000
PATIENCE = 60.0


async def password() -> str:
    return "pw"


def engine_in(folder: Path, port: int, user: str) -> Engine:
    source = ImapSource("work", ImapServer("localhost", port, user, "none"), password)
    return Engine(
        Accounts({"work": Account("work", Address(user), source, FakeSubmitter())}),
        disk_in(folder, "walk"),
        SystemClock(),
        SystemIds(),
        Sending("walk", 0.0),
    )


class Walker:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.notices: list[str] = []
        engine.listen(lambda news: self.notices.append(news.text) if isinstance(news, Notice) else None)

    async def answer(self, verb: str, **told) -> object:
        return await getattr(self, verb)(**told)

    async def rows(self) -> dict[str, list]:
        """subject -> [[folder, flags]] of everything on the screen."""
        found: dict[str, list] = {}
        for folder in await self.engine.mailbox.folders("work"):
            for each in await self._page(folder.name):
                found.setdefault(str(each.subject), []).append([folder.name, sorted(each.flags)])
        return found

    async def flag(self, folder, names, add, drop):
        refs = await self._refs(folder, names)
        await self.engine.triage.flag(refs, frozenset(add), frozenset(drop))

    async def move(self, folder, names, to):
        await self.engine.triage.move(await self._refs(folder, names), to)

    async def archive(self, folder, names):
        await self.engine.triage.archive(await self._refs(folder, names))

    async def delete(self, folder, names):
        await self.engine.triage.delete(await self._refs(folder, names))

    async def junk(self, folder, names):
        await self.engine.triage.junk(await self._refs(folder, names))

    async def undo(self):
        return await self.engine.triage.undo()

    async def rest(self) -> dict[str, list]:
        """Until nothing waits and everything was looked at."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await self._all_done()
                    for folder in await self.engine.sync.folders("work"):
                        await self.engine.sync.folder("work", folder.name)
                    await self._all_done()
                    return await self.rows()
                except MailboxError:
                    await asyncio.sleep(0.1)

    async def _all_done(self) -> None:
        while self.engine.triage.waiting().deeds:
            self.engine._replay.hurry("work")
            await asyncio.sleep(0.02)

    async def told(self) -> list[str]:
        return self.notices

    async def _refs(self, folder, names):
        wanted = set(names)
        return [each.ref for each in await self._page(folder) if str(each.subject) in wanted]

    async def _page(self, folder):
        return await self.engine.mailbox.page(View("work", folder), 0, ALL)


async def main(folder: str, port: str, user: str) -> None:
    replay.LOOK_EVERY = 0.05
    engine = engine_in(Path(folder), int(port), user)
    await engine.start()
    walker = Walker(engine)
    print(json.dumps("ready"), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        answer = await walker.answer(**json.loads(line))
        print(json.dumps(answer), flush=True)
    await engine.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
