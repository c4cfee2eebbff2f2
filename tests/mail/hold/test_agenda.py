"""What is due next is found without looking at all, whatever is done to the clocks."""

import pytest
from builders import NOW, a_draft, a_submission
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.mail.hold.agenda import Agenda
from tuimail.mail.hold.clocks import is_actionable
from tuimail.mail.hold.hold import hold
from tuimail.mail.hold.item import State
from tuimail.mail.hold.move import pause, queue
from tuimail.mail.rule.decision import Decision
from tuimail.mail.when.schedule import Schedule

HOUR = 3_600.0


def waiting(name="i", seconds=10.0, ahead=None, account="work"):
    schedule = Schedule(NOW.wall + ahead, "Asia/Tokyo", "then") if ahead else None
    draft = replace(a_draft(f"d-{name}"), account=account)
    return queue(name, draft, a_submission(name), hold(Decision(seconds), schedule, NOW), NOW)[0]


def agenda(*items, now=NOW):
    made = Agenda()
    made.put_all(items, now)
    return made


def test_the_one_that_has_been_due_for_longest_comes_first():
    made = agenda(waiting("late", 30), waiting("early", 10), waiting("middle", 20))
    assert made.next("work", NOW.later(9.9)) is None
    assert made.next("work", NOW.later(60)).id == "early"
    made.drop("early")
    assert made.next("work", NOW.later(60)).id == "middle"


def test_each_account_has_a_turn_of_its_own():
    made = agenda(waiting("a", 10, account="work"), waiting("b", 20, account="home"))
    assert made.next("home", NOW.later(60)).id == "b"
    assert made.next("elsewhere", NOW.later(60)) is None


def test_what_does_not_wait_any_more_is_not_due():
    item = waiting()
    made = agenda(item)
    made.put(pause(item, NOW).new, NOW)
    assert made.next("work", NOW.later(60)) is None


def test_only_the_newest_version_counts():
    item = waiting(seconds=10)
    longer = replace(item, version=2, due=NOW.later(100))
    made = agenda(item)
    made.put(longer, NOW)
    assert made.next("work", NOW.later(60)) is None
    assert made.next("work", NOW.later(100)) is longer


def test_it_says_how_long_nothing_needs_attention():
    made = agenda(waiting("a", 30), waiting("b", 10))
    assert made.soonest(NOW) == pytest.approx(10)
    assert agenda().soonest(NOW) == float("inf")


def test_the_order_is_made_anew_when_the_wall_clock_was_set_and_only_then():
    made = agenda(waiting())
    assert not made.is_stale(NOW.later(HOUR))
    assert made.is_stale(replace(NOW.later(HOUR), wall=NOW.wall))


def test_an_instant_that_a_set_clock_brings_needs_attention_when_the_wall_shows_it():
    """The boot clock would have it an hour later; the person is asked, and not left waiting for that hour."""
    set_forward = replace(NOW, wall=NOW.wall + HOUR)
    made = agenda(waiting(ahead=2 * HOUR), now=set_forward)
    assert made.soonest(set_forward) == pytest.approx(HOUR)
    assert made.next("work", set_forward.later(HOUR - 1)) is None
    assert made.next("work", set_forward.later(HOUR)) is not None


def test_what_waited_before_a_restart_needs_attention_once_the_clock_is_believed():
    started = replace(NOW.later(100), boot=5.0, boot_id="next")
    made = agenda(waiting(ahead=9 * HOUR), now=started)
    assert made.next("work", started) is None
    assert made.next("work", started.later(40)) is not None


ROUNDING = 0.001
"""Seconds that a wall clock's fractions may be off, since they are few."""


@given(
    st.lists(st.tuples(st.floats(0, 7_200), st.none() | st.floats(60, 7_200)), max_size=8),
    st.floats(-7_200, 7_200),
    st.floats(0, 20_000),
)
def test_it_gives_what_looking_at_all_would_give(waits, step, seconds):
    items = [waiting(f"i{n}", hold_for, ahead) for n, (hold_for, ahead) in enumerate(waits)]
    now = replace(NOW, wall=NOW.wall + step).later(seconds)
    made = agenda(*items, now=replace(NOW, wall=NOW.wall + step))
    found = set()
    while (item := made.next("work", now)) is not None:
        found.add(item.id)
        made.put(replace(item, version=item.version + 1, state=State.SENDING, due=None), now)
    assert found <= {item.id for item in items if is_actionable(item, now)}
    assert found >= {item.id for item in items if is_actionable(item, now.later(-ROUNDING))}
