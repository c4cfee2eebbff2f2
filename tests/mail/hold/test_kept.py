"""The moves of a mail that a server keeps, or was to keep."""

import pytest
from builders import NOW, a_draft, a_submission
from msgspec.structs import replace

from tuimail.mail.hold.hold import hold
from tuimail.mail.hold.item import Filing, Standing, State, Wait
from tuimail.mail.hold.keeping import Offer, Whereabouts, at_most, words
from tuimail.mail.hold.kept import (
    ask_back,
    found,
    is_for_server,
    is_in_question,
    look_in,
    not_given,
    seen,
    settled,
    too_soon,
)
from tuimail.mail.hold.move import begin_body, claim, is_due, later, pause, queue, release, resolve, undo
from tuimail.mail.hold.outcome import Accepted, Kept, Refusal, Refused, Unreachable, Vanished
from tuimail.mail.rule.decision import Decision
from tuimail.mail.when.schedule import Schedule

HOUR = 3_600.0
SCHEDULE = Schedule(NOW.wall + HOUR, "Asia/Tokyo", "in an hour", by_server=True)
JUST = NOW.later(10)


def sending(schedule=SCHEDULE, now=JUST):
    """Claimed at the end of its undo window, and as far as the point of no return."""
    held = hold(Decision(10), schedule, NOW)
    item, _ = queue("i1", a_draft(), a_submission(), held, NOW)
    return begin_body(claim(item, now, "me").new, now, "").new


def kept():
    return settled(sending(), Kept("s1", "ok"), JUST, 0).new


def test_only_the_undo_window_is_waited_for_here():
    held = hold(Decision(10), SCHEDULE, NOW)
    item, _ = queue("i1", a_draft(), a_submission(), held, NOW)
    assert is_due(item, JUST)
    assert is_for_server(item)


def test_kept_it_waits_with_its_handle_until_its_time():
    item = kept()
    assert (item.state, item.handle, item.wait) == (State.WAITING, "s1", Wait.SCHEDULE)
    assert item.left(JUST) == HOUR - 10


def test_what_somebody_has_already_is_not_asked_back():
    first, rest = kept().recipients
    item = replace(kept(), recipients=(replace(first, standing=Standing.ACCEPTED), rest))
    assert ask_back(item, JUST) is None


def test_kept_it_is_nobodys_to_send_or_to_take_back_here():
    item = kept()
    past = NOW.later(2 * HOUR)
    assert not item.can_be_taken_back
    moves = (claim(item, past, "me"), undo(item, JUST), release(item, JUST), pause(item, JUST))
    assert moves == (None, None, None, None)
    assert later(item, JUST, 60) is None


NOES = [Refused(0, "keeps no mail"), Refused(451, "greylisted"), Refused(554, "not like that")]


@pytest.mark.parametrize("no", NOES)
def test_a_no_to_keeping_it_holds_it_here_until_its_time(no):
    """Nothing is sent early, and nothing fails for that."""
    item = settled(sending(), no, JUST, 0).new
    assert item.state is State.WAITING
    assert item.left(JUST) == HOUR - 10
    assert not is_for_server(item)
    assert (item.tries, item.first_try, item.phase, item.owner) == (0, 0.0, None, "")
    assert item.why == "the server does not keep it; this computer sends it at its time"


def test_a_no_to_its_recipients_is_a_no_to_sending_it():
    no = Refused(550, "nobody", (Refusal("aiko@example.jp", 550, "nobody"),))
    assert settled(sending(), no, JUST, 0).new.state is State.FAILED


def test_a_server_out_of_reach_is_tried_again_and_the_mail_never_given_up():
    item = sending()
    for _ in range(40):
        item = settled(item, Unreachable("offline"), JUST, 0).new
        assert item.state is State.WAITING
        assert 0 < item.left(JUST) <= 900
        item = begin_body(claim(replace(item, due=JUST), JUST, "me").new, JUST, "").new
    assert is_for_server(item)


def test_it_is_tried_again_no_later_than_its_time():
    now = NOW.later(HOUR - 5)
    assert settled(sending(now=now), Unreachable("offline"), now, 0).new.left(now) == 5


def test_past_its_time_it_is_sent_from_here_at_once():
    now = NOW.later(HOUR + 5)
    item = sending(now=now)
    assert too_soon(item, now)
    after = settled(item, Refused(0, "too near"), now, 0).new
    assert is_due(after, now)
    assert not is_for_server(after)


def test_an_answer_that_was_lost_is_unsure_and_may_be_found_on_the_server():
    item = settled(sending(), Vanished("broke"), JUST, 0).new
    assert item.state is State.UNSURE
    assert is_in_question(item)
    again = found(item, JUST, "s9").new
    assert (again.state, again.handle) == (State.WAITING, "s9")
    assert found(again, JUST, "s9") is None


def test_some_recipients_may_be_accepted_and_others_not():
    partly = Accepted("held", (Refusal("boss@example.jp", 550, "nobody"),))
    item = settled(sending(), partly, JUST, 0).new
    assert item.state is State.SENT
    assert [r.standing for r in item.recipients] == [Standing.ACCEPTED, Standing.REFUSED]


def test_other_mail_is_settled_as_ever():
    local = replace(SCHEDULE, by_server=False)
    item = sending(local, NOW.later(HOUR))
    assert settled(item, Refused(554, "no"), NOW.later(HOUR), 0).new.state is State.FAILED


def test_sent_off_by_hand_means_now():
    held = hold(Decision(10), SCHEDULE, NOW)
    item, _ = queue("i1", a_draft(), a_submission(), held, NOW)
    assert not is_for_server(release(item, NOW).new)


def test_the_same_bytes_again_go_to_the_server_again():
    unsure = settled(sending(), Vanished("broke"), JUST, 0).new
    assert is_for_server(resolve(unsure, JUST, False, "again").new)


def test_gone_it_is_sent_and_its_copy_looked_for_before_one_is_filed():
    item = seen(kept(), Whereabouts.GONE, NOW.later(HOUR + 20)).new
    assert (item.state, item.filing, item.handle) == (State.SENT, Filing.DUE, "")
    assert item.filing_tries == 1
    assert {r.standing for r in item.recipients} == {Standing.ACCEPTED}


def test_canceled_with_our_wish_on_disk_it_is_among_the_drafts():
    item = seen(ask_back(kept(), JUST).new, Whereabouts.CANCELED, JUST).new
    assert (item.state, item.handle, item.wanted_back) == (State.UNDONE, "", False)


def test_canceled_by_somebody_else_it_is_a_question():
    item = seen(kept(), Whereabouts.CANCELED, JUST).new
    assert (item.state, item.handle, item.due) == (State.PAUSED, "", None)
    assert item.can_be_taken_back
    assert not is_for_server(item)


@pytest.mark.parametrize("item", [kept(), ask_back(kept(), JUST).new])
def test_nowhere_on_the_server_it_is_unsure_and_nobody_says_that_it_went_to_nobody(item):
    unsure = seen(item, Whereabouts.NOWHERE, NOW.later(HOUR + 20)).new
    assert (unsure.state, unsure.handle, unsure.wanted_back) == (State.UNSURE, "", False)
    assert "can't be told" in unsure.why
    assert not is_for_server(unsure)


def test_still_there_in_time_nothing_follows():
    assert seen(kept(), Whereabouts.KEPT, NOW.later(HOUR + 60)) is None


def test_still_there_long_after_its_time_is_said_once():
    late = NOW.later(2 * HOUR + 60)
    said = seen(kept(), Whereabouts.KEPT, late).new
    assert (said.state, said.handle) == (State.WAITING, "s1")
    assert said.why.startswith("the server still has it, long after its time")
    assert seen(said, Whereabouts.KEPT, late) is None


def test_what_no_server_keeps_is_not_asked_back():
    assert ask_back(sending(), JUST) is None
    assert seen(sending(), Whereabouts.GONE, JUST) is None


def test_a_wish_stands_as_long_as_nobody_knows_what_the_server_did():
    wished = ask_back(kept(), JUST).new
    assert not_given(wished, JUST, "offline").new.wanted_back
    assert not not_given(wished, JUST, "").new.wanted_back


def test_asked_each_hour_then_shortly_after_its_time_then_with_growing_pauses():
    item = kept()
    assert look_in(item, NOW.later(HOUR), 0, 0) == 15
    assert look_in(item, JUST, 0, 0) == HOUR
    assert look_in(item, NOW.later(HOUR - 60), 0, 0) == 75
    pauses = [look_in(item, NOW.later(HOUR), tries, 0) for tries in range(1, 20)]
    assert pauses == sorted(pauses)
    assert pauses[:3] == [15, 30, 60]
    assert pauses[-1] <= 900


def test_words_said_before_one_agrees():
    monday = Schedule(1_799_971_200.0, "Asia/Tokyo", "Friday 9am")
    there = "The server keeps it until Fri 15 Jan 09:00 and sends it even if this computer is off; "
    assert words(Offer(1e6, cancellable=True), monday) == there + "it can be taken back until then."
    assert words(Offer(1e6, cancellable=False), monday) == there + "once handed over it can't be taken back."
    assert "until Friday 9am" in words(Offer(1e6, True), replace(monday, zone="Mars/North"))


def test_how_long_in_words():
    assert at_most(600) == "keeps mail for 10 minutes at most"
    assert at_most(86_399.7) == "keeps mail for 24 hours at most"
    assert at_most(60) == "keeps mail for 60 seconds at most"
    assert at_most(44_236_800) == "keeps mail for 512 days at most"
