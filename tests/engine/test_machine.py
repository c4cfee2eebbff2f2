"""Two processes on one outbox, in any order and from any earlier look at it, against the promises.

`TUIMAIL_LONG=1` takes a million steps more, by `long_machine.py`.
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from builders import NOW, a_draft, a_submission
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Work
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule
from inline import on_this_thread
from msgspec.structs import replace

from tuimail.mail.errors import OutboxError
from tuimail.mail.hold import filing, kept, look
from tuimail.mail.hold.clocks import put_right
from tuimail.mail.hold.hold import hold
from tuimail.mail.hold.item import Filing, State
from tuimail.mail.hold.keeping import Whereabouts
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import (
    begin_body,
    claim,
    later,
    pause,
    queue,
    recover,
    release,
    reschedule,
    resolve,
    undo,
    unpause,
)
from tuimail.mail.hold.outcome import (
    Accepted,
    Denied,
    Kept,
    Phase,
    Refusal,
    Refused,
    Unreachable,
    Vanished,
)
from tuimail.mail.hold.settle import settle
from tuimail.mail.hold.stop import Stop
from tuimail.mail.rule.decision import Decision
from tuimail.mail.when.schedule import Schedule

BODIES = st.sampled_from([None, "", "x", "拝啓"])
PROCESSES = st.sampled_from([0, 1])
BOSS = "boss@example.jp"
OUTCOMES = st.sampled_from(
    [
        Accepted("250 ok"),
        Vanished("broken"),
        Accepted("250 ok", (Refusal(BOSS, 450, "busy"),)),
        Accepted("250 ok", (Refusal(BOSS, 550, "no"),)),
        Refused(451, "later"),
        Refused(550, "no"),
    ]
)
EARLY = st.sampled_from([Unreachable("no route"), Denied(535, "no"), Refused(550, "nobody")])
BY_SERVER = st.sampled_from(
    [Kept("handle", "250 held"), Refused(550, "no"), Unreachable("no"), Denied(535, "no")]
)
STEPS = st.sampled_from(["settled", "body left", "settled", "body begun", "settled", "claimed"])
HOUR, DAY, YEAR = 3_600.0, 86_400.0, 31_557_600.0
AUDITOR = "audit@example.jp"

W, P, S, U, F = State.WAITING, State.PAUSED, State.SENDING, State.UNSURE, State.FAILED
SENT, UNDONE = State.SENT, State.UNDONE
TABLE: dict[str, set[State]] = {
    "": {W, P},
    W: {W, P, S, SENT, UNDONE},
    P: {W, UNDONE},
    S: {S, W, P, U, SENT, F, UNDONE},
    U: {U, SENT, W},
    F: {W, UNDONE},
    SENT: {SENT},
    UNDONE: set(),
}
"""The states that may follow each; waiting to sent and to itself are those of a server that keeps it."""

LONG_MACHINE = Path(__file__).with_name("long_machine.py")
STEPS_A_RUN = 50
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class TwoProcesses(RuleBasedStateMachine):
    """Every move starts from a look at the outbox: a fresh one, or one of the `looks` of some time ago."""

    drafts = Bundle("drafts")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        path = Path(self.folder.name) / "outbox.db"
        self.stores = [on_this_thread(path), on_this_thread(path)]
        self.now = NOW
        self.numbers = 0
        self.texts: dict[str, object] = {}
        self.dropped: set[str] = set()
        self.origin: dict[str, str] = {}
        self.looks: list[object] = []
        self.taken: list[str] = []
        self.undone: set[str] = set()
        self.said_unsent: set[str] = set()
        self.deleted: set[str] = set()
        self.people: dict[str, set[str]] = {}
        self.stopped: set[str] = set()
        self.handed_over: set[str] = set()
        self.checked: dict[str, int] = {}
        self.claims: Counter[tuple[str, int]] = Counter()
        self.allowed: Counter[str] = Counter()

    def teardown(self) -> None:
        for store in self.stores:
            self.run(store.close())
        self.folder.cleanup()

    def run(self, work):
        """To its end at once: nothing here ever waits."""
        try:
            work.send(None)
        except StopIteration as done:
            return done.value
        raise AssertionError("a call of the store waited for something")

    def take(self, process, move):
        """Try a move; whether it came true."""
        return move is not None and self.run(self.stores[process].move(move))

    def look(self, data, *states, only=lambda item: True):
        """Mostly a fresh look, at an item in one of these states when there is one."""
        fresh = self.run(self.stores[0].items())
        self.looks += fresh
        wanted = [item for item in fresh if item.state in states and only(item)] or fresh
        stale = data.draw(st.sampled_from([False, False, False, True])) or not wanted
        return data.draw(st.sampled_from(self.looks[-20:] if stale else wanted))

    @rule(target=drafts, process=PROCESSES, body=BODIES, sent_off=st.booleans())
    def write(self, process, body, sent_off):
        return self.written(process, body, sent_off)

    def written(self, process, body, sent_off):
        self.numbers += 1
        draft = a_draft(f"d{self.numbers}", body=body or "")
        self.run(self.stores[process].save_draft(draft, self.now))
        self.texts[draft.id] = draft
        if sent_off:
            self.send(draft.id, process, Decision(0))
        return draft.id

    @rule(draft=drafts, process=PROCESSES, body=BODIES)
    def autosave_or_drop(self, draft, process, body):
        """Of a draft that is in the outbox, or was sent, either comes too late and changes nothing."""
        if body is None:
            self.dropped |= {draft} & self.among_drafts()
            self.run(self.stores[process].drop_draft(draft))
        elif draft not in self.dropped and not self.in_deleted(draft):
            written = replace(self.texts[draft], body=body)
            if draft in self.among_drafts():
                self.texts[draft] = written
            self.run(self.stores[process].save_draft(written, self.now))

    @rule(draft=drafts, process=PROCESSES, seconds=st.sampled_from([0, 10]), data=st.data())
    def send_off(self, draft, process, seconds, data):
        ahead = data.draw(st.sampled_from([None, None, 60.0, 2 * HOUR, 40 * DAY]))
        schedule = ahead and Schedule(self.now.wall + ahead, "Asia/Tokyo", "then", data.draw(st.booleans()))
        rules = {"pauses": ("a rule",)} if data.draw(st.sampled_from([False, False, True])) else {}
        rules |= {"bcc": (AUDITOR,)} if data.draw(st.booleans()) else {}
        self.send(draft, process, Decision(seconds, **rules), schedule or None)

    def send(self, draft, process, decision, schedule=None):
        visible = draft in self.among_drafts()
        self.numbers += 1
        name = f"i{self.numbers}"
        if draft in self.dropped or self.in_deleted(draft):
            return
        text = replace(self.texts[draft], schedule=schedule)
        submission = a_submission(name, name.encode())
        submission = replace(submission, recipients=(*submission.recipients, *decision.bcc))
        item, entry = queue(name, text, submission, hold(decision, schedule, self.now), self.now)
        try:
            self.run(self.stores[process].add(item, submission, text, entry))
        except OutboxError:
            assert not visible
        else:
            assert visible
            self.origin[name] = draft
            self.people[name] = set(submission.recipients)
            self.looks.append(item)

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES)
    def take_back(self, data, process):
        move = undo(self.look(data, State.WAITING, State.PAUSED, State.FAILED), self.now)
        if move is None:
            return
        self.put_back(process, move)

    def put_back(self, process, move):
        """Whether its draft is back, as it was but for the time that was chosen last."""
        draft = self.run(self.stores[process].take_back(move))
        if draft is None:
            return False
        assert draft == replace(self.texts[draft.id], schedule=move.old.schedule)
        assert draft.id == self.origin[move.old.id]
        self.texts[draft.id] = draft
        self.undone.add(move.old.id)
        return True

    def claim(self, data, process, by_server=False):
        """As the sender does: what stands in the way is put right first. Mostly it is due by then."""
        if not any(item.state is State.WAITING for item in self.run(self.stores[0].items())):
            self.written(process, "", True)
        wanted = kept.is_for_server if by_server else lambda item: not kept.is_for_server(item)
        item = self.look(data, State.WAITING, only=wanted)
        if data.draw(st.sampled_from([True, True, False])):
            self.now = self.now.later(max(item.left(self.now), 0.0))
        right = put_right(item, self.now, DAY)
        if right is not None:
            if not self.take(process, right):
                return None
            item = right.new
        claimed = claim(item, self.now, str(process))
        wanted = kept.is_for_server(item) and not kept.too_soon(item, self.now)
        if wanted is not by_server or item.account in self.stopped or not self.take(process, claimed):
            return None
        self.claims[item.id, item.version] += 1
        self.looks.append(claimed.new)
        return claimed.new

    @rule(data=st.data(), process=PROCESSES, outcome=EARLY)
    def attempt_without_a_body(self, data, process, outcome):
        item = self.claim(data, process)
        if item is not None:
            assert self.take(process, settle(item, outcome, self.now, 0))

    @rule(data=st.data(), process=PROCESSES)
    def attempt_that_is_interrupted_before_the_body(self, data, process):
        """By undo in the other process, or by one that takes over."""
        item = self.claim(data, process)
        if item is None:
            return
        if data.draw(st.booleans()) and not item.reached:
            assert self.put_back(1 - process, undo(item, self.now))
        else:
            assert self.take(1 - process, recover(item, self.now))
        assert not self.take(process, begin_body(item, self.now, ""))

    @rule(data=st.data(), process=PROCESSES, outcome=OUTCOMES, dies_at=STEPS)
    def attempt(self, data, process, outcome, dies_at):
        item = self.claim(data, process)
        if item is None or dies_at == "claimed":
            return
        body = begin_body(item, self.now, "")
        assert self.take(process, body)
        self.looks.append(body.new)
        if dies_at == "body begun":
            return
        if dies_at == "body left" or not isinstance(outcome, Refused):
            self.taken.append(item.id)
        if dies_at == "settled":
            settled = settle(body.new, outcome, self.now, 0)
            assert self.take(process, settled)
            self.allowed[item.id] += isinstance(outcome, Accepted) and settled.new.state is State.WAITING

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES, outcome=BY_SERVER)
    def hand_over(self, data, process, outcome):
        """To a server that keeps it until its time, or does not want to."""
        ahead = Schedule(self.now.wall + DAY, "Asia/Tokyo", "by the server", True)
        self.take(process, reschedule(self.look(data, State.WAITING), self.now, ahead))
        item = self.claim(data, process, by_server=True)
        if item is None:
            return
        if isinstance(outcome, Kept):
            body = begin_body(item, self.now, "")
            assert self.take(process, body)
            item = body.new
        assert self.take(process, kept.settled(item, outcome, self.now, 0))

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES, where=st.sampled_from(Whereabouts))
    def ask_the_server(self, data, process, where):
        """Ask for it back, or just where it is; what it says is true from then on."""
        item = self.look(data, State.WAITING, only=lambda item: item.handle)
        if data.draw(st.booleans()):
            self.take(process, kept.ask_back(item, self.now))
        item = self.look(data, State.WAITING, only=lambda item: item.handle)
        if item.id in self.handed_over:
            where = Whereabouts.GONE
        move = kept.seen(item, where, self.now)
        if move is None or self.run(self.stores[0].item(item.id)) != item:
            return
        if move.new.state is State.UNDONE:
            assert self.put_back(process, move)
        else:
            assert self.take(process, move)
        if where is Whereabouts.GONE:
            self.handed_over.add(item.id)
            self.taken.append(item.id)

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES, seconds=st.sampled_from([1.0, 600.0, 5 * HOUR]))
    def wait_longer_or_rest(self, data, process, seconds):
        item = self.look(data, State.WAITING, State.PAUSED, State.FAILED)
        schedule = Schedule(self.now.wall + seconds, "Asia/Tokyo", "later")
        move = data.draw(
            st.sampled_from(
                [
                    lambda: later(item, self.now, seconds),
                    lambda: reschedule(item, self.now, schedule),
                    lambda: pause(item, self.now),
                    lambda: unpause(item, self.now, seconds),
                ]
            )
        )()
        if self.take(process, move):
            self.allowed[item.id] += item.state is State.FAILED

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES, where=st.sampled_from(["there", "not there", "out of reach"]))
    def look_in_sent(self, data, process, where):
        """A copy stands there only of what a server took."""
        item = self.look(data, State.UNSURE)
        if where == "there" and item.id in self.taken:
            move = look.found(item, self.now, "Sent")
        elif where == "not there":
            move = look.missed(item, self.now, data.draw(st.booleans()))
        else:
            move = look.out_of_reach(item, self.now, "no route")
        if self.take(process, move):
            self.allowed[item.id] += move.new.state is State.WAITING

    @rule(process=PROCESSES)
    def take_over(self, process):
        """A new sender looks at everything before it claims anything."""
        for item in self.run(self.stores[process].items()):
            move = recover(item, self.now) or put_right(item, self.now, DAY)
            assert move is None or self.take(process, move)

    @rule(process=PROCESSES, stop=st.sampled_from([False, False, True]))
    def stop_or_go(self, process, stop):
        store = self.stores[process]
        self.run(store.stop(Stop("work", self.now.wall, "no")) if stop else store.go("work"))
        self.stopped = {"work"} if stop else set()

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES, sent=st.booleans())
    def other_moves(self, data, process, sent):
        item = self.look(data, State.SENDING, State.UNSURE, State.FAILED, State.SENT)
        name = data.draw(st.sampled_from(["recover", "release", "resolve", "file"]))
        move = {
            "recover": lambda: recover(item, self.now),
            "release": lambda: release(item, self.now),
            "resolve": lambda: resolve(item, self.now, sent, "says the user"),
            "file": lambda: filing.filed(item, self.now, "Sent") if filing.is_due(item, self.now) else None,
        }[name]()
        if self.take(process, move) and name in ("release", "resolve"):
            self.allowed[item.id] += 1
            self.said_unsent |= {item.id} if name == "resolve" and not sent else set()

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES)
    def delete(self, data, process):
        item = self.look(data, State.FAILED, State.UNSURE, State.SENT, State.UNDONE)
        if item.state in (State.WAITING, State.PAUSED, State.SENDING):
            return
        if self.run(self.stores[process].delete(item)):
            self.deleted.add(item.id)
            if item.state in (State.FAILED, State.UNSURE):
                self.dropped.add(self.origin[item.id])

    @rule(data=st.data(), seconds=st.sampled_from([1.0, 10.0, 2 * HOUR, 20_000.0, 2 * DAY]))
    def time_passes(self, data, seconds):
        """Or the clock is set, or the computer is restarted."""
        how = data.draw(st.sampled_from(["wait", "wait", "set", "restart"]))
        if how == "wait":
            self.now = self.now.later(seconds)
        elif how == "set":
            step = data.draw(st.sampled_from([-10 * YEAR, -HOUR, -1.0, 1.0, HOUR, 10 * YEAR]))
            self.now = replace(self.now, wall=self.now.wall + step)
        else:
            up = data.draw(st.sampled_from([5.0, 50.0]))
            self.numbers += 1
            self.now = Moment(self.now.wall + seconds + up, up, f"boot {self.numbers}")

    def in_deleted(self, draft):
        """Whether this draft's own item was sent and then deleted, so that nothing knows of it any more."""
        mine = {name for name, origin in self.origin.items() if origin == draft}
        return bool(mine & self.deleted - self.undone)

    def among_drafts(self):
        """The ids of the drafts that are shown as drafts."""
        return {draft.id for draft, _ in self.run(self.stores[0].drafts())}

    def everything(self):
        """All items by their ids, shown or not."""
        return {item.id: item for item in self.run(self.stores[1].since(0)).items}

    @invariant()
    def every_promise_is_kept(self):
        """One look at all there is, for all that is asked of it."""
        items = self.everything()
        self.what_is_there_was_sent_off_and_not_deleted(items)
        self.p9_every_message_is_in_exactly_one_visible_place(items)
        self.p2_an_undone_mail_was_never_taken_by_a_server_unless_the_person_had_said_it_was_not()
        self.p3_a_message_is_claimed_by_one()
        self.p4_a_server_may_take_it_again_only_for_the_rest_or_when_the_person_says_so()
        for item in items.values():
            self.what_changed_keeps_its_bytes_its_people_its_order_and_its_trail(item)
            self.p8_nothing_rests_silently(item)
        self.both_processes_know_which_accounts_are_stopped()

    def what_is_there_was_sent_off_and_not_deleted(self, items):
        assert items.keys() == self.origin.keys() - self.deleted

    def p9_every_message_is_in_exactly_one_visible_place(self, items):
        """Drafts; and, by their items, Outbox, Failed and Sent."""
        shown = self.among_drafts()
        in_lists = [self.origin[item.id] for item in items.values() if item.state is not State.UNDONE]
        assert len(in_lists) == len(set(in_lists))
        assert not shown & set(in_lists)
        gone = self.dropped | {draft for draft in self.texts if self.in_deleted(draft)}
        assert set(self.texts) - gone <= shown | set(in_lists)

    def p2_an_undone_mail_was_never_taken_by_a_server_unless_the_person_had_said_it_was_not(self):
        assert not self.undone & set(self.taken) - self.said_unsent

    def p3_a_message_is_claimed_by_one(self):
        assert all(count == 1 for count in self.claims.values())

    def p4_a_server_may_take_it_again_only_for_the_rest_or_when_the_person_says_so(self):
        for name, times in Counter(self.taken).items():
            assert times <= 1 + self.allowed[name]

    def what_changed_keeps_its_bytes_its_people_its_order_and_its_trail(self, item):
        """P7; versions only grow, each with its line; and only moves of the table, one after the other."""
        name = item.id
        if item.version == self.checked.get(name):
            return
        assert item.version >= self.checked.get(name, 1)
        self.checked[name] = item.version
        if item.state is not State.UNDONE:
            submission = self.run(self.stores[1].submission(name))
            assert submission.wire == name.encode()
            assert set(submission.recipients) == self.people[name]
        trail = self.run(self.stores[1].trail(name))
        assert len(trail) == item.version
        assert [entry.before for entry in trail] == ["", *(entry.after for entry in trail[:-1])]
        assert trail[-1].after == item.state
        assert all(entry.after in TABLE[entry.before] for entry in trail)

    def both_processes_know_which_accounts_are_stopped(self):
        assert {stop.account for stop in self.run(self.stores[1].stops())} == self.stopped

    def p8_nothing_rests_silently(self, item):
        """It is due at a time, a person is asked, a sender is at work on it, or it is done."""
        assert (item.due is not None) >= (item.state is State.WAITING)
        assert (item.due is not None) <= (item.state in (State.WAITING, State.UNSURE))
        assert item.why
        assert (item.phase is not None) >= (item.state is State.SENDING)
        assert item.state is not State.SENT or item.filing is not Filing.NONE
        assert item.phase is not Phase.DATA or item.state is not State.WAITING


TestTwoProcesses = TwoProcesses.TestCase
TestTwoProcesses.settings = settings(
    max_examples=30,
    stateful_step_count=STEPS_A_RUN,
    deadline=None,
    phases=[Work.explicit, Work.reuse, Work.generate],
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def long_machine(*options):
    command = [sys.executable, LONG_MACHINE, *options]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)


def test_the_machine_finds_moves_that_ignore_the_version():
    done = long_machine("--steps", "2000", "--break", "version")
    assert done.returncode == 1
    assert "violations 0" not in done.stdout


@pytest.mark.skipif(not os.environ.get("TUIMAIL_LONG"), reason="the long form runs with TUIMAIL_LONG=1")
def test_a_million_steps_break_no_promise():
    done = long_machine("--steps", "1000000")
    assert done.returncode == 0, done.stdout
