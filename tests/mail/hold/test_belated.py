"""An answer for an item that another process took for abandoned counts for the attempt it answers."""

import pytest
from builders import NOW, a_queued
from msgspec.structs import replace

from tuimail.mail.hold.item import State
from tuimail.mail.hold.move import begin_body, claim, pause, recover, resolve, undo
from tuimail.mail.hold.outcome import Accepted, Refused
from tuimail.mail.hold.settle import belated, settle

LATER = NOW.later(60)


def in_body(item):
    return begin_body(claim(item, LATER, "one").new, LATER, "").new


SENDING = in_body(a_queued()[0])
UNSURE = recover(SENDING, LATER).new
AGAIN = resolve(UNSURE, LATER, False, "again").new
ACCEPTED = settle(SENDING, Accepted("250 ok"), LATER, 0.0)


def test_the_move_is_made_from_what_the_item_is_now():
    made = belated(ACCEPTED, UNSURE)
    assert made.old == UNSURE
    assert (made.new.state, made.new.version) == (State.SENT, UNSURE.version + 1)
    assert (made.entry.before, made.entry.after) == ("unsure", "sent")


def test_one_that_came_true_needs_no_other():
    assert belated(ACCEPTED, ACCEPTED.new) is None
    assert belated(ACCEPTED, SENDING) is None


def test_an_answer_to_an_earlier_attempt_says_nothing_about_this_one():
    second = recover(in_body(AGAIN), LATER).new
    assert (second.state, second.tries) == (State.UNSURE, 2)
    assert belated(ACCEPTED, second) is None


def test_what_waits_to_go_again_does_not_go_when_it_was_accepted_even_if_it_is_paused_by_now():
    assert belated(ACCEPTED, AGAIN).new.state is State.SENT
    assert belated(ACCEPTED, pause(AGAIN, LATER).new).new.state is State.SENT


@pytest.mark.parametrize("known", [undo(AGAIN, LATER).new, resolve(UNSURE, LATER, True, "sent").new])
def test_what_a_person_has_settled_stays_as_it_is(known):
    assert belated(ACCEPTED, known) is None


def test_what_was_counted_meanwhile_stays_counted():
    known = replace(AGAIN, crashes=2)
    refused = settle(SENDING, Refused(451, "later"), LATER, 0.0)
    assert belated(refused, known) is None
    assert belated(ACCEPTED, known).new.crashes == 2
    assert belated(ACCEPTED, known).new.doubted
