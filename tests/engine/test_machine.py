"""Two processes on one outbox, in any order and from any earlier look at it, against the promises."""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from builders import NOW, a_draft, a_queued
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
EARLY = st.sampled_from([Unreachable("no route"), Denied(535, "no"), Refused(550, "nobody"), Refused(421, "")])
DAY = 86_400.0


class TwoProcesses(RuleBasedStateMachine):
    """`looks` holds what each process knew at any time; every move starts from one of these, fresh or stale."""

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
        self.wire: list[str] = []
        self.undone: set[str] = set()
        self.deleted: set[str] = set()
        self.claims: dict[tuple[str, int], int] = {}

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

    def look(self, data):
        return data.draw(st.sampled_from(self.looks))

    @rule(target=drafts, process=PROCESSES, body=st.text(max_size=5))
    def write(self, process, body):
        self.numbers += 1
        draft = a_draft(f"d{self.numbers}", body=body)
        self.run(self.stores[process].save_draft(draft, self.now))
        self.texts[draft.id] = draft
        return draft.id

    @rule(draft=drafts, process=PROCESSES, body=st.text(max_size=5))
    def autosave(self, draft, process, body):
        if draft in self.dropped or draft not in self.places()[0]:
            late = replace(self.texts[draft], body="late")
            if draft not in self.dropped and not self.in_deleted(draft):
                self.run(self.stores[process].save_draft(late, self.now))
            return
        self.texts[draft] = replace(self.texts[draft], body=body)
        self.run(self.stores[process].save_draft(self.texts[draft], self.now))

    @rule(draft=drafts, process=PROCESSES)
    def drop(self, draft, process):
        if draft in self.places()[0]:
            self.dropped.add(draft)
        self.run(self.stores[process].drop_draft(draft))

    @rule(draft=drafts, process=PROCESSES, seconds=st.sampled_from([0, 10]))
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
    @rule(process=PROCESSES)
    def look_again(self, process):
        self.looks += self.run(self.stores[process].items())

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES)
    def take_back(self, data, process):
        move = undo(self.look(data), self.now)
        if move is None:
            return
        draft = self.run(self.stores[process].take_back(move))
        if draft is not None:
            assert draft == self.texts[draft.id]
            assert draft.id == self.origin[move.old.id]
            self.undone.add(move.old.id)

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES, early=st.none() | EARLY, outcome=OUTCOMES, break_at=st.integers(0, 5))
    def attempt(self, data, process, early, outcome, break_at):
        """A sender's whole attempt, broken off anywhere by its death (then nothing follows)."""
        item = self.look(data)
        claimed = claim(item, self.now, str(process))
        if not self.take(process, claimed):
            return
        key = item.id, item.version
        self.claims[key] = self.claims.get(key, 0) + 1
        self.looks.append(claimed.new)
        if break_at == 0:
            return
        if early is not None:
            self.take(process, settle(claimed.new, early, self.now, 0, True))
            return
        interrupter = data.draw(st.sampled_from(["", "undo", "recover"]))
        if interrupter == "undo":
            move = undo(claimed.new, self.now)
            self.undone.add(item.id)
            assert self.run(self.stores[1 - process].take_back(move)) is not None
        if interrupter == "recover":
            assert self.take(1 - process, recover(claimed.new, self.now))
        body = begin_body(claimed.new, self.now, "")
        if not self.take(process, body):
            assert interrupter
            return
        assert not interrupter
        self.looks.append(body.new)
        if break_at == 1:
            return
        self.wire.append(item.id)
        if break_at > 2:
            assert self.take(process, settle(body.new, outcome, self.now, 0, True))

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES, sent=st.booleans())
    def other_moves(self, data, process, sent):
        item = self.look(data)
        name = data.draw(st.sampled_from(["recover", "release", "resolve", "file"]))
        move = {
            "recover": lambda: recover(item, self.now),
            "release": lambda: release(item, self.now),
            "resolve": lambda: resolve(item, self.now, sent, "", True),
            "file": lambda: filing.filed(item, self.now, "Sent") if filing.is_due(item, self.now) else None,
        }[name]()
        self.take(process, move)

    @precondition(lambda self: self.looks)
    @rule(data=st.data(), process=PROCESSES)
    def delete(self, data, process):
        item = self.look(data)
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
        items = [self.run(self.stores[0].item(name)) for name in self.origin]
        states = [(item.state, self.origin[item.id]) for item in items if item and item.state is not State.UNDONE]
        sent = [draft for state, draft in states if state is State.SENT]
        failed = [draft for state, draft in states if state is State.FAILED]
        outbox = [draft for state, draft in states if state not in (State.SENT, State.FAILED)]
        return shown, outbox, failed, sent

    @invariant()
    def p9_every_message_is_in_exactly_one_visible_place(self):
        seen = [draft for place in self.places() for draft in place]
        assert len(seen) == len(set(seen))
        gone = self.dropped | {draft for draft in self.texts if self.in_deleted(draft)}
        assert set(self.texts) - gone <= set(seen)

    @invariant()
    def p2_an_undone_mail_was_never_on_the_wire(self):
        assert not self.undone & set(self.wire)

    @invariant()
    def p3_a_message_is_claimed_by_one(self):
        assert all(count == 1 for count in self.claims.values())

    @invariant()
    def p7_the_bytes_of_an_item_never_change(self):
        for name in self.origin.keys() - self.deleted:
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
            assert (item.due is not None) == (item.state is State.WAITING)
            assert (item.phase is not None) >= (item.state is State.SENDING)
            assert item.state is not State.SENT or item.filing is not Filing.NONE
            assert item.phase is not Phase.DATA or item.state is not State.WAITING


TestTwoProcesses = TwoProcesses.TestCase
TestTwoProcesses.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
