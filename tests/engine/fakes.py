"""Ports in a few lines each: a clock that stands still, and servers that do as they are told."""

import asyncio
from collections import Counter, defaultdict
from contextlib import nullcontext
from itertools import count

from builders import NOW

from tuimail.mail.errors import AttachmentError, MailboxError, MessageGone, OutboxError
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.sync import LAST, Look, Mark, Stretch, number
from tuimail.mail.hold.keeping import Offer, Whereabouts
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.outcome import Accepted, Denied, Kept, Refused, Unreachable, Vanished, Withdrawn
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.safe import Safe


class FakeClock:
    """Time passes only by `advance`."""

    def __init__(self, start: Moment = NOW) -> None:
        self._now = start
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> Moment:
        return self._now

    def rfc5322(self) -> str:
        return "Fri, 15 Jan 2027 08:00:00 +0000"

    async def sleep(self, seconds: float) -> None:
        waking = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now.boot + seconds, waking))
        await waking

    def advance(self, seconds: float) -> None:
        self._now = self._now.later(seconds)
        due = [waking for at, waking in self._sleepers if at <= self._now.boot]
        self._sleepers = [(at, waking) for at, waking in self._sleepers if at > self._now.boot]
        for waking in due:
            if not waking.done():
                waking.set_result(None)


class FakeIds:
    """Names that count. Several engines share one, as several processes never draw the same name."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def item(self) -> str:
        return f"n{next(self._numbers)}"

    def token(self) -> str:
        return f"token{next(self._numbers)}"

    def message_id(self, domain: str) -> str:
        return f"<{next(self._numbers)}@{domain}>"

    def jitter(self) -> float:
        return 0.0


class FakeFiles(dict[str, bytes]):
    """What can be attached, by path; what was saved, too."""

    async def read(self, path: str) -> bytes:
        if path not in self:
            raise AttachmentError(f"{path} can't be attached: there is no such file")
        return self[path]

    async def save(self, folder: str, name: str, data: bytes) -> str:
        self[f"{folder}/{name}"] = data
        return f"{folder}/{name}"


class Gate:
    """Holds up whoever passes, until told to `open`."""

    def __init__(self) -> None:
        self.reached, self._opened = asyncio.Event(), asyncio.Event()

    def open(self) -> None:
        self._opened.set()

    async def passing(self) -> None:
        self.reached.set()
        await self._opened.wait()


class FakeSubmitter:
    """Keeps in `wires` what a body left for. `outcomes` are given in turn, then everything is accepted.

    `gates` may hold it up at "connect", "body" (asked for, not begun) and "answer". `refused` are the
    recipients it refuses before the body of the next one. `remote` is the name it gives a message; it gets
    the one it gave before as one of `handles`.
    """

    def __init__(self) -> None:
        self.wires: list[bytes] = []
        self.attempts: list[tuple[str, ...]] = []
        self.outcomes: list[object] = []
        self.refused = ()
        self.remote = ""
        self.handles: list[str] = []
        self.gates: dict[str, Gate] = {}

    def gate(self, step: str) -> Gate:
        self.gates[step] = Gate()
        return self.gates[step]

    async def submit(self, submission, body_next):
        self.attempts.append(submission.recipients)
        self.handles.append(submission.handle)
        outcome = self.outcomes.pop(0) if self.outcomes else Accepted("250 ok")
        await self._pass("connect")
        if isinstance(outcome, Unreachable | Denied):
            return outcome
        refused, self.refused = self.refused, ()
        if not await body_next("example.jp: recipients accepted", refused, self.remote):
            return Withdrawn()
        await self._pass("body")
        self.wires.append(submission.wire)
        await self._pass("answer")
        return outcome

    async def _pass(self, step: str) -> None:
        if step in self.gates:
            await self.gates[step].passing()

    async def check(self) -> str:
        return "fine"

    async def close(self) -> None:
        pass


class FakeTracer:
    """Says of every message what `trace` is, or raises `trouble`; `forgotten` are the names it was told."""

    def __init__(self, trace) -> None:
        self.trace_is, self.trouble = trace, None
        self.forgotten: list[str] = []

    async def trace(self, item):
        if self.trouble:
            raise self.trouble
        return self.trace_is

    async def forget(self, item):
        self.forgotten.append(item.remote)


class FakeKeeper:
    """A server that keeps mail: `kept` is where each is by its handle, `wires` what it was given.

    `outcomes` are given in turn, then all is kept; one that Vanished may stand there all the same
    (`vanish_kept`). `trouble` is raised instead of an answer; `lost` raises it after the deed.
    """

    def __init__(self) -> None:
        self.kept: dict[str, Whereabouts] = {}
        self.wires: dict[str, bytes] = {}
        self.tokens: dict[str, str] = {}
        self.until: list[float] = []
        self.outcomes: list[object] = []
        self.asked: list[str] = []
        self.trouble: MailboxError | None = None
        self.lost: MailboxError | None = None
        self.gives_back = True
        self.vanish_kept = False
        self.gates: dict[str, Gate] = {}

    async def offer(self):
        return Offer(1e6, cancellable=True)

    async def hand_over(self, submission, until, body_next):
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if isinstance(outcome, Unreachable | Denied | Refused):
            return outcome
        if not await body_next("there"):
            return Withdrawn()
        if isinstance(outcome, Vanished) and not self.vanish_kept:
            return outcome
        handle = f"s{len(self.kept) + 1}"
        self.kept[handle] = Whereabouts.KEPT
        self.wires[handle], self.tokens[submission.token] = submission.wire, handle
        self.until.append(until)
        return outcome or Kept(handle, "250 kept")

    async def find(self, item):
        self._ask("find")
        return self.tokens.get(item.token, "")

    async def unsend(self, handle):
        self._ask("unsend")
        if "unsend" in self.gates:
            await self.gates["unsend"].passing()
        if self.kept[handle] is Whereabouts.KEPT and self.gives_back:
            self.kept[handle] = Whereabouts.CANCELED
        if self.lost:
            raise self.lost
        return self.kept[handle]

    async def whereabouts(self, handle):
        self._ask("whereabouts")
        return self.kept[handle]

    def _ask(self, question: str) -> None:
        self.asked.append(question)
        if self.trouble:
            raise self.trouble

    async def close(self) -> None:
        pass


class FakeSource:
    """Folders of uid -> (wire, flags), oldest first. `failures` counts the calls by name still to fail.

    With `remembers` it tells what changed since a mark, as a server with CONDSTORE; `validity` is the
    UIDVALIDITY it claims. `span` is how many messages a stretch has; their uids then have to be numbers,
    or numbers after a dot.
    """

    def __init__(self, account: str) -> None:
        self.account = account
        self.boxes: defaultdict[str, dict[str, tuple[bytes, frozenset[str]]]] = defaultdict(dict)
        self.failures: Counter[str] = Counter()
        self.asked: list[tuple[str, object]] = []
        self.changed = asyncio.Queue()
        self.sent_folder = "Gesendet"
        self.drafts_folder = ""
        self.gates: dict[str, Gate] = {}
        self.remembers, self.validity, self.span = False, 1, 0
        self._looks: list[dict[str, frozenset[str]]] = [{}]
        self._numbers = count(1)

    async def _call(self, name: str, argument: object = None) -> None:
        self.asked.append((name, argument))
        if name in self.gates:
            await self.gates[name].passing()
        if self.failures[name] > 0:
            self.failures[name] -= 1
            raise MailboxError(f"{name} failed")

    async def folders(self):
        await self._call("folders")
        inbox = self._folder("INBOX", Role.INBOX)
        name = self.sent_folder
        others = {name: Role.SENT} if name else {}
        others |= {self.drafts_folder: Role.DRAFTS} if self.drafts_folder else {}
        others |= {made: Role.NONE for made in self.boxes if made not in ("INBOX", *others)}
        return inbox, *(self._folder(folder, role) for folder, role in others.items())

    async def create(self, folder):
        await self._call("create", folder)
        self.boxes[folder] = self.boxes[folder]

    async def look(self, folder, since):
        await self._call("look", folder)
        now = self._flags(folder)
        self._looks.append(now)
        last = max(map(number, now), default=0)
        mark = Mark(self.validity, last + 1 if self.span else 0, len(self._looks) - 1, len(now))
        if since is None or since.validity != self.validity or not self.remembers:
            return Look(mark, whole=True)
        before = self._looks[since.modseq]
        other = {uid: flags for uid, flags in now.items() if before.get(uid) != flags}
        return Look(mark, False, other, tuple(uid for uid in before if uid not in now))

    async def stretches(self, folder):
        uids = list(self.boxes[folder])
        span = self.span or len(uids) or 1
        last = LAST
        while uids or last == LAST:
            uids, part = uids[:-span], uids[-span:]
            await self._call("stretch", folder)
            first = number(part[0]) if uids else 0
            there = {uid: self.boxes[folder][uid][1] for uid in part if uid in self.boxes[folder]}
            yield Stretch(first, last, there)
            last = first - 1

    async def newest(self, folder, count):
        await self._call("newest", folder)
        return tuple(self._envelope(folder, uid) for uid in reversed(list(self.boxes[folder])[-count:]))

    async def envelopes(self, folder, uids):
        await self._call("envelopes", tuple(uids))
        return tuple(self._envelope(folder, uid) for uid in uids if uid in self.boxes[folder])

    async def body(self, folder, uid):
        await self._call("body", uid)
        if uid not in self.boxes[folder]:
            raise MessageGone("The message is no longer there.")
        return self.boxes[folder][uid][0]

    async def bodies(self, folder, uids):
        await self._call("bodies", tuple(uids))
        return tuple((uid, self.boxes[folder][uid][0]) for uid in uids if uid in self.boxes[folder])

    async def message_ids(self, folder, uids):
        await self._call("message_ids", tuple(uids))
        there = [uid for uid in uids if uid in self.boxes[folder]]
        return {uid: _message_id(self.boxes[folder][uid][0]) for uid in there}

    async def append(self, folder, wire, flags):
        await self._call("append", folder)
        uid = f"u{next(self._numbers):05}"
        self.boxes[folder][uid] = wire, flags
        await self._call("after append")
        return uid

    async def find(self, folder, header, value):
        await self._call("find", value)
        if folder not in ("INBOX", self.sent_folder, self.drafts_folder):
            raise MailboxError(f"there is no folder {folder}")
        line = f"\r\n{header}: {value}\r\n".encode()
        return tuple(uid for uid, (wire, _) in self.boxes[folder].items() if line in b"\r\n" + wire)

    async def search(self, folder, query):
        await self._call("search", query.text)
        words = [term.value.encode() for term in query.terms]
        box = self.boxes[folder]
        return tuple(uid for uid in reversed(box) if all(word in box[uid][0] for word in words))

    async def flag(self, folder, uids, add, drop):
        await self._call("flag", tuple(uids))
        for uid in uids:
            if uid in self.boxes[folder]:
                wire, flags = self.boxes[folder][uid]
                self.boxes[folder][uid] = wire, (flags | add) - drop

    async def label(self, folder, uids, add, drop):
        raise MailboxError("there are no labels here")

    async def move(self, folder, uids, to):
        await self._call("move", tuple(uids))
        moved = {}
        for uid in uids:
            if uid in self.boxes[folder]:
                moved[uid] = f"u{next(self._numbers):05}"
                self.boxes[to][moved[uid]] = self.boxes[folder].pop(uid)
        await self._call("after move")
        return moved

    async def erase(self, folder, uids):
        await self._call("erase", tuple(uids))
        for uid in uids:
            self.boxes[folder].pop(uid, None)

    async def watch(self, folder):
        while True:
            yield await self.changed.get()

    async def check(self):
        return "fine"

    async def close(self):
        pass

    def _folder(self, name: str, role: Role) -> Folder:
        flags = self._flags(name).values()
        unread = sum(Flag.SEEN not in each for each in flags)
        return Folder(self.account, name, Safe(name), role, len(flags), unread)

    def _flags(self, folder: str) -> dict[str, frozenset[str]]:
        return {uid: flags for uid, (_, flags) in self.boxes[folder].items()}

    def _envelope(self, folder: str, uid: str) -> Envelope:
        wire, flags = self.boxes[folder][uid]
        return Envelope(
            ref=Ref(self.account, folder, uid),
            sender=Address("aiko@example.jp", "Aiko"),
            to=(),
            cc=(),
            subject=Safe(uid),
            received=float(number(f".{uid.lstrip('u')}")),
            size=len(wire),
            flags=flags,
            message_id=_message_id(wire),
        )


def _message_id(wire: bytes) -> str:
    lines = [line for line in wire.split(b"\r\n") if line.startswith(b"Message-ID: ")]
    return lines[0].removeprefix(b"Message-ID: ").decode() if lines else ""


class BrokenDisk:
    """An outbox store in front of another; calls named in `failures` raise OutboxError so many times."""

    def __init__(self, store) -> None:
        self._store = store
        self.failures: Counter[str] = Counter()

    def __getattr__(self, name):
        async def call(*arguments):
            if self.failures[name] > 0:
                self.failures[name] -= 1
                raise OutboxError("outbox.db: the disk is full; free some space and try again.")
            return await getattr(self._store, name)(*arguments)

        return call


class NothingPending:
    """What a synchronisation minds where nobody does anything."""

    def __init__(self):
        self.lock = asyncio.Lock()

    def of(self, account, folder):
        return {}

    def untold(self, account, folder):
        return frozenset()

    def on(self, account, folder, envelopes):
        return self.of(account, folder)

    async def recognise(self, envelopes, cache):
        pass

    def renumbered(self, before, now):
        pass

    def arrived(self, account, folder):
        return frozenset()

    def doubted(self, account, folder):
        return False

    def looking(self, account, folder):
        return nullcontext()
