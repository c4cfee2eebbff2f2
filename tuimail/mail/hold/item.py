"""An outbox item and its moves.

    queue ─▶ WAITING ──claim──▶ SENDING ──accepted──▶ SENT      (filing in Sent is a job of its own)
               ▲  │ ▲              │ ├──5xx────────▶ FAILED
       release │  │ └── 4xx, ──────┘ └──vanished───▶ UNSURE ──▶ SENT · WAITING · FAILED
               │  │   unreachable
            PAUSED│                     undo: WAITING, PAUSED, FAILED, and SENDING before the body ─▶ UNDONE
                  └── undo ─▶ UNDONE

Undo window, rule delay, schedule and retry are one thing: *waiting until due*, with a reason. A move is a
pure function from an item to the next one and the line its trail gets; the store makes it true by
comparing versions, so that of two movers exactly one wins.
"""

from enum import StrEnum

from msgspec import Struct

from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.outcome import Phase
from tuimail.mail.letter.draft import Kind
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe
from tuimail.mail.when.schedule import Schedule

CLOCK_SETTLES = 45.0
"""Seconds after a boot before a wall clock is believed: till then the network may still set it."""


class State(StrEnum):
    """The states of SPEC's outbox; what a person reads is in `ui.format` and `cli.outbox`."""

    WAITING = "waiting"
    PAUSED = "paused"
    SENDING = "sending"
    UNSURE = "unsure"
    SENT = "sent"
    FAILED = "failed"
    UNDONE = "undone"


class Filing(StrEnum):
    """What follows a sending, the copy in Sent above all: not due yet, due, done."""

    NONE = "none"
    DUE = "due"
    DONE = "done"


class Wait(StrEnum):
    """What ends when an item is due: a countdown by the boot clock, an instant of the calendar, a pause
    before the next try.
    """

    WINDOW = "window"
    SCHEDULE = "schedule"
    RETRY = "retry"


class Standing(StrEnum):
    """One recipient's part of an item."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Recipient(Struct, frozen=True):
    """One envelope recipient and the server's last answer about it."""

    spec: str
    standing: Standing = Standing.PENDING
    answer: Safe = Safe("")


class Entry(Struct, frozen=True):
    """One line of an item's trail: when (UTC seconds), from, to, why, the server's answer word for word."""

    at: float
    before: str
    after: str
    why: str
    answer: Safe = Safe("")


class Item(Struct, frozen=True):
    """One message in the outbox, without its bytes.

    `version` counts its moves. `due` is when its wait ends or, while it is unsure, when it is looked for;
    `hold` is the length of the wait in seconds (for the bar), `why` says in words why it is where it is, and
    `reasons` all that it was queued with. `queued` and `first_try` are UTC seconds.
    `doubted` says that an earlier attempt ended unsure and was answered by sending again.
    `answers` is the message this one replies to or forwards, which is flagged once this one was sent;
    `replaces` is its copy in a Drafts folder, which then goes. `batch` is the same for messages that one
    call of a program sent off. `looks` counts the searches for an unsure one, `crashes` the programs that
    ended while they were about to send it. `handle` names it on the server that keeps it for a schedule;
    `wanted_back` says that the server was asked to give it back. `remote` names it on the server that was to
    send it at once, and may have it as a draft; `hand_ins` counts how often it had, unsent. `receipts` says
    that receipts were asked for. `corrects` is the Message-ID of the mail that this one puts right.
    """

    id: str
    account: str
    state: State
    version: int
    subject: Safe
    sender: str
    recipients: tuple[Recipient, ...]
    message_id: str
    token: str
    size: int
    queued: float
    kind: Kind = Kind.NEW
    answers: Ref | None = None
    replaces: Ref | None = None
    due: Moment | None = None
    hold: float = 0.0
    why: str = ""
    phase: Phase | None = None
    tries: int = 0
    doubted: bool = False
    filing: Filing = Filing.NONE
    filing_tries: int = 0
    filing_due: float = 0.0
    owner: str = ""
    wait: Wait = Wait.WINDOW
    reasons: tuple[str, ...] = ()
    schedule: Schedule | None = None
    batch: str = ""
    first_try: float = 0.0
    looks: int = 0
    crashes: int = 0
    handle: str = ""
    wanted_back: bool = False
    remote: str = ""
    hand_ins: int = 0
    receipts: bool = False
    corrects: str = ""

    @property
    def pending(self) -> tuple[str, ...]:
        """The recipients a further attempt has to reach."""
        return tuple(r.spec for r in self.recipients if r.standing is Standing.PENDING)

    def left(self, now: Moment) -> float:
        """Seconds until it is due; never too few, whatever was done to the clocks.

        A countdown goes by the boot clock, and begins anew after a restart, since nothing knows for sure how
        long that took. An instant of the calendar has come when the wall clock says so, and within one boot
        only when the boot clock agrees. After a restart nothing is due before a wall clock is believed. 0
        for what has no due time.
        """
        if self.due is None:
            return 0.0
        wall, boot = self.due.wall - now.wall, self.due.boot - now.boot
        if self.due.boot_id != now.boot_id:
            boot = max(CLOCK_SETTLES - now.boot, 0.0)
            boot += self.hold if self.wait is Wait.WINDOW else 0.0
        return max(wall, boot) if self.wait is Wait.SCHEDULE else boot

    @property
    def held(self) -> bool:
        """Still on this computer, and meant to leave."""
        return self.state in (State.WAITING, State.PAUSED)

    @property
    def reached(self) -> bool:
        """Some recipient has it already: there is nothing left to take back whole."""
        return any(r.standing is Standing.ACCEPTED for r in self.recipients)

    @property
    def can_be_taken_back(self) -> bool:
        """No byte of the body has left, and nobody has it. One that a server keeps is asked back instead."""
        if self.reached or self.handle:
            return False
        if self.state is State.SENDING:
            return self.phase is not Phase.DATA
        return self.held or self.state is State.FAILED
