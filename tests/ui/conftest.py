"""An engine in memory for the screens: documented signatures, a clock that the test moves, no disk."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from memory_after import MemoryAfter
from msgspec.structs import replace
from textual._context import active_app
from textual.events import Key, Paste
from textual.pilot import Pilot

from tuimail.engine.account import Account, Accounts
from tuimail.engine.after.corrections import Made
from tuimail.engine.after.incidents import Incidents
from tuimail.engine.after.near_misses import NearMisses
from tuimail.engine.after.practice import Practice
from tuimail.engine.news import (
    AccountGoes,
    AccountStopped,
    FolderChanged,
    FoldersChanged,
    ItemChanged,
    ItemGone,
    Newsroom,
    Searched,
    Stage,
)
from tuimail.engine.writing.contacts import Offered
from tuimail.engine.writing.copies import Filed
from tuimail.engine.writing.invitations import Invitations
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.errors import AddressError, AttachmentError, MailboxError, OutboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.thread import Thread
from tuimail.mail.folder.view import Order, View
from tuimail.mail.hold.item import Entry, Item, Recipient, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move, later, pause, reschedule, unpause
from tuimail.mail.hold.stop import Stop
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.contact import choice
from tuimail.mail.letter.draft import Attachment, Draft, Kind
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.habits import Habits
from tuimail.mail.letter.letter import Letter, Link, Part
from tuimail.mail.letter.parse import parse
from tuimail.mail.letter.parse import part as part_of
from tuimail.mail.letter.peril import is_program, perils
from tuimail.mail.letter.picture import Picture
from tuimail.mail.letter.safe import Safe, block, line
from tuimail.mail.letter.template import filled
from tuimail.mail.rule.decision import Decision, allowed
from tuimail.mail.when.schedule import Schedule
from tuimail.ui.app import TuimailApp

NOON = 1_795_262_520.0
PEOPLE = (
    Address("suzuki@client.example", "鈴木 一郎"),
    Address("dana@partner.example", "Dana Whitfield"),
    Address("sato@example.jp", "佐藤 花子"),
    Address("build@ci.example"),
    Address("anna@supplier.example", "Kowalska, Anna"),
)
SUBJECTS = (
    "見積書の件（至急）",
    "Re: Contract draft, second round",
    "会議室変更のお知らせ",
    "nightly passed",
    "Re: Re: invoice 2026-118",
)
FOLDERS = (("INBOX", "Inbox", Role.INBOX), ("Sent", "Sent", Role.SENT), ("Archive", "Archive", Role.ARCHIVE))


class FakeOutbox:
    sending_here = True

    def __init__(self, world: "World") -> None:
        self.world, self.list, self.drafts_of, self.broken = world, {}, {}, False
        self.undo_seconds, self.stopped, self.slow = 10.0, (), None
        self.decision = Decision(10.0)

    def known(self) -> tuple[Item, ...]:
        return tuple(sorted(self.list.values(), key=lambda item: -item.queued))

    async def items(self) -> tuple[Item, ...]:
        return self.known()

    async def held(self) -> tuple[Item, ...]:
        return tuple(i for i in self.known() if i.held or i.state is State.SENDING)

    async def trail(self, item_id: str) -> tuple[Entry, ...]:
        return (Entry(NOON, "", "waiting", "queued: undo window 10 s"),)

    def stops(self) -> tuple[Stop, ...]:
        return self.stopped

    def stop(self, account: str, why: str) -> None:
        self.stopped = (Stop(account, NOON, why),)
        self.world.newsroom.announce(AccountStopped(self.stopped[0]))

    async def go(self, account: str) -> None:
        self.stopped = ()
        self.world.newsroom.announce(AccountGoes(account))

    async def weigh(self, draft: Draft) -> Decision:
        return self.decision

    async def send(self, draft: Draft, confirmed: bool = False) -> Item:
        if self.broken:
            raise OutboxError("The disk is full; nothing was queued. Free some space and send again.")
        allowed(self.decision, confirmed)
        specs = [one.strip() for one in f"{draft.to},{draft.cc},{draft.bcc}".split(",") if one.strip()]
        if not specs or not all("@" in spec for spec in specs):
            raise AddressError("“bob” is not an address.")
        for file in draft.attachments:
            if file.path.startswith("/gone"):
                raise AttachmentError(f"{file.name} is no longer there. The draft is kept.")
        item = self.world.item(draft.subject, tuple(specs), self.undo_seconds)
        if draft.schedule is not None:
            due = self.world.now().later(draft.schedule.at - self.world.now().wall)
            item = replace(item, due=due, wait=Wait.SCHEDULE, schedule=draft.schedule)
        self.drafts_of[item.id] = draft
        self.world.drafts.kept.pop(draft.id, None)
        return self.put(item)

    def put(self, item: Item) -> Item:
        self.list[item.id] = item
        self.world.newsroom.announce(ItemChanged(item))
        return item

    async def undo(self, item_id: str | None = None, caught: bool = True) -> Draft | None:
        if self.slow is not None:
            await self.slow.wait()
        mine = [i for i in self.known() if i.can_be_taken_back and (item_id is None or i.id == item_id)]
        if not mine:
            return None
        self.put(replace(mine[0], state=State.UNDONE, due=None, version=mine[0].version + 1))
        draft = self.drafts_of[mine[0].id]
        await self.world.drafts.save(draft)
        return draft

    async def now(self, item_id: str) -> bool:
        item = self.list[item_id]
        self.put(replace(item, state=State.SENT, due=None, version=item.version + 1))
        return True

    async def later(self, item_id: str, seconds: float) -> bool:
        return self._moved(later(self.list[item_id], self.world.now(), seconds))

    async def reschedule(self, item_id: str, schedule: Schedule) -> bool:
        return self._moved(reschedule(self.list[item_id], self.world.now(), schedule))

    async def pause(self, item_id: str) -> bool:
        return self._moved(pause(self.list[item_id], self.world.now()))

    async def release(self, item_id: str) -> bool:
        return self._moved(unpause(self.list[item_id], self.world.now(), self.undo_seconds))

    def _moved(self, move: Move | None) -> bool:
        if move is not None:
            self.put(move.new)
        return move is not None

    async def settle(self, item_id: str, sent: bool) -> bool:
        item = self.list[item_id]
        if item.state is State.UNSURE:
            self.put(replace(item, state=State.SENT if sent else State.WAITING, due=self.world.now()))
        return item.state is State.UNSURE

    async def delete(self, item_id: str) -> bool:
        self.list.pop(item_id)
        self.world.newsroom.announce(ItemGone(item_id))
        return True


class _Identities:
    """Who one is, over the accounts of the world."""

    def identities(self):
        return Accounts({account.name: account for account in self.world.accounts}).identities()

    def identity(self, draft):
        mine = [i for i in self.identities() if i.account == draft.account] or self.identities()
        return next((i for i in mine if draft.sender and i.is_at(draft.sender.spec)), mine[0])

    def written_as(self, draft, who, signature=None):
        return replace(draft, account=who.account, sender=who.address)

    def dressed(self, draft, guise, before=None):
        who = next(i for i in self.identities() if i.is_at(guise.identity))
        return self.written_as(draft, who)

    async def templates(self):
        return self.shelf

    async def filled(self, draft, name):
        one = next(one for one in self.shelf if one.name == name)
        return filled(one, draft, self.world.accounts[0].address, "Sun, 22 Nov 2026 10:02:00 +0900")


class FakeDrafts(_Identities):
    def __init__(self, world: "World") -> None:
        self.world, self.kept, self.saves = world, {}, 0
        self.filed, self.offline, self.elsewhere = [], False, False
        self.habits = Habits(on_server="save")
        self.shelf = ()

    def new(self, account: str | None = None) -> Draft:
        self.world.count += 1
        return Draft(id=f"d{self.world.count}", account=account or "work")

    async def save(self, draft: Draft) -> None:
        self.saves += 1
        self.kept[draft.id] = draft

    async def all(self) -> tuple[tuple[Draft, float], ...]:
        return tuple((draft, NOON) for draft in self.kept.values())

    async def open(self, draft_id: str) -> Draft | None:
        return self.kept.get(draft_id)

    async def drop(self, draft_id: str) -> None:
        self.kept.pop(draft_id, None)

    async def reply(self, ref: Ref, everyone: bool) -> Draft:
        letter = await self.world.mailbox.letter(ref)
        quoted = "\n".join(f"> {text}" for text in letter.text.split("\n"))
        kind = Kind.REPLY_ALL if everyone else Kind.REPLY
        to = f"{letter.sender.name} <{letter.sender.spec}>"
        return replace(self.new(), kind=kind, to=to, subject=f"Re: {letter.subject}", body=f"\n\n{quoted}")

    async def forward(self, ref: Ref) -> Draft:
        return replace(self.new(), kind=Kind.FORWARD, subject="Fwd: x", body="\n\n---- forwarded")

    async def take_up(self, ref: Ref) -> Draft:
        row = next(e for e in self.world.mailbox.rows if e.ref == ref)
        return replace(self.new(), subject=row.subject, body="half a sen", replaces=ref)

    async def file(self, draft: Draft) -> Draft:
        if self.offline:
            raise MailboxError("imap.example.jp can't be reached.")
        self.filed.append(draft)
        return Filed(replace(draft, replaces=Ref("work", "Drafts", str(len(self.filed)))), self.elsewhere)

    async def attach(self, draft: Draft, path: str) -> Draft:
        if "missing" in path:
            raise AttachmentError(f"There is no file {path}. The draft is unchanged.")
        file = Attachment(path.rpartition("/")[2], "application/pdf", 84_000, path)
        return replace(draft, attachments=(*draft.attachments, file))


class FakeMailbox:
    def __init__(self, world: "World", count: int) -> None:
        self.world, self.asked, self.synced = world, [], []
        self.rows = [self.envelope(n) for n in range(count)]

    def envelope(self, number: int, subject: str = "", sender: Address | None = None) -> Envelope:
        kind = number % len(PEOPLE)
        return Envelope(
            ref=Ref("work", "INBOX", str(number)),
            sender=sender or PEOPLE[kind],
            to=(Address("hanako@example.jp", "山田花子"),),
            cc=(),
            subject=line(subject or f"{SUBJECTS[kind]} {number}"),
            received=NOON - 3_000 * number,
            size=4_000,
            flags=frozenset() if number % 3 == 0 else frozenset({Flag.SEEN}),
            attached=number % 5 == 0,
        )

    def add(self, *envelopes: Envelope) -> None:
        self.rows = [*envelopes, *self.rows]
        self.world.newsroom.announce(FolderChanged("work", "INBOX"))

    def _of(self, view: View) -> list[Envelope]:
        words = view.query.text.lower()
        there = [e for e in self.rows if view.folder in ("", e.ref.folder) and words in e.subject.lower()]
        there = [e for e in there if view.role is not Role.INBOX or e.ref.folder == "INBOX"]
        return list(reversed(there)) if view.order is Order.OLDEST else there

    def _threads(self, view: View) -> list[Thread]:
        found: dict[int, list[Envelope]] = {}
        for e in self._of(view):
            found.setdefault(e.thread, []).append(e)
        return [
            Thread(
                each[0],
                len(each),
                sum(not e.seen for e in each),
                tuple(dict.fromkeys(e.sender for e in reversed(each))),
            )
            for each in found.values()
        ]

    async def folders(self, account: str) -> tuple[Folder, ...]:
        return tuple(Folder(account, name, Safe(title), role, 100, 3) for name, title, role in FOLDERS)

    async def refresh_folders(self, account: str) -> None:
        self.world.newsroom.announce(FoldersChanged(account))

    async def sync(self, account: str, folder: str) -> None:
        self.synced.append((account, folder))

    async def count(self, view: View) -> tuple[int, int]:
        rows = self._of(view)
        total = len(self._threads(view)) if view.threaded else len(rows)
        return total, sum(not row.seen for row in rows)

    async def page(self, view: View, start: int, length: int) -> tuple[Envelope, ...]:
        self.asked.append((start, length))
        return tuple(self._of(view)[start : start + length])

    async def threads(self, view: View, start: int, length: int) -> tuple[Thread, ...]:
        return tuple(self._threads(view)[start : start + length])

    async def thread(self, view: View, key: int) -> tuple[Envelope, ...]:
        return tuple(sorted((e for e in self._of(view) if e.thread == key), key=lambda e: e.received))

    async def row(self, view: View, ref: Ref) -> int | None:
        rows = self._of(view)
        here = next((e for e in rows if e.ref == ref), None)
        if here is None or not view.threaded:
            return None if here is None else rows.index(here)
        return next(n for n, thread in enumerate(self._threads(view)) if thread.key == here.thread)

    async def unread(self, view: View, start: int, back: bool = False) -> int | None:
        lines = self._threads(view) if view.threaded else self._of(view)
        places = range(start, -1, -1) if back else range(start, len(lines))
        is_unread = [line.unread > 0 if view.threaded else not line.seen for line in lines]
        return next((n for n in places if is_unread[n]), None)

    async def refs(self, view: View) -> tuple[Ref, ...]:
        return tuple(e.ref for e in self._of(view))

    async def letter(self, ref: Ref) -> Letter:
        row = next(e for e in self.rows if e.ref == ref)
        text = (
            self.world.text
            or "佐藤様\n\nいつもお世話になっております。\nThe second round is at [1].\n\n> quoted"
        )
        return Letter(
            headers=((Safe("From"), line(row.sender.spec)), (Safe("X-Mailer"), Safe("test"))),
            sender=row.sender,
            reply_to=(),
            to=row.to,
            cc=(Address("dana@partner.example", "Dana Whitfield"),),
            subject=row.subject,
            date=datetime.fromtimestamp(row.received, UTC),
            message_id="<1@x>",
            in_reply_to="",
            references=(),
            text=block(text),
            links=(Link(1, Safe("x"), Safe("https://partner.example/round/2"), Safe("partner.example")),),
            parts=(
                Part(1, line("見積書.pdf"), "application/pdf", 84_000),
                Part(2, line("terms.txt"), "text/plain", 900),
            ),
            faults=(),
        )

    async def raw(self, ref: Ref) -> bytes:
        return b"Subject: raw\r\n\r\nas it \x1b[31mcame\r\n"

    async def flag(self, refs: tuple[Ref, ...], add: frozenset[str], drop: frozenset[str]) -> None:
        self.rows = [e.flagged((e.flags | add) - drop) if e.ref in refs else e for e in self.rows]
        self.world.newsroom.announce(FolderChanged("work", "INBOX"))


class FakeOpening:
    """Letters of `mailbox`, or of the bytes in `raws` by uid; remembers what was opened, saved and left."""

    def __init__(self, world: "World") -> None:
        self.world, self.raws, self.opened, self.saved, self.ahead_of = world, {}, [], {}, []
        self.drawn: Picture | None = None
        self.printed = b"printed \x1b[31mred\n"

    def at_hand(self, source) -> None:
        return None

    async def letter(self, source) -> Letter:
        if source.ref.uid in self.raws:
            return parse(await self.raw(source))
        return await self.world.mailbox.letter(source.ref)

    def ahead(self, ref: Ref) -> None:
        self.ahead_of.append(ref)

    async def raw(self, source) -> bytes:
        raw = self.raws.get(source.ref.uid) or await self.world.mailbox.raw(source.ref)
        for index in source.path:
            raw = part_of(raw, index)
        return raw

    async def part(self, source, part: Part) -> bytes:
        return part_of(await self.raw(source), part.index)

    async def save(self, source, part: Part, folder: str) -> str:
        self.saved[f"{folder}/{part.name}"] = part
        return f"{folder}/{part.name}"

    async def perils(self, source, part: Part):
        return perils(part.name, part.type, b""), is_program(part.name, part.type, b"")

    async def open(self, source, part: Part) -> None:
        self.opened.append(part.name)

    async def picture(self, source, part: Part, columns: int, rows: int) -> Picture | None:
        return self.drawn

    async def pipe(self, source, command: str) -> bytes:
        self.opened.append(command)
        return self.printed

    async def link(self, target: str) -> None:
        self.opened.append(target)

    async def leave_list(self, url: str) -> None:
        self.opened.append(f"left {url}")


class FakeTriage:
    """Does at once what the real one does, and remembers what it was asked."""

    def __init__(self, world: "World") -> None:
        self.world, self.done = world, []

    async def flag(self, refs, add, drop=(), undoable=True) -> None:
        await self.world.mailbox.flag(tuple(refs), frozenset(add), frozenset(drop))

    async def label(self, refs, add, drop=()) -> None:
        self.done.append(("label", tuple(refs), add, drop))

    async def move(self, refs, folder: str) -> None:
        self._to(folder, refs)

    async def archive(self, refs) -> None:
        self._to("Archive", refs)

    async def junk(self, refs) -> None:
        self._to("Junk", refs)

    async def delete(self, refs) -> None:
        self._to("Trash", refs)

    async def are_junk(self, refs) -> bool:
        return all(ref.folder == "Junk" for ref in refs)

    async def would_erase(self, refs) -> tuple[Ref, ...]:
        return tuple(ref for ref in refs if ref.folder == "Trash")

    def latest(self) -> float | None:
        return None

    async def undo(self) -> str | None:
        return None

    def _to(self, folder: str, refs) -> None:
        self.done.append((folder, tuple(refs)))
        box, gone = self.world.mailbox, set(refs)
        box.rows = [replace(e, ref=Ref("work", folder, e.ref.uid)) if e.ref in gone else e for e in box.rows]
        self.world.newsroom.announce(FolderChanged("work", "INBOX"))


class FakeSync:
    def __init__(self) -> None:
        self.stopped: list[tuple[str, str]] = []

    def stop(self, account: str, folder: str) -> None:
        self.stopped.append((account, folder))


class FakeFollow:
    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []

    def show(self, account: str, folder: str) -> None:
        self.shown.append((account, folder))


class FakeSearch:
    """Says that all is here; remembers the views it was asked to look beyond."""

    def __init__(self, world: "World") -> None:
        self.world, self.asked = world, []

    async def ask(self, view: View, near: bool = True) -> None:
        self.asked.append(view)
        self.world.newsroom.announce(Searched(view, 100, 0, Stage.HERE, Safe("")))


class FakeContacts:
    """People met in mail at once; `late` ones come when `more` is set."""

    def __init__(self) -> None:
        self.late, self.more, self.trouble, self.numbers = (), None, "", {}

    async def phones(self, spec: str) -> tuple[str, ...]:
        return self.numbers.get(spec, ())

    async def complete(
        self, typed: str, entered: frozenset[str] = frozenset(), limit: int = 8
    ) -> AsyncIterator[Offered]:
        met = [p for p in PEOPLE if typed.lower() in f"{p.name} {p.spec}".lower() and p.spec not in entered]
        yield Offered(tuple(choice(p, "mail") for p in met[:limit]))
        if self.more is not None:
            await self.more.wait()
            yield Offered((*(choice(p, "mail") for p in met), *self.late), self.trouble)


class FakeIds:
    def item(self) -> str:
        return "new"


class CountingIds:
    def __init__(self) -> None:
        self.drawn = 0

    def item(self) -> str:
        self.drawn += 1
        return f"c{self.drawn}"


class FakeFiles(dict[str, bytes]):
    async def save(self, folder: str, name: str, data: bytes) -> str:
        self[f"{folder}/{name}"] = data
        return f"{folder}/{name}"


class FakeSent:
    """The mail that left is what is in `world.after`."""

    def __init__(self, world: "World") -> None:
        self.world = world

    async def latest(self, limit: int = 1) -> tuple[SentMail, ...]:
        return await self.world.after.latest_sent(limit)

    async def last(self) -> SentMail | None:
        return next(iter(await self.latest()), None)


class FakeCorrections(FakeSent):
    """What corrects a mail is what the outbox and the drafts have."""

    async def of(self, message_id: str) -> Made:
        items, drafts = self.world.outbox.known(), self.world.drafts.kept.values()
        return Made(
            tuple(draft for draft in drafts if draft.corrects == message_id),
            tuple(i for i in items if i.corrects == message_id and i.state is not State.UNDONE),
        )


class World:
    """The engine as the screens see it, and the handles a test turns."""

    def __init__(self, count: int = 100) -> None:
        self.newsroom, self.count, self.text, self.closed = Newsroom(), 0, "", False
        self.clock = Moment(NOON, 1000.0, "boot")
        self.accounts = (Account("work", Address("hanako@example.jp", "山田花子"), None, None),)
        self.outbox, self.drafts = FakeOutbox(self), FakeDrafts(self)
        self.mailbox, self.contacts = FakeMailbox(self, count), FakeContacts()
        self.triage, self.sync, self.search = FakeTriage(self), FakeSync(), FakeSearch(self)
        self.opening = FakeOpening(self)
        self.follow = FakeFollow()
        self.invitations = Invitations(Accounts({one.name: one for one in self.accounts}), self, FakeIds())
        self.after, self.saved = MemoryAfter(), FakeFiles()
        self.near_misses, self.sent = NearMisses(self.after, self), FakeSent(self)
        self.corrections = FakeCorrections(self)
        self.practice = Practice("boss@example.jp", "csirt@example.jp", zone=lambda: "Asia/Tokyo")
        self.incidents = Incidents(
            self.after,
            self.outbox,
            self.drafts,
            self.contacts,
            self.saved,
            self,
            CountingIds(),
            self.newsroom,
            self.practice,
        )

    def now(self) -> Moment:
        return self.clock

    def listen(self, listener: Callable[..., None]) -> Callable[[], None]:
        return self.newsroom.listen(listener)

    async def start(self, mail: bool = True) -> None:
        for item in self.outbox.known():
            self.newsroom.announce(ItemChanged(item))

    async def failure(self) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None:
        self.closed = True

    def pass_time(self, seconds: float) -> None:
        self.clock = self.clock.later(seconds)

    def item(self, subject: str, specs: tuple[str, ...], hold: float, why: str = "undo window 10 s") -> Item:
        self.count += 1
        return Item(
            id=f"i{self.count}",
            account="work",
            state=State.WAITING,
            version=1,
            subject=line(subject),
            sender="hanako@example.jp",
            recipients=tuple(Recipient(spec) for spec in specs),
            message_id=f"<{self.count}@x>",
            token="t",
            size=1000,
            queued=self.clock.wall + self.count,
            due=self.clock.later(hold),
            hold=hold,
            why=why,
        )


@pytest.fixture
def world() -> World:
    return World()


Open = Callable[..., Awaitable[Pilot]]


@pytest.fixture
async def open_app(world: World) -> AsyncIterator[Open]:
    """Opens the application on the world; it is closed after the test.

    The application lives in a task of its own: Textual wants to be left in the context it was entered in.
    """
    over, running = asyncio.Event(), []

    async def live(size: tuple[int, int], settings: dict[str, object], ready: asyncio.Future[Pilot]) -> None:
        app = TuimailApp(world, downloads="/home/hanako/Downloads", zone=lambda: "Asia/Tokyo", **settings)
        async with app.run_test(size=size) as pilot:
            ready.set_result(pilot)
            await over.wait()

    async def start(size: tuple[int, int] = (80, 24), **settings: object) -> Pilot:
        ready = asyncio.get_running_loop().create_future()
        running.append(asyncio.create_task(live(size, settings, ready)))
        await asyncio.wait([ready, *running], return_when=asyncio.FIRST_COMPLETED)
        pilot = ready.result()
        active_app.set(pilot.app)
        await settle(pilot)
        return pilot

    yield start
    over.set()
    await asyncio.gather(*running)


async def rest(pilot: Pilot) -> None:
    """Until a message has found its way from a widget to its screen and to the application."""
    for _ in range(3):
        await pilot.pause(0)


async def settle(pilot: Pilot) -> None:
    """Until keys, workers and paints are through: looked at twice, since a page that opens begins anew."""
    quiet = 0
    for _ in range(8):
        await rest(pilot)
        unasked = ("engine", "question") if pilot.app.screen.is_modal else ("engine",)
        waiting = [w for w in pilot.app.workers if w.group not in unasked and not w.is_finished]
        quiet = 0 if waiting else quiet + 1
        if quiet == 2:
            break
        if not waiting:
            continue
        await asyncio.wait([asyncio.ensure_future(w.wait()) for w in waiting], timeout=2)


@pytest.fixture
def press() -> Callable[..., Awaitable[None]]:
    """Presses keys, and pastes what begins with a quote; waits for what comes of them."""

    async def keys(pilot: Pilot, *names: str) -> None:
        for name in names:
            text = name.startswith("'")
            event = Paste(name[1:]) if text else Key(name, name if len(name) == 1 else None)
            pilot.app.post_message(event)
            await rest(pilot)
        await settle(pilot)

    return keys


@pytest.fixture
def burst() -> Callable[..., Awaitable[None]]:
    """Keys that a terminal sends all at once."""

    async def keys(pilot: Pilot, *names: str) -> None:
        for name in names:
            pilot.app.post_message(Key(name, name if len(name) == 1 else None))
        await settle(pilot)

    return keys


@pytest.fixture
def seen() -> Callable[[Pilot], str]:
    """The screen as text."""

    def text(pilot: Pilot) -> str:
        screen = pilot.app.screen
        lines = screen._compositor.render_strips(screen.size)
        return "\n".join(strip.text.rstrip() for strip in lines)

    return text
