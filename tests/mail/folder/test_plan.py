"""What a synchronisation has to do."""

from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.folder.folder import Listing
from tuimail.mail.folder.plan import plan

FLAGS = st.frozensets(st.sampled_from(["\\Seen", "\\Flagged"]))
LISTINGS = st.dictionaries(st.integers(1, 30).map(str), FLAGS).map(Listing)

SEEN = frozenset({"\\Seen"})
NONE: frozenset[str] = frozenset()


def test_what_is_new_is_fetched_newest_first() -> None:
    made = plan(Listing({"1": NONE}), Listing({"1": NONE, "2": NONE, "3": NONE}))
    assert made.fetch == ("3", "2")
    assert not made.drop
    assert not made.reflag


def test_what_is_gone_is_dropped() -> None:
    assert plan(Listing({"1": NONE, "2": NONE}), Listing({"2": NONE})).drop == ("1",)


def test_changed_flags_are_taken_over() -> None:
    assert plan(Listing({"1": NONE}), Listing({"1": SEEN})).reflag == {"1": SEEN}


@given(LISTINGS, LISTINGS)
def test_carrying_out_the_plan_makes_both_sides_equal_and_a_second_plan_empty(
    known: Listing, there: Listing
) -> None:
    todo = plan(known, there)
    after = {uid: flags for uid, flags in known.flags.items() if uid not in todo.drop}
    after |= todo.reflag
    after |= {uid: there.flags[uid] for uid in todo.fetch}
    assert after == there.flags
    again = plan(Listing(after), there)
    assert not (again.fetch or again.drop or again.reflag)
