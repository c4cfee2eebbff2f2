"""What counts as a near miss, and what caught it."""

import pytest
from builders import NOW, a_queued
from msgspec.structs import replace

from tuimail.mail.after.near_miss import Catch, NearMiss, deciding, tallies, undone
from tuimail.mail.hold.item import Recipient, State, Wait


def held(**changes):
    item, *_ = a_queued()
    return replace(item, **changes)


@pytest.mark.parametrize(
    ("changes", "catch", "name"),
    [
        ({}, Catch.UNDO, ""),
        ({"reasons": ("rule: outside waits", "undo window 10 s")}, Catch.RULE, "outside waits"),
        ({"reasons": ("rule: price lists: ask the boss",), "state": State.PAUSED}, Catch.RULE, "price lists"),
        ({"reasons": ("undo window 60 s", "rule: outside waits")}, Catch.UNDO, ""),
        ({"reasons": ("rule: outside waits",), "wait": Wait.RETRY}, Catch.UNDO, ""),
    ],
)
def test_the_rule_that_decided_caught_it_otherwise_undo_did(changes, catch, name):
    miss = undone(held(**changes), NOW.later(3))
    assert (miss.catch, miss.name, miss.account, miss.left) == (catch, name, "work", 7.0)


def test_a_failed_mail_and_one_to_oneself_alone_are_no_near_misses():
    assert undone(held(state=State.FAILED), NOW) is None
    assert undone(held(recipients=(Recipient("Me@example.jp"),)), NOW) is None
    assert undone(held(recipients=(Recipient("me@example.jp"), Recipient("x@y.example"))), NOW) is not None


def test_a_mail_without_reasons_has_no_deciding_rule():
    assert deciding(held(reasons=())) == ""


def test_near_misses_are_told_by_what_caught_them():
    misses = [NearMiss("work", Catch.UNDO, float(n), left=float(n)) for n in (1, 2, 9)]
    misses += [NearMiss("home", Catch.RULE, 4.0, "outside waits", 30.0)]
    first, second = tallies(misses)
    assert (first.catch, first.count, first.left, first.last) == (Catch.UNDO, 3, 2.0, 9.0)
    assert (second.name, second.count) == ("outside waits", 1)
    assert tallies([]) == ()
