"""Every move from every state, and what an outcome makes of an item."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.mail.hold import clocks, filing, move, retry
from tuimail.mail.hold.hold import window
from tuimail.mail.hold.item import Filing, Item, Recipient, Standing, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.outcome import (
    Accepted,
    Denied,
    Phase,
    Refusal,
    Refused,
    Unreachable,
    Vanished,
    Withdrawn,
)
from tuimail.mail.hold.settle import settle
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import Safe
from tuimail.mail.letter.submission import Submission
from tuimail.mail.when.schedule import Schedule

NOW = Moment(wall=1_800_000_000.0, boot=5_000.0, boot_id="boot")


def item(state: State, **changes: object) -> Item:
    base = Item(
        id="abc",
        account="work",
        state=state,
        version=3,
        subject=Safe("見積書"),
        sender="hanako@example.jp",
        recipients=(Recipient("a@example.jp"), Recipient("b@example.jp")),
        message_id="<1@example.jp>",
        token="token",
        size=100,
        queued=NOW.wall - 60,
        due=NOW if state is State.WAITING else None,
        phase=Phase.CONNECT if state is State.SENDING else None,
    )
    return replace(base, **changes)


def sending(phase: Phase = Phase.DATA, **changes: object) -> Item:
    return item(State.SENDING, phase=phase, **{"tries": 1, **changes})


def settled(outcome: object, before: Item | None = None) -> Item:
    made = settle(before or sending(), outcome, NOW, 0.0)  # type: ignore[arg-type]
    assert made is not None
    assert made.new.version == made.old.version + 1
    return made.new


def test_a_queued_mail_waits_for_its_window_and_says_why() -> None:
    draft = Draft(id="d", account="work", subject="hello\x1b[2J")
    submission = Submission("me@x.org", ("a@x.org", "b@x.org"), b"bytes", "<m@x.org>", "tok")
    queued, entry = move.queue("abc", draft, submission, window(10, NOW), NOW)
    assert queued.state is State.WAITING
    assert queued.due == NOW.later(10)
    assert queued.why == "undo window 10 s"
    assert queued.pending == ("a@x.org", "b@x.org")
    assert "\x1b" not in queued.subject
    assert (entry.before, entry.after) == ("", "waiting")


@pytest.mark.parametrize(
    ("state", "phase", "allowed"),
    [
        (State.WAITING, None, True),
        (State.PAUSED, None, True),
        (State.FAILED, None, True),
        (State.SENDING, Phase.CONNECT, True),
        (State.SENDING, Phase.ENVELOPE, True),
        (State.SENDING, Phase.DATA, False),
        (State.UNSURE, Phase.DATA, False),
        (State.SENT, None, False),
        (State.UNDONE, None, False),
    ],
)
def test_undo_is_possible_until_the_first_byte_of_the_body(
    state: State, phase: Phase | None, allowed: bool
) -> None:
    made = move.undo(item(state, phase=phase), NOW)
    assert (made is not None) is allowed
    if made:
        assert made.new.state is State.UNDONE
        assert made.new.due is None


def test_what_somebody_already_has_cannot_be_taken_back() -> None:
    half = (Recipient("a@example.jp", Standing.ACCEPTED), Recipient("b@example.jp"))
    assert move.undo(item(State.WAITING, recipients=half), NOW) is None


@pytest.mark.parametrize("state", list(State))
def test_only_a_due_waiting_item_is_claimed(state: State) -> None:
    made = move.claim(item(state), NOW, "me")
    assert (made is not None) is (state is State.WAITING)


def test_an_item_is_not_claimed_a_moment_early() -> None:
    early = item(State.WAITING, due=NOW.later(0.001))
    assert move.claim(early, NOW, "me") is None


@given(st.floats(-3e8, 3e8), st.floats(0, 3600))
def test_no_step_of_the_wall_clock_moves_a_countdown(step: float, window_seconds: float) -> None:
    due = NOW.later(window_seconds)
    stepped = Moment(NOW.wall + step, NOW.boot, NOW.boot_id)
    assert due.left(stepped) == pytest.approx(window_seconds)


def test_after_a_reboot_the_wall_clock_decides() -> None:
    assert NOW.later(10).left(Moment(NOW.wall + 4, 3.0, "another boot")) == pytest.approx(6)


@pytest.mark.parametrize("state", list(State))
def test_send_now_ends_a_wait_and_nothing_else(state: State) -> None:
    made = move.release(item(state), NOW)
    assert (made is not None) is (state in (State.WAITING, State.PAUSED, State.FAILED))
    if made:
        assert move.is_due(made.new, NOW)


def test_a_sender_that_died_before_the_body_left_it_waiting() -> None:
    made = move.recover(sending(Phase.CONNECT), NOW)
    assert made is not None
    assert made.new.state is State.WAITING


def test_a_sender_that_died_with_the_body_under_way_left_it_unsure() -> None:
    made = move.recover(sending(Phase.DATA), NOW)
    assert made is not None
    assert made.new.state is State.UNSURE
    assert "probably sent" in made.new.why


@pytest.mark.parametrize("state", [s for s in State if s is not State.SENDING])
def test_recovery_touches_only_what_was_being_sent(state: State) -> None:
    assert move.recover(item(state), NOW) is None


@pytest.mark.parametrize(("ago", "paused"), [(60.0, False), (86_399.0, False), (86_401.0, True)])
def test_mail_that_fell_due_more_than_a_day_ago_is_asked_about(ago: float, paused: bool) -> None:
    made = clocks.late(item(State.WAITING, due=NOW.later(-ago)), NOW, 86_400.0)
    assert (made is not None) is paused
    if made:
        assert made.new.state is State.PAUSED


@pytest.mark.parametrize(("sent", "state"), [(True, State.SENT), (False, State.WAITING)])
def test_the_users_answer_settles_an_unsure_item(sent: bool, state: State) -> None:
    made = move.resolve(item(State.UNSURE), NOW, sent, "says the user")
    assert made is not None
    assert made.new.state is state
    assert made.new.message_id == made.old.message_id


def test_a_mail_sent_again_after_a_lost_answer_is_never_called_plainly_taken_back() -> None:
    again = move.resolve(item(State.UNSURE), NOW, False, "sent again")
    assert again is not None
    undone = move.undo(again.new, NOW)
    assert undone is not None
    assert undone.new.why == "taken back; an earlier try may have arrived"


@pytest.mark.parametrize("state", [s for s in State if s is not State.UNSURE])
def test_only_an_unsure_item_asks(state: State) -> None:
    assert move.resolve(item(state), NOW, True, "") is None


def test_accepted_by_all_is_sent_and_due_for_filing() -> None:
    new = settled(Accepted("250 queued as 1"))
    assert new.state is State.SENT
    assert new.filing is Filing.DUE
    assert all(r.standing is Standing.ACCEPTED for r in new.recipients)


def test_where_the_server_files_its_own_copy_nothing_is_left_to_file() -> None:
    sent = settled(Accepted("250 ok"))
    assert not filing.is_due(filing.left_to_server(sent, NOW).new, NOW)


def test_a_recipient_put_off_is_tried_again_alone() -> None:
    new = settled(Accepted("250 ok", (Refusal("b@example.jp", 450, "greylisted"),)))
    assert new.state is State.WAITING
    assert new.pending == ("b@example.jp",)
    assert "1 of 2" in new.why


def test_a_recipient_refused_for_good_is_named_and_not_tried_again() -> None:
    new = settled(Accepted("250 ok", (Refusal("b@example.jp", 550, "no such user"),)))
    assert new.state is State.SENT
    assert new.why == "accepted, but refused for 1 of 2"
    assert new.recipients[1].answer == "550 no such user"


@pytest.mark.parametrize(("code", "state"), [(421, State.WAITING), (451, State.WAITING), (550, State.FAILED)])
def test_4xx_waits_and_5xx_fails_with_the_servers_words(code: int, state: State) -> None:
    made = settle(sending(), Refused(code, "said so"), NOW, 0.0)
    assert made is not None
    assert made.new.state is state
    assert made.entry.answer == f"{code} said so"


def test_a_refusal_of_the_only_recipient_is_said_once() -> None:
    refused = Refused(550, "no such user", (Refusal("b@example.jp", 550, "no such user"),))
    made = settle(sending(), refused, NOW, 0.0)
    assert made is not None
    assert made.entry.answer == "b@example.jp: 550 no such user"


def test_a_refused_login_keeps_the_mail_waiting() -> None:
    new = settled(Denied(535, "bad password"))
    assert new.state is State.WAITING
    assert move.is_due(new, NOW)


def test_a_server_that_cannot_be_reached_is_tried_again() -> None:
    new = settled(Unreachable("connection refused"))
    assert new.state is State.WAITING
    assert new.due is not None
    assert new.due.left(NOW) > 0


def test_a_lost_answer_is_never_retried_by_the_program() -> None:
    new = settled(Vanished("connection lost"))
    assert new.state is State.UNSURE
    assert not move.is_due(new, NOW.later(1e9))


def test_a_withdrawn_attempt_changes_nothing() -> None:
    assert settle(sending(Phase.CONNECT), Withdrawn(), NOW, 0.0) is None


def test_a_time_for_a_server_to_keep_it_hands_it_over_at_once() -> None:
    schedule = Schedule(NOW.wall + 86_400, "Asia/Tokyo", "tomorrow", by_server=True)
    moved = move.reschedule(item(State.PAUSED), NOW, schedule)
    assert moved is not None
    assert move.is_due(moved.new, NOW)
    assert moved.new.schedule == schedule


def test_after_five_days_a_mail_is_given_up_and_comes_back() -> None:
    old = sending(first_try=NOW.wall - retry.GIVE_UP_AFTER - 1, tries=retry.FEWEST_TRIES)
    assert settled(Refused(451, "later"), old).state is State.FAILED
    assert settled(Unreachable("no route"), old).state is State.FAILED


def test_a_clock_set_five_days_ahead_gives_nothing_up() -> None:
    new = settled(Unreachable("no route"), sending(first_try=NOW.wall - 10 * retry.GIVE_UP_AFTER, tries=2))
    assert new.state is State.WAITING


@given(st.integers(1, 2**63), st.floats(0, 0.999))
def test_pauses_grow_and_stay_bounded(tries: int, jitter: float) -> None:
    for pause, most in ((retry.after_unreachable, 900.0), (retry.after_refusal, 14_400.0)):
        assert 0 < pause(tries, jitter) <= most
        assert pause(tries, 0.0) <= pause(tries + 1, 0.0)


def test_a_copy_that_cannot_be_filed_is_tried_again_and_stays_sent() -> None:
    sent = item(State.SENT, filing=Filing.DUE, filing_due=NOW.wall)
    begun = filing.begin(sent, NOW).new
    new = filing.failed(begun, NOW, "over quota", 0.0).new
    assert new.state is State.SENT
    assert not filing.is_due(new, NOW)
    assert filing.is_due(new, NOW.later(60))


@given(st.data())
def test_no_sequence_of_moves_leaves_an_item_resting_silently(data: st.DataObject) -> None:
    """Every state is final, has a due time, is being sent, or asks a person."""
    current = item(State.WAITING)
    outcomes = [
        Accepted("250"),
        Refused(451, "x"),
        Refused(550, "x"),
        Denied(535, "x"),
        Unreachable("x"),
        Vanished("x"),
    ]
    for _ in range(12):
        steps = [
            move.undo(current, NOW),
            move.release(current, NOW),
            move.claim(replace(current, due=NOW) if current.due else current, NOW, "me"),
            move.recover(current, NOW),
            move.resolve(current, NOW, data.draw(st.booleans()), ""),
        ]
        if current.state is State.SENDING:
            steps.append(settle(current, data.draw(st.sampled_from(outcomes)), NOW, 0.5))
        current = data.draw(st.sampled_from([s.new for s in steps if s] or [current]))
        assert (current.due is not None) == (current.state in (State.WAITING, State.UNSURE))


def scheduled(ahead: float, **changes: object) -> Item:
    due = NOW.later(ahead)
    return item(State.WAITING, wait=Wait.SCHEDULE, due=due, hold=ahead, why="scheduled: then", **changes)


def test_an_instant_that_only_a_clock_set_forward_has_brought_is_asked_about() -> None:
    there = Moment(NOW.wall + 7200, NOW.boot + 60, NOW.boot_id)
    assert not move.is_due(scheduled(7200), there)
    asked = clocks.put_right(scheduled(7200), there, 86_400.0)
    assert asked is not None
    assert asked.new.state is State.PAUSED


def test_clocks_that_differ_by_less_than_a_minute_ask_nobody() -> None:
    there = Moment(NOW.wall + 7200, NOW.boot + 7150, NOW.boot_id)
    assert clocks.clock_set(scheduled(7200), there) is None
    assert not move.is_due(scheduled(7200), there)
    assert move.is_due(scheduled(7200), there.later(50))


def test_nothing_of_before_a_restart_moves_while_the_clock_may_still_be_set() -> None:
    started = Moment(NOW.wall + 10 * 86_400, 44.0, "next")
    for wait in Wait:
        before = item(State.WAITING, wait=wait, due=NOW, hold=10.0)
        assert clocks.put_right(before, started, 86_400.0) is None
        assert not move.is_due(before, started)
        assert clocks.put_right(before, started.later(1), 86_400.0) is not None


def test_a_countdown_of_before_a_restart_begins_anew_in_full() -> None:
    started = Moment(NOW.wall + 100, 60.0, "next")
    made = clocks.anew(item(State.WAITING, due=NOW.later(3), hold=10.0), started)
    assert made is not None
    assert made.new.left(started) == 10.0
    assert made.new.why == "the computer was restarted; the wait of 10 s begins anew"


def test_a_schedule_of_before_a_restart_keeps_its_time_and_its_reason() -> None:
    started = Moment(NOW.wall + 100, 60.0, "next")
    made = clocks.anew(scheduled(7200), started)
    assert made is not None
    assert made.new.left(started) == pytest.approx(7100)
    assert made.new.why == "scheduled: then"
    assert made.entry.why == "the computer was restarted; its time stays"
    set_forward = Moment(started.wall + 7200, started.boot + 60, "next")
    assert clocks.clock_set(made.new, set_forward) is not None


def test_after_a_restart_with_a_clock_of_before_the_queueing_a_countdown_is_asked_about() -> None:
    started = Moment(0.0, 60.0, "next")
    asked = clocks.put_right(item(State.WAITING, due=NOW, hold=10.0), started, 86_400.0)
    assert asked is not None
    assert asked.new.state is State.PAUSED
    assert clocks.put_right(scheduled(7200), started, 86_400.0) is None
