"""after.db: what was kept comes back, of two writers one wins, and damage is set aside."""

import asyncio
import sqlite3
import stat
from contextlib import closing

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace

from tuimail.mail.after.incident import Incident
from tuimail.mail.after.near_miss import Catch, NearMiss
from tuimail.mail.after.recall import Asked, RecallState, Told, answered, begin
from tuimail.mail.after.receipt import Fate, Receipt
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.tip import Scope, Tip
from tuimail.mail.after.verdict import Answer, Course, Foresight, Verdict
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe
from tuimail.store import after
from tuimail.store.after import AfterFile

AIKO = Address("aiko@contoso.example", "愛子")
DAY = 86_400.0


def mail(n=1, sent=1_000.0):
    tips = (Tip(AIKO.spec, Scope.INTERNAL, away=Safe("休み")),)
    return SentMail(
        "work",
        f"<{n}@x>",
        Safe(f"見積 {n}"),
        sent,
        Address("me@x"),
        (AIKO,),
        bcc=(Address("boss@x"),),
        ref=Ref("work", "Sent", "7.1"),
        receipts=True,
        tips=tips,
    )


def recall(n=1, asked=1_000.0):
    seen = Foresight(Course.RECALL, "w", (Verdict(AIKO, Answer.CAN, "same organisation"),))
    return begin(mail(n), seen, 1, asked, replace=True)


def receipt(n=1, spec="aiko@contoso.example", fate=Fate.READ, at=1.0):
    return Receipt(f"<{n}@x>", spec, fate, at, Safe("550 no"), Ref("work", "INBOX", "7.9"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "after.db"


@pytest.fixture
async def store(path):
    opened = AfterFile(path)
    yield opened
    await opened.close()


async def test_everything_comes_back_as_it_was(store):
    asked = answered(recall(), Asked("<r@hub>", "ok"), 1_001.0)
    full = replace(asked, version=1, told=(Told("a@b", True, 2.0, Ref("work", "INBOX", "1")),))
    incident = Incident("i1", mail(), 5.0, version=1, clocks=("gdpr",))
    miss = NearMiss("work", Catch.GUARD, 3.0, "attachment-missing", 4.5)
    await store.keep_sent(mail())
    assert await store.put_recall(full)
    assert await store.keep_receipt(receipt())
    assert await store.put_incident(incident)
    await store.count(miss)
    assert await store.sent("<1@x>") == mail()
    assert await store.recalls() == (full,)
    assert await store.receipts("<1@x>") == (receipt(),)
    assert await store.incidents() == (incident,)
    assert await store.near_misses() == (miss,)


async def test_only_its_owner_can_read_it_and_it_is_written_for_good(store, path):
    await store.keep_sent(mail())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    level = await store._database.run(lambda connection: connection.execute("PRAGMA synchronous").fetchone())
    assert level == (2,)


async def test_of_two_processes_that_move_one_recall_one_wins(path):
    one, other = AfterFile(path), AfterFile(path)
    took = await asyncio.gather(one.put_recall(recall()), other.put_recall(recall()))
    assert sorted(took) == [False, True]
    moved = replace(recall(), version=2, state=RecallState.UNSURE)
    took = await asyncio.gather(one.put_recall(moved), other.put_recall(moved))
    assert sorted(took) == [False, True]
    assert not await one.put_recall(replace(recall(), version=4))
    await asyncio.gather(one.close(), other.close())


async def test_a_receipt_is_kept_once_and_a_flood_drives_none_out(store, monkeypatch):
    monkeypatch.setattr(after, "RECEIPTS_KEPT", 3)
    assert await store.keep_receipt(receipt())
    assert not await store.keep_receipt(receipt(at=9.0, spec="AIKO@contoso.example"))
    for number in range(5):
        await store.keep_receipt(receipt(spec=f"x{number}@y"))
    kept = await store.receipts("<1@x>")
    assert len(kept) == 3
    assert receipt() in kept
    assert await store.keep_receipt(receipt(n=2))


async def test_mail_of_more_than_a_year_ago_is_forgotten_requests_and_incidents_are_not(store):
    await store.keep_sent(mail(1, sent=0.0))
    await store.keep_receipt(receipt(1, at=5.0))
    await store.put_recall(recall(1, asked=10.0))
    await store.keep_sent(mail(2, sent=366 * DAY))
    assert await store.sent("<1@x>") is None
    assert await store.receipts("<1@x>") == ()
    assert len(await store.recalls("<1@x>")) == 1
    assert [one.message_id for one in await store.latest_sent(5)] == ["<2@x>"]


async def test_near_misses_are_bounded_and_told_from_an_instant_on(store, monkeypatch):
    monkeypatch.setattr(after, "NEAR_MISSES_KEPT", 3)
    for number in range(5):
        await store.count(NearMiss("work", Catch.UNDO, float(number)))
    assert [one.at for one in await store.near_misses()] == [2.0, 3.0, 4.0]
    assert [one.at for one in await store.near_misses(3.5)] == [4.0]


async def test_what_another_process_wrote_is_noticed(store, path):
    before = await store.writings()
    other = AfterFile(path)
    await other.keep_sent(mail())
    assert await store.writings() != before
    await other.close()


async def test_a_record_that_went_bad_is_told_and_does_not_hold_up_the_others(store, path):
    await store.keep_sent(mail(1))
    await store.keep_sent(mail(2))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE records SET body = replace(body, 'boss', 'bass') WHERE id = '<1@x>'")
    assert [one.message_id for one in await store.latest_sent(9)] == ["<2@x>"]
    assert "can't be read any more" in await store.damage_report()
    assert await store.damage_report() == ""


async def test_a_damaged_file_is_set_aside_and_said_and_work_goes_on(path):
    before = AfterFile(path)
    for number in range(400):
        await before.keep_sent(mail(number, sent=1_000.0 + number))
    await before.close()
    raw = bytearray(path.read_bytes())
    raw[8_192:12_288] = bytes(4_096)
    path.write_bytes(raw)
    again = AfterFile(path)
    await again.latest_sent(500)
    await again.keep_sent(mail(500, sent=2_000.0))
    report = await again.damage_report()
    assert "after.db was damaged" in report
    assert list(path.parent.glob("after.damaged-*.db"))
    assert await again.sent("<500@x>") == mail(500, sent=2_000.0)
    await again.close()


class Model(RuleBasedStateMachine):
    """The file against dictionaries, opened anew now and then."""

    folder = None
    number = 0

    def __init__(self):
        super().__init__()
        Model.number += 1
        self.path = self.folder / f"{Model.number}.db"
        self.loop = asyncio.new_event_loop()
        self.file = AfterFile(self.path)
        self.mails, self.recalls, self.receipts, self.incidents = {}, {}, {}, {}

    def do(self, call):
        return self.loop.run_until_complete(call)

    @rule(n=st.integers(1, 3), days=st.integers(0, 800))
    def keep_sent(self, n, days):
        kept = mail(n, days * DAY)
        self.do(self.file.keep_sent(kept))
        self.mails[kept.message_id] = kept
        horizon = kept.sent - after.REMEMBERED
        self.mails = {key: one for key, one in self.mails.items() if one.sent >= horizon}
        self.receipts = {key: one for key, one in self.receipts.items() if one.at >= horizon}

    @rule(n=st.integers(1, 3), version=st.integers(1, 4))
    def put_recall(self, n, version):
        wish = replace(recall(n), version=version)
        known = self.recalls.get(wish.id)
        takes = (known.version if known else 0) == version - 1
        assert self.do(self.file.put_recall(wish)) is takes
        if takes:
            self.recalls[wish.id] = wish

    @rule(n=st.integers(1, 2), version=st.integers(1, 3))
    def put_incident(self, n, version):
        wish = Incident(f"i{n}", mail(n), float(n), version)
        known = self.incidents.get(wish.id)
        takes = (known.version if known else 0) == version - 1
        assert self.do(self.file.put_incident(wish)) is takes
        if takes:
            self.incidents[wish.id] = wish

    @rule(
        n=st.integers(1, 2),
        spec=st.sampled_from(["a@b", "A@B", "c@d"]),
        fate=st.sampled_from(Fate),
        days=st.integers(0, 900),
    )
    def keep_receipt(self, n, spec, fate, days):
        one = receipt(n, spec, fate, days * DAY)
        key = one.message_id, spec.lower(), fate
        assert self.do(self.file.keep_receipt(one)) is (key not in self.receipts)
        self.receipts.setdefault(key, one)

    @rule()
    def open_anew(self):
        self.do(self.file.close())
        self.file = AfterFile(self.path)

    @invariant()
    def they_agree(self):
        assert set(self.do(self.file.latest_sent(9))) == set(self.mails.values())
        assert set(self.do(self.file.recalls())) == set(self.recalls.values())
        assert set(self.do(self.file.incidents())) == set(self.incidents.values())
        for n in (1, 2):
            mine = {one for key, one in self.receipts.items() if key[0] == f"<{n}@x>"}
            assert set(self.do(self.file.receipts(f"<{n}@x>"))) == mine

    def teardown(self):
        self.do(self.file.close())
        self.loop.close()


def test_any_row_of_calls_leaves_what_they_say(tmp_path):
    Model.folder = tmp_path
    run_state_machine_as_test(
        Model,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
