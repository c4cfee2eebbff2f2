"""Clocks that jump, sleep, start in 1970 and run too fast, against the rules of waiting.

    python tests/rigs/clocks.py --clocks 100000 --seed 1
    python tests/rigs/clocks.py --clocks 500 --break wall      (must find mail that leaves early)
    python tests/rigs/clocks.py --clocks 500 --break silent    (must find mail that is late, and nobody asked)

Each clock is one computer with one mail on it and up to five things that happen to it: the wall clock is set
by up to ten years, the lid is closed, the power fails, the client is closed, the network's time arrives. The
pure rules and the agenda are the real ones; the loop round them is the sender's. What it does is compared
with true time, which the rules never see.
"""

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1]))

from builders import a_draft, a_submission

from tuimail.mail.hold import agenda, clocks
from tuimail.mail.hold.agenda import Agenda
from tuimail.mail.hold.clocks import put_right
from tuimail.mail.hold.hold import hold
from tuimail.mail.hold.item import Item, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import claim, later, queue
from tuimail.mail.rule.decision import Decision
from tuimail.mail.when.instant import local, resolve
from tuimail.mail.when.schedule import Schedule

MINUTE, HOUR, DAY, YEAR = 60.0, 3_600.0, 86_400.0, 31_557_600.0
LATE_AFTER = DAY
LATEST = 60.0
A_LOOK = 1.0
"""What the agenda allows itself: a clock set by less than a second is not noticed at once."""

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
RATES = (1.0, 1.0, 1.0, 1 + 2e-5, 1 - 2e-5, 1 + 5e-4, 1 - 5e-4, 1.01, 0.99)
WINDOWS = (0.0, 5.0, 10.0, 30.0, 60.0, 600.0, 3_600.0)
UNDO_SECONDS = 10.0
TOO_MANY_LOOKS = 200_000


def spread(chance: random.Random, least: float, most: float) -> float:
    """Between the two, each power of ten as likely as the next."""
    return least * (most / least) ** chance.random()


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """Local times (naive) about which the clocks of the zone change, of four years."""
    days = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(4 * 366 * 24)]
    offsets = [local(day.timestamp(), zone).utcoffset() for day in days]
    pairs = zip(days, offsets, offsets[1:], strict=False)
    return tuple(local(day.timestamp(), zone).replace(tzinfo=None) for day, old, new in pairs if old != new)


@dataclass
class Machine:
    """True time, and what this computer makes of it. `rate` is how fast its clocks run, both alike."""

    true: float
    error: float
    rate: float
    counts_sleep: bool
    boot: float = 5_000.0
    boots: int = 1
    on: float = 0.0

    def now(self) -> Moment:
        return Moment(self.true + self.error, self.boot, f"boot {self.boots}")

    def run(self, seconds: float) -> None:
        """So many seconds of true time, switched on."""
        self.true += seconds
        self.boot += seconds * self.rate
        self.on += seconds * self.rate
        self.error += seconds * (self.rate - 1)

    def sleep(self, seconds: float) -> None:
        if self.counts_sleep:
            self.run(seconds)
        else:
            self.true += seconds

    def restart(self, off: float, error: float) -> None:
        self.true += off
        self.error, self.boot, self.boots = error, 0.0, self.boots + 1


@dataclass
class Mail:
    """The item, and what was promised: `window` seconds from `since` on while switched on, the instant `at`.

    `certain` and `known_late` say that the wall clock was right when nothing else was left to go by.
    """

    item: Item
    since: float
    window: float
    at: float | None
    typed: datetime | None
    zone: str
    overdue: float = 0.0
    due_true: float = 0.0
    certain: bool = True
    known_late: bool = True
    trail: list[str] = field(default_factory=list)


class World:
    """One clock, from queueing to the wire or to a question."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.machine = Machine(
            true=1.78e9 + chance.uniform(0, 2 * YEAR),
            error=0.0 if chance.random() < 0.8 else self.wrong(),
            rate=chance.choice(RATES),
            counts_sleep=chance.random() < 0.8,
        )
        self.agenda = Agenda()
        self.mail = self.queued()
        self.end = ""
        self.looks = 0

    def wrong(self) -> float:
        """By how much a clock is set, or wrong."""
        return self.chance.choice((-1, 1)) * spread(self.chance, 1.0, 10 * YEAR)

    def queued(self) -> Mail:
        now, kind = self.machine.now(), self.chance.choice(("window", "schedule", "schedule", "retry"))
        window = self.chance.choice(WINDOWS) if kind == "window" else UNDO_SECONDS
        schedule, typed, zone = self.schedule(now) if kind == "schedule" else (None, None, "")
        held = hold(Decision(window), schedule, now)
        item, _ = queue("i", replace(a_draft(), account="work"), a_submission(), held, now)
        if kind == "retry":
            pause = spread(self.chance, 15, 14_400)
            item = replace(item, wait=Wait.RETRY, hold=pause, due=now.later(pause))
            window = 0.0
        assert item.due is not None
        at = item.due.wall if item.wait is Wait.SCHEDULE else None
        due_true = self.machine.true + item.left(now) / self.machine.rate
        mail = Mail(item, self.machine.on, window, at, typed if at else None, zone, due_true=due_true)
        mail.certain = abs(self.machine.error) < 1e-6
        return mail

    def schedule(self, now: Moment) -> tuple[Schedule, datetime, str]:
        """A local time of some zone: any, or one at which its clocks change."""
        zone = self.chance.choice(ZONES)
        ahead = now.wall + spread(self.chance, MINUTE, 400 * DAY)
        typed = local(ahead, zone).replace(tzinfo=None)
        if changes(zone) and self.chance.random() < 0.4:
            typed = self.chance.choice(changes(zone)) + timedelta(minutes=self.chance.randrange(-120, 180))
        return Schedule(resolve(typed, zone, now.wall).at, zone, f"{typed}"), typed, zone

    def live(self) -> None:
        """The client runs; things happen; in the end the network's time arrives and nothing more happens."""
        self.begin()
        for _ in range(self.chance.randrange(6)):
            self.stay(self.until_next())
            if self.end:
                return
            happening = self.chance.choice(
                (
                    self.set_clock,
                    self.set_clock,
                    self.close_lid,
                    self.restart,
                    self.right,
                    self.close,
                    self.longer,
                )
            )
            self.mail.trail.append(f"{happening.__name__} at {self.machine.now()}")
            happening()
        self.stay(HOUR)
        if not self.end:
            self.right()
            self.stay(20 * YEAR)

    def until_next(self) -> float:
        """Often just about when it is due."""
        left = max(self.mail.item.left(self.machine.now()), 0.0)
        if self.chance.random() < 0.5:
            return max(left + self.chance.uniform(-30, 5), 0.0)
        return spread(self.chance, 1, max(2 * left, 30))

    def set_clock(self) -> None:
        self.machine.error += self.wrong()

    def right(self) -> None:
        self.machine.error = 0.0

    def close_lid(self) -> None:
        self.machine.sleep(spread(self.chance, 10, 60 * DAY))

    def close(self) -> None:
        """The client is closed, and the computer stays on."""
        self.machine.run(spread(self.chance, 1, 60 * DAY))
        self.begin()

    def longer(self) -> None:
        """The person presses a key: so much longer than the countdown says."""
        if self.mail.item.wait is not Wait.WINDOW:
            return
        now, more = self.machine.now(), self.chance.uniform(1, 600)
        left = max(self.mail.item.left(now), 0.0)
        made = later(self.mail.item, now, more)
        if made is None or made.new.wait is not Wait.WINDOW:
            return
        self.mail.since, self.mail.window = self.machine.on, left + more
        self.become(made.new)

    def restart(self) -> None:
        """The power was away; the clock is right, or wrong, or as it left the factory; later it is set."""
        off = spread(self.chance, 20, 60 * DAY)
        true = self.machine.true + off
        error = self.chance.choice((0.0, 0.0, self.wrong(), -true))
        self.machine.restart(off, error)
        self.machine.run(spread(self.chance, 3, 300))
        self.mail.overdue = 0.0
        self.begin()
        self.stay(spread(self.chance, 1, 600))
        if not self.end and self.chance.random() < 0.7:
            self.right()

    def begin(self) -> None:
        """The client starts, as `engine.sender` does."""
        if self.end:
            return
        now = self.machine.now()
        self.wonder(now)
        if (made := put_right(self.mail.item, now, LATE_AFTER)) is not None:
            self.become(made.new)
        self.agenda = Agenda()
        self.agenda.put_all([self.mail.item], now)

    def wonder(self, now: Moment) -> None:
        """Note what nobody can know: after a restart there is only the wall clock, right or wrong."""
        if self.mail.item.due is not None and self.mail.item.due.boot_id != now.boot_id:
            self.mail.certain &= self.machine.error <= 1e-6
            self.mail.known_late &= self.machine.error >= -1e-6

    def stay(self, seconds: float) -> None:
        """Awake and running for so long."""
        until = self.machine.true + seconds
        while not self.end and self.machine.true < until:
            self.look()
            if self.end:
                return
            self.looks += 1
            if self.looks > TOO_MANY_LOOKS:
                self.end = "restless"
            pause = max(self.agenda.soonest(self.machine.now()) / self.machine.rate, 0.001)
            self.pass_time(min(pause, until - self.machine.true))

    def pass_time(self, seconds: float) -> None:
        before = self.overdue_by()
        self.machine.run(seconds)
        after = self.overdue_by()
        if after > 0:
            self.mail.overdue += min(after, after - max(before, 0.0))

    def overdue_by(self) -> float:
        """Seconds since its time came: by the wall clock that the person sees, by the boot clock else."""
        now, due = self.machine.now(), self.mail.item.due
        if self.mail.at is not None:
            return now.wall - self.mail.at
        if due is None or due.boot_id != now.boot_id:
            return 0.0
        return now.boot - due.boot

    def look(self) -> None:
        """One round of the sender."""
        now = self.machine.now()
        if self.agenda.is_stale(now):
            self.agenda.put_all([self.mail.item], now)
        while not self.end and (item := self.agenda.next("work", now)):
            self.wonder(now)
            made = put_right(item, now, LATE_AFTER) or claim(item, now, "me")
            if made is None:
                self.end = "restless"
                return
            self.become(made.new)

    def become(self, item: Item) -> None:
        self.mail.trail.append(f"{item.state}: {item.why} at {self.machine.now()}")
        self.mail.item = item
        if item.state is State.WAITING:
            left = item.left(self.machine.now()) / self.machine.rate
            self.mail.due_true = self.machine.true + left if self.mail.at is None else self.mail.due_true
            self.agenda.put(item, self.machine.now())
        else:
            self.end = "asked" if item.state is State.PAUSED else "wire"


def judge(world: World) -> tuple[list[str], list[str]]:
    """What was broken, and what nobody can know."""
    machine, mail = world.machine, world.mail
    if world.end in ("", "restless"):
        return ["rests silently"], []
    broken = ["late while awake"] if mail.overdue > LATEST + A_LOOK else []
    if world.end == "asked":
        return broken, []
    drift = abs(machine.rate - 1) * (machine.on - mail.since)
    if machine.on - mail.since < mail.window - 1e-4:
        broken.append("undo window cut short")
    if mail.at is not None and is_early(mail, machine.now().wall):
        broken.append("early by the wall clock")
    doubtful = []
    if mail.at is not None and machine.true < mail.at - drift - 1e-3:
        doubtful.append(("early in true time", mail.certain))
    late = machine.true - (mail.due_true if mail.at is None else mail.at)
    if late > LATE_AFTER + drift + mail.item.hold + LATEST and machine.counts_sleep:
        doubtful.append(("not asked though long past", mail.known_late and mail.certain))
    broken += [fault for fault, sure in doubtful if sure]
    return broken, [fault for fault, sure in doubtful if not sure]


def is_early(mail: Mail, wall: float) -> bool:
    """By the clock on the wall, and by one that hangs in the zone of the schedule."""
    if wall < mail.at - 1e-4:
        return True
    if mail.typed is None:
        return False
    shown = local(wall + 1e-3, mail.zone)
    return shown.replace(tzinfo=None) < mail.typed and not shown.fold


def left_by_the_wall(item: Item, now: Moment) -> float:
    """What a client does that counts down by the time of day."""
    return item.due.wall - now.wall if item.due else 0.0


def break_promise(name: str) -> None:
    if name == "wall":
        Item.left = left_by_the_wall
        agenda.attention = left_by_the_wall
        clocks.clock_set = lambda item, now: None
    elif name == "silent":
        agenda.attention = lambda item, now: item.left(now)
        clocks._in_doubt = lambda item, now: False


def run(count: int, seed: int) -> tuple[Counter, Counter, Counter, str]:
    ends, broken, excused, example = Counter(), Counter(), Counter(), ""
    for number in range(count):
        world = World(random.Random(f"{seed} {number}"))
        world.live()
        faults, unknowable = judge(world)
        ends[world.end] += 1
        broken.update(faults)
        excused.update(unknowable)
        if faults and not example:
            example = (
                f"clock {number}: {faults}\n  {world.machine}\n  {world.mail.item.due} at {world.mail.at}\n  "
            )
            example += "\n  ".join(world.mail.trail)
    return ends, broken, excused, example


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clocks", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--break", dest="broken", default="", choices=["wall", "silent"])
    options = parser.parse_args()
    break_promise(options.broken)
    started = time.monotonic()
    ends, broken, excused, example = run(options.clocks, options.seed)
    faults = ("early by the wall clock", "early in true time", "undo window cut short", "late while awake")
    faults += ("not asked though long past", "rests silently")
    counts = " · ".join(f"{name} {broken[name]}" for name in faults)
    print(f"clocks {options.clocks} · sent {ends['wire']} · asked {ends['asked']} · {counts}")
    known = ", ".join(f"{name} {times}" for name, times in excused.items()) or "none"
    print(f"restarted with a wrong clock, which nobody can know: {known}")
    print(f"seed {options.seed} · {time.monotonic() - started:.0f} s")
    if example:
        print(example)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
