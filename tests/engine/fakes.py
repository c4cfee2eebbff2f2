"""Ports in a few lines each: a clock that stands still, and servers that do as they are told."""

import asyncio
from collections import Counter, defaultdict
from itertools import count

from builders import NOW

from tuimail.mail.errors import AttachmentError, MailboxError, MessageGone, OutboxError
from tuimail.mail.folder.folder import Folder, Listing, Role
from tuimail.mail.hold.keeping import Offer, Whereabouts
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.outcome import Accepted, Denied, Kept, Refused, Unreachable, Vanished, Withdrawn
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Ref
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
    recipients it refuses before the body of the next one.
    """

    def __init__(self) -> None:
        self.wires: list[bytes] = []
        self.attempts: list[tuple[str, ...]] = []
        self.outcomes: list[object] = []
        self.refused = ()
        self.gates: dict[str, Gate] = {}

    def gate(self, step: str) -> Gate:
        self.gates[step] = Gate()
        return self.gates[step]

    async def submit(self, submission, body_next):
        self.attempts.append(submission.recipients)
        outcome = self.outcomes.pop(0) if self.outcomes else Accepted("250 ok")
        await self._pass("connect")
        if isinstance(outcome, Unreachable | Denied):
            return outcome
        refused, self.refused = self.refused, ()
        if not await body_next("example.jp: recipients accepted", refused):
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

    async def find(self, token):
        self._ask("find")
        return self.tokens.get(token, "")

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
    """Folders of uid -> (wire, flags), oldest first. `failures` counts the calls by name still to fail."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.boxes: defaultdict[str, dict[str, tuple[bytes, frozenset[str]]]] = defaultdict(dict)
        self.failures: Counter[str] = Counter()
        self.asked: list[tuple[str, object]] = []
        self.changed = asyncio.Queue()
        self.sent_folder = "Gesendet"
        self._numbers = count(1)

    def _call(self, name: str, argument: object = None) -> None:
        self.asked.append((name, argument))
        if self.failures[name] > 0:
            self.failures[name] -= 1
            raise MailboxError(f"{name} failed")

    async def folders(self):
        self._call("folders")
        inbox = Folder(self.account, "INBOX", Safe("Inbox"), Role.INBOX)
        name = self.sent_folder
        return (inbox, Folder(self.account, name, Safe(name), Role.SENT)) if name else (inbox,)

    async def listing(self, folder):
        self._call("listing", folder)
        return Listing({uid: flags for uid, (_, flags) in self.boxes[folder].items()})

    async def envelopes(self, folder, uids):
        self._call("envelopes", tuple(uids))
        return tuple(self._envelope(folder, uid) for uid in uids if uid in self.boxes[folder])

    async def body(self, folder, uid):
        self._call("body", uid)
        if uid not in self.boxes[folder]:
            raise MessageGone("The message is no longer there.")
        return self.boxes[folder][uid][0]

    async def append(self, folder, wire, flags):
        self._call("append", folder)
        uid = f"u{next(self._numbers):05}"
        self.boxes[folder][uid] = wire, flags
        self._call("after append")
        return uid

    async def find(self, folder, header, value):
        self._call("find", value)
        if folder not in ("INBOX", self.sent_folder):
            raise MailboxError(f"there is no folder {folder}")
        line = f"\r\n{header}: {value}\r\n".encode()
        return tuple(uid for uid, (wire, _) in self.boxes[folder].items() if line in b"\r\n" + wire)

    async def flag(self, folder, uids, add, drop):
        self._call("flag", tuple(uids))
        for uid in uids:
            wire, flags = self.boxes[folder][uid]
            self.boxes[folder][uid] = wire, (flags | add) - drop

    async def remove(self, folder, uid):
        del self.boxes[folder][uid]

    async def watch(self, folder):
        while True:
            yield await self.changed.get()

    async def check(self):
        return "fine"

    async def close(self):
        pass

    def _envelope(self, folder: str, uid: str) -> Envelope:
        wire, flags = self.boxes[folder][uid]
        return Envelope(
            ref=Ref(self.account, folder, uid),
            sender=Address("aiko@example.jp", "Aiko"),
            to=(),
            cc=(),
            subject=Safe(uid),
            received=float(uid[1:]),
            size=len(wire),
            flags=flags,
        )


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
