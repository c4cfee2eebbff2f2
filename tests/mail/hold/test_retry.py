"""Pauses between tries: growing, jittered, finite, and never more than four hours."""

import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.hold import retry

FOUR_HOURS = 14_400.0
PACES = {
    "unreachable": (retry.after_unreachable, 900.0),
    "refused": (retry.after_refusal, FOUR_HOURS),
    "filing": (retry.after_filing, 3_600.0),
}
LIMITS = (0, 1, 2**31 - 1, 2**31, 2**63 - 1, 2**63, sys.maxsize, 10**30, -1, -(2**63))


@pytest.mark.parametrize("pace", PACES)
def test_10_000_tries_grow_and_stay_within_bounds(pace):
    after, most = PACES[pace]
    before = 0.0
    for tries in range(1, 10_001):
        shortest, longest = after(tries, 0.0), after(tries, 1.0)
        assert 0 < shortest <= longest <= most <= FOUR_HOURS
        assert before <= shortest
        before = shortest
    assert longest == most


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("tries", LIMITS)
def test_counters_at_the_limits_of_any_integer_give_a_finite_pause(pace, tries):
    after, most = PACES[pace]
    for jitter in (0.0, 0.5, 0.999999):
        assert 0 < after(tries, jitter) <= most


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("tries", [1, 3, 10_000])
def test_the_pause_is_not_the_same_for_all(pace, tries):
    after, _ = PACES[pace]
    chance = random.Random(1)
    pauses = {after(tries, chance.random()) for _ in range(1_000)}
    assert len(pauses) > 900
    assert max(pauses) > 1.2 * min(pauses)


def test_a_server_s_no_is_asked_again_after_minutes_a_network_after_seconds():
    assert retry.after_refusal(1, 0.0) >= 300
    assert retry.after_unreachable(1, 0.0) <= 30
    assert sum(retry.after_refusal(tries, 0.0) for tries in range(1, 4)) <= 3_600


@given(st.floats(0, 10 * 365 * 86_400), st.integers(0, 2**63))
def test_an_age_of_up_to_ten_years_gives_up_only_after_five_days_and_twenty_tries(age, tries):
    assert retry.given_up(1_800_000_000.0, 1_800_000_000.0 + age, tries) is (age > 5 * 86_400 and tries >= 20)


@given(st.floats(0, 1, exclude_max=True))
def test_a_server_that_puts_off_for_five_days_was_asked_often_enough_to_be_given_up(jitter):
    """At this pace the five days hold more tries than are asked for."""
    at, tries = 0.0, 1
    while not retry.given_up(0.0, at, tries):
        at += retry.after_refusal(tries, jitter)
        tries += 1
    assert 5 * 86_400 < at < 6 * 86_400


@given(st.floats(0, 1e12), st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_pause_that_a_server_asks_for_is_granted_up_to_the_longest_of_any(asked, tries, jitter):
    pause = retry.after_unreachable(tries, jitter, asked)
    assert pause >= min(asked, retry.REFUSED_MOST)
    assert pause >= retry.after_unreachable(tries, jitter)
    assert pause <= retry.REFUSED_MOST
