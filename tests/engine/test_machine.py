"""Two processes on one outbox, in any order and from any earlier look at it, against the promises."""

import asyncio
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from builders import NOW, a_draft, a_queued
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Work
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from tuimail.mail.errors import OutboxError
from tuimail.mail.hold import filing
from tuimail.mail.hold.item import Filing, State
from tuimail.mail.hold.move import begin_body, claim, recover, release, resolve, undo
from tuimail.mail.hold.outcome import Accepted, Denied, Phase, Refusal, Refused, Unreachable, Vanished
from tuimail.mail.hold.settle import settle
from tuimail.store.outbox import OutboxFile

PROCESSES = st.sampled_from([0, 1])
BOSS = "boss@example.jp"
OUTCOMES = st.sampled_from(
    [
        Accepted("250 ok"),
        Accepted("250 ok", (Refusal(BOSS, 450, "busy"),)),
        Accepted("250 ok", (Refusal(BOSS, 550, "no"),)),
        Refused(451, "later"),
        Refused(550, "no"),
        Vanished("broken"),
    ]
)
EARLY = st.sampled_from([Unreachable("no route"), Denied(535, "no"), Refused(550, "nobody")])
STEPS = st.sampled_from(["claimed", "body begun", "body left", "settled", "settled", "settled"])
DAY = 86_400.0


class TwoProcesses(RuleBasedStateMachine):
    """Every move starts from a look at the outbox: a fresh one, or one of the `looks` of some time ago."""

    drafts = Bundle("drafts")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        path = Path(self.folder.name) / "outbox.db"
        self.stores = [OutboxFile(path), OutboxFile(path)]
        self.now = NOW
        self.numbers = 0
        self.texts: dict[str, object] = {}
        self.dropped: set[str] = set()
        self.origin: dict[str, str] = {}
        self.looks: list[object] = []
        self.versions: dict[str, int] = {}
        self.taken: list[str] = []
        self.undone: set[str] = set()
        self.said_unsent: set[str] = set()
        self.deleted: set[str] = set()
        self.claims: Counter[tuple[str, int]] = Counter()
        self.allowed: Counter[str] = Counter()

    def teardown(self) -> None:
        for store in self.stores:
            self.run(store.close())
        self.loop.close()
        self.folder.cleanup()

    def run(self, work):
        return self.loop.run_until_complete(work)

    def take(self, process, move):
        """Try a move; whether it came true."""
        return move is not None and self.run(self.stores[process].move(move))

    def look(self, data, *states):
        """Mostly a fresh look, at an item in one of these states when there is one."""
        fresh = self.run(self.stores[0].items())
        self.looks += fresh
        wanted = [item for item in fresh if item.state in states] or fresh
        stale = data.draw(st.sampled_from([False, False, False, True])) or not wanted
        return data.draw(st.sampled_from(self.looks[-20:] if stale else wanted))

    @rule(target=drafts, process=PROCESSES, body=st.text(max_size=5), sent_off=st.booleans())
    def write(self, process, body, sent_off):
        self.numbers += 1
        draft = a_draft(f"d{self.numbers}", body=body)
        self.run(self.stores[process].save_draft(draft, self.now))
        self.texts[draft.id] = draft
        if sent_off:
            self.send(draft.id, process, 0)
        return draft.id

    @rule(draft=drafts, process=PROCESSES, body=st.text(max_size=5))
    def autosave(self, draft, process, body):
        """Of a draft that is in the outbox, or was sent, it comes too late and changes nothing."""
        if draft in self.dropped or self.in_deleted(draft):
            return
        written = replace(self.texts[draft], body=body)
        if draft in self.places()[0]:
            self.texts[draft] = written
        self.run(self.stores[process].save_draft(written, self.now))

    @rule(draft=drafts, process=PROCESSES)
    def drop(self, draft, process):
        if draft in self.places()[0]:
            self.dropped.add(draft)
        self.run(self.stores[process].drop_draft(draft))

    @rule(draft=drafts, process=PROCESSES, seconds=st.sampled_from([0, 10]))
    def send_off(self, draft, process, seconds):
        self.send(draft, process, seconds)

    def send(self, draft, process, seconds):
        visible = draft in self.places()[0]
        self.numbers += 1
        name = f"i{self.numbers}"
        item, submission, text, entry = a_queued(name, self.texts[draft], seconds, self.now)
        if draft in self.dropped or self.in_deleted(draft):
            return
        submission = replace(submission, wire=name.encode())
        try:
            self.run(self.stores[process].add(item, submission, text, entry))
        except OutboxError:
            assert not visible
        else:
            assert visible
            self.origin[name] = draft
            self.looks.append(item)

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES)
    def take_back(self, data, process):
        move = undo(self.look(data, State.WAITING, State.PAUSED, State.FAILED), self.now)
        if move is None:
            return
        draft = self.run(self.stores[process].take_back(move))
        if draft is not None:
            assert draft == self.texts[draft.id]
            assert draft.id == self.origin[move.old.id]
            self.undone.add(move.old.id)

    def claim(self, data, process):
        item = self.look(data, State.WAITING)
        claimed = claim(item, self.now, str(process))
        if not self.take(process, claimed):
            return None
        self.claims[item.id, item.version] += 1
        self.looks.append(claimed.new)
        return claimed.new

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES, outcome=EARLY)
    def attempt_without_a_body(self, data, process, outcome):
        item = self.claim(data, process)
        if item is not None:
            assert self.take(process, settle(item, outcome, self.now, 0))

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES)
    def attempt_that_is_interrupted_before_the_body(self, data, process):
        """By undo in the other process, or by one that takes over."""
        item = self.claim(data, process)
        if item is None:
            return
        if data.draw(st.booleans()) and not item.reached:
            self.undone.add(item.id)
            assert self.run(self.stores[1 - process].take_back(undo(item, self.now))) is not None
        else:
            assert self.take(1 - process, recover(item, self.now))
        assert not self.take(process, begin_body(item, self.now, ""))

    @precondition(lambda self: self.looks)
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
    @rule(data=st.data(), process=PROCESSES, sent=st.booleans())
    def other_moves(self, data, process, sent):
        item = self.look(data, State.SENDING, State.UNSURE, State.FAILED, State.SENT)
        name = data.draw(st.sampled_from(["recover", "release", "resolve", "file"]))
        move = {
            "recover": lambda: recover(item, self.now),
            "release": lambda: release(item, self.now),
            "resolve": lambda: resolve(item, self.now, sent, ""),
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

    @rule(seconds=st.sampled_from([1.0, 10.0, 20_000.0, 2 * DAY]))
    def wait(self, seconds):
        self.now = self.now.later(seconds)

    def in_deleted(self, draft):
        """Whether this draft's own item was sent and then deleted, so that nothing knows of it any more."""
        mine = {name for name, origin in self.origin.items() if origin == draft}
        return bool(mine & self.deleted - self.undone)

    def places(self):
        """The visible places of draft ids: Drafts; and, by their items, Outbox, Failed and Sent."""
        shown = {draft.id for draft, _ in self.run(self.stores[0].drafts())}
        items = [item for name in self.origin if (item := self.run(self.stores[0].item(name)))]
        sent = [self.origin[item.id] for item in items if item.state is State.SENT]
        failed = [self.origin[item.id] for item in items if item.state is State.FAILED]
        elsewhere = (State.SENT, State.FAILED, State.UNDONE)
        outbox = [self.origin[item.id] for item in items if item.state not in elsewhere]
        return shown, outbox, failed, sent

    @invariant()
    def p9_every_message_is_in_exactly_one_visible_place(self):
        seen = [draft for place in self.places() for draft in place]
        assert len(seen) == len(set(seen))
        gone = self.dropped | {draft for draft in self.texts if self.in_deleted(draft)}
        assert set(self.texts) - gone <= set(seen)

    @invariant()
    def p2_an_undone_mail_was_never_taken_by_a_server_unless_the_person_had_said_it_was_not(self):
        assert not self.undone & set(self.taken) - self.said_unsent

    @invariant()
    def p3_a_message_is_claimed_by_one(self):
        assert all(count == 1 for count in self.claims.values())

    @invariant()
    def p4_a_server_may_take_it_again_only_for_the_rest_or_when_the_person_says_so(self):
        for name, times in Counter(self.taken).items():
            assert times <= 1 + self.allowed[name]

    @invariant()
    def p7_the_bytes_of_an_item_never_change(self):
        for name in self.origin.keys() - self.deleted - self.undone:
            assert self.run(self.stores[1].submission(name)).wire == name.encode()

    @invariant()
    def versions_only_grow_and_the_trail_with_them(self):
        for name in self.origin.keys() - self.deleted:
            item = self.run(self.stores[1].item(name))
            assert item.version >= self.versions.get(name, 1)
            self.versions[name] = item.version
            assert len(self.run(self.stores[1].trail(name))) == item.version

    @invariant()
    def p8_nothing_rests_silently(self):
        for item in self.run(self.stores[0].items()):
            assert (item.due is not None) == (item.state in (State.WAITING, State.UNSURE))
            assert (item.phase is not None) >= (item.state is State.SENDING)
            assert item.state is not State.SENT or item.filing is not Filing.NONE
            assert item.phase is not Phase.DATA or item.state is not State.WAITING


TestTwoProcesses = TwoProcesses.TestCase
TestTwoProcesses.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    phases=[Work.explicit, Work.reuse, Work.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
