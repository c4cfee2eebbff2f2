"""tuimail's part of the model: real stores on a real file, a person at the keys, and ends at any await."""

import asyncio
from collections import Counter, defaultdict
from contextlib import suppress
from functools import partial
from random import Random

from engine.fakes import FakeClock, FakeIds, FakeSubmitter
from engine.model_server import FLAGGED, ROLES, SEEN, Mail, ModelServer, Unreachable
from msgspec.structs import replace

from tuimail.engine.account import Account, Accounts
from tuimail.engine.deeds.ledger import Ledger
from tuimail.engine.deeds.pending import Pending
from tuimail.engine.deeds.replay import Replay
from tuimail.engine.deeds.triage import Triage
from tuimail.engine.folders.sync import Sync
from tuimail.engine.folders.turns import Urgency
from tuimail.engine.news import Newsroom, Notice
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.store.cache import CacheFile
from tuimail.store.changes import ChangeFile

VERBS = (*("see", "unsee", "flag", "unflag", "move", "move", "archive", "delete", "junk", "undo", "undo"),)
ACCOUNT = "work"
FOLDERS = tuple(ROLES)


async def _at_once(database, job):
    """On this thread, so that a seed means the same life each time."""
    return database._do(job)


async def _this(database):
    return database


class Killed(BaseException):
    """kill -9."""


class AlwaysHere:
    def take(self):
        return True

    def release(self):
        pass


class Mortal:
    """A store in front of which, and behind which, the process may end."""

    def __init__(self, store, pause):
        self._store, self._pause = store, pause

    def __getattr__(self, name):
        async def call(*arguments, **named):
            await self._pause(name)
            answer = await getattr(self._store, name)(*arguments, **named)
            await self._pause(name)
            return answer

        return call


class Person:
    """What somebody at the keys sees of each message, and who else touched it."""

    def __init__(self):
        self.seen, self.home = {}, {}
        self.doing = ()
        self.shared = set()
        self.erased = set()
        self.unsure = set()

    def note(self, key, rows):
        """What stands on the screen twice, for a moment, can't say what is wanted."""
        if len(rows) > 1:
            self.shared.add(key)
        self.seen[key] = rows[0]
        self.erased.discard(key)


class ModelWorld:
    """One account, two clients. `odd` says how many of a hundred messages have no Message-ID of their own."""

    def __init__(self, folder, seed, *, kills=0.0, cuts=0.0, renumbers=0.0, others=0.1, odd=0, has_move=True):
        self.random = Random(seed)
        self.rates = {"kill": kills, "cut": cuts, "renumber": renumbers, "other": others}
        self.odd = odd
        self.dead = self.offline = self.quiet = False
        self.done = Counter()
        self.folder = folder
        self.disk, self.file = ChangeFile(folder / "changes.db"), CacheFile(folder / "cache.db")
        pair = self.file._pair
        pair._current = partial(_this, pair._writer)
        for database in (self.disk._database, pair._writer):
            database.run = partial(_at_once, database)
        self.server = ModelServer(ACCOUNT, self.wire, has_move)
        self.person = Person()
        self.clock, self.ids = FakeClock(), FakeIds()
        self.notices = []
        self.others_erased = set()
        self._keys = 0
        self.build()

    @property
    def operations(self):
        return sum(self.done[verb] for verb in set(VERBS))

    def build(self):
        """A new process on the same disk."""
        self.dead = False
        store, cache = Mortal(self.disk, self.step), Mortal(self.file, self.step)
        account = Account(ACCOUNT, Address("me@example.jp", "Me"), self.server, FakeSubmitter())
        self.account, newsroom = account, Newsroom()
        newsroom.listen(self._hear)
        self.pending = Pending(store)
        accounts = Accounts({ACCOUNT: account})
        self.sync = Sync(accounts, cache, newsroom, self.clock, self.pending)
        turn = lambda name: self.sync.turns(name).turn(Urgency.PERSON)  # noqa: E731
        mine = AlwaysHere(), self.clock, self.ids, newsroom, turn, self.sync.folder
        self.replay = Replay(self.pending, store, cache, *mine)
        ledger = Ledger(self.pending, store, cache, self.clock, self.ids, newsroom, self.replay.wake)
        self.triage = Triage(ledger, self.pending, cache, self.ids, self.replay)

    def _hear(self, news):
        if isinstance(news, Notice):
            self.notices.append(str(news.text))

    async def step(self, name):
        """Between any two awaits."""
        await asyncio.sleep(0)
        if self.dead:
            raise Killed
        if not self.quiet and self.random.random() < self.rates["kill"]:
            self.dead = True
            self.done["killed"] += 1
            raise Killed

    async def wire(self, name):
        await self.step(name)
        if self.offline or (not self.quiet and self.random.random() < self.rates["cut"]):
            self.done["cut"] += 1
            raise Unreachable("cut")

    def new_mail(self, folder="INBOX"):
        self._keys += 1
        key = f"m{self._keys}"
        message_id = f"<{key}@example.jp>"
        if self.random.randrange(100) < self.odd:
            message_id = self.random.choice(("", "<same@example.jp>"))
            self.person.unsure.add(key)
        self.person.home[key] = folder
        self.server.put(folder, Mail(key, message_id, float(self._keys)))

    async def live(self, what):
        """Run until done or killed; then a new process takes up what is on disk."""
        tasks = [asyncio.ensure_future(each) for each in what]
        try:
            await asyncio.gather(*tasks)
        except Killed:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(self.file.drop(ACCOUNT, "INBOX", []), self.disk.drop([]))
            await self.restart()

    async def restart(self):
        while True:
            self.build()
            try:
                await self.triage.load()
            except Killed:
                continue
            if self.person.doing:
                await self.look_again()
            return

    async def look_again(self):
        """What is on the screen after a restart is what the person wanted."""
        quiet, self.quiet = self.quiet, True
        rows = await self.rows()
        for key in self.person.doing:
            if key in rows:
                self.person.note(key, rows[key])
            else:
                self.person.shared.add(key)
                self.others_erased |= {key} if self.verb == "delete" else set()
        self.quiet = quiet

    async def rows(self):
        """key -> [(folder, flags)], as the cache shows them."""
        found = defaultdict(list)
        for folder in FOLDERS:
            for envelope in await self.file.page(View(ACCOUNT, folder), 0, 10_000):
                found[str(envelope.subject)].append((folder, envelope.flags))
        return found

    async def refresh(self, folder):
        with suppress(MailboxError):
            await self.sync.folder(ACCOUNT, folder)

    async def catch_up(self):
        self.clock.advance(600.0)
        await self.replay.round(self.account)

    async def act(self):
        """One key of the person's, on some of the messages of a folder."""
        page = await self.file.page(View(ACCOUNT, self.random.choice(FOLDERS)), 0, 10_000)
        if not page:
            return
        chosen = self.random.sample(page, min(len(page), self.random.choice((1, 1, 1, 2, 5))))
        self.person.doing = [str(envelope.subject) for envelope in chosen]
        rows = await self.rows() if self.rates["renumber"] else {}
        self.person.shared |= {key for key in self.person.doing if len(rows.get(key, ())) > 1}
        refs = [envelope.ref for envelope in chosen]
        verb = self.verb = self.random.choice(VERBS)
        if verb == "delete" and refs[0].folder == "Trash":
            self.others_erased |= self.person.shared & set(self.person.doing)
        try:
            await self._press(verb, refs)
        except Killed:
            self.person.doing = (
                [*self.person.doing, *self.person.seen] if verb == "undo" else self.person.doing
            )
            raise
        self.done[verb] += 1
        if verb == "undo":
            self.person.doing = list(self.person.seen)
        await self._look_at(refs if verb != "undo" else None)
        self.person.doing = ()

    async def _press(self, verb, refs):
        triage = self.triage
        match verb:
            case "see" | "unsee":
                await triage.flag(refs, *((SEEN, ()) if verb == "see" else ((), SEEN)), undoable=False)
            case "flag" | "unflag":
                await triage.flag(refs, *((FLAGGED, ()) if verb == "flag" else ((), FLAGGED)))
            case "move":
                await triage.move(refs, self.random.choice(FOLDERS))
            case "undo":
                await triage.undo()
            case _:
                await getattr(triage, verb)(refs)

    async def _look_at(self, refs):
        """What the screen shows of these now is what the person wants."""
        rows = await self.rows()
        for key in self.person.doing:
            if key not in rows:
                if refs is not None:
                    self.person.erased.add(key)
            else:
                self.done["shown twice"] += len(rows[key]) > 1
                self.person.note(key, rows[key])

    async def other_program(self):
        """Another client does something, at once, but not in the middle of a move of ours."""
        folder = self.random.choice(FOLDERS)
        box = self.server.boxes[folder]
        if not box or self.quiet:
            return
        number = self.random.choice(list(box))
        mail = box[number]
        if len(self.server.where()[mail.key]) > 1:
            return
        self.person.shared.add(mail.key)
        match self.random.choice(("flag", "unflag", "move", "erase", "new", "new")):
            case "flag":
                box[number] = replace(mail, flags=mail.flags | FLAGGED)
            case "unflag":
                box[number] = replace(mail, flags=mail.flags - FLAGGED)
            case "move":
                self.server.put(self.random.choice(FOLDERS), box.pop(number))
            case "erase":
                del box[number]
                self.others_erased.add(mail.key)
            case "new":
                self.new_mail(folder)

    async def come_to_rest(self):
        """The network works, nobody does anything: all that waits is done, and all is looked at."""
        self.quiet, self.offline = True, False
        for _ in range(20):
            await self.catch_up()
        assert not self.pending.all(), self.pending.all()
        for folder in FOLDERS:
            await self.refresh(folder)
        for _ in range(5):
            await self.catch_up()

    async def check(self):
        """Nothing lost, nothing doubled, nothing touched that nobody asked for; the screen says so too."""
        there, rows = self.server.where(), await self.rows()
        for n in range(1, self._keys + 1):
            key = f"m{n}"
            places = there.get(key, [])
            gone = key in self.person.erased or key in self.others_erased
            assert len(places) <= 1, f"{key} is doubled: {places}"
            assert places or gone, f"{key} is lost"
            shown = sorted((folder, sorted(mail.flags)) for folder, mail in places)
            seen = sorted((f, sorted(flags)) for f, flags in rows.get(key, []))
            assert shown == seen, f"{key}: server {shown}, shown {seen}"
            self._check_wish(key, places)

    def _check_wish(self, key, places):
        person = self.person
        if key in person.shared or key in person.unsure:
            return
        if key in person.erased:
            assert not places, f"{key} was to be erased"
        elif key in person.seen:
            folder, mail = places[0]
            assert (folder, mail.flags) == person.seen[key], f"{key}: {places}, wanted {person.seen[key]}"
        else:
            folder, mail = places[0]
            assert folder == person.home[key] and not mail.flags, f"{key} was touched"

    async def close(self):
        await asyncio.gather(self.disk.close(), self.file.close())
