"""What a synchronisation has to do, case by case as its table numbers them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.folder.change import Deed, Erased, Flagged, Labelled, Moved, applied, hides
from tuimail.mail.folder.folder import Listing
from tuimail.mail.folder.plan import SPAN, Plan, Round, as_done, changed, kind, pieces, plan
from tuimail.mail.folder.sync import Look, Mark, number
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.safe import Safe

NONE: frozenset[str] = frozenset()
SEEN, FLAGGED, BOTH = frozenset({"\\Seen"}), frozenset({"\\Flagged"}), frozenset({"\\Seen", "\\Flagged"})
READ: tuple[Deed, ...] = (Flagged(SEEN, NONE),)
AWAY: tuple[Deed, ...] = (Moved("Archive"),)
HERE = Mark(validity=1, next=10, modseq=5, total=3)


@pytest.mark.parametrize(
    ("reached", "look", "expected"),
    [
        pytest.param(None, Look(HERE, whole=False, flags={"1.1": NONE}), Round.WHOLE, id="R1"),
        pytest.param(Mark(validity=2), Look(HERE, whole=True), Round.ANEW, id="R2"),
        pytest.param(HERE, Look(HERE, whole=True), Round.WHOLE, id="R3"),
        pytest.param(HERE, Look(HERE, whole=False), Round.NOTHING, id="R4"),
        pytest.param(HERE, Look(HERE, whole=False, gone=("1.1",)), Round.CHANGES, id="R5-gone"),
        pytest.param(HERE, Look(HERE, whole=False, flags={"1.1": SEEN}), Round.CHANGES, id="R5-flags"),
    ],
)
def test_what_kind_of_round(reached: Mark | None, look: Look, expected: Round) -> None:
    assert kind(reached, look) is expected


@pytest.mark.parametrize(
    ("known", "there", "deeds", "expected"),
    [
        pytest.param({}, {"1": NONE}, (), Plan(("1",), (), {}), id="S1"),
        pytest.param({}, {"1": NONE}, AWAY, Plan((), (), {}), id="S2-moved"),
        pytest.param({}, {"1": NONE}, (Erased(),), Plan((), (), {}), id="S2-erased"),
        pytest.param({"1": NONE}, {}, (), Plan((), ("1",), {}), id="S3"),
        pytest.param({"1": NONE}, {}, AWAY, Plan((), ("1",), {}), id="S3-away"),
        pytest.param({"1": NONE}, {"1": SEEN}, AWAY, Plan((), (), {}), id="S4"),
        pytest.param({"1": SEEN}, {"1": SEEN}, (), Plan((), (), {}), id="S5"),
        pytest.param({"1": SEEN}, {"1": NONE}, READ, Plan((), (), {}), id="S5-done-here-already"),
        pytest.param({"1": NONE}, {"1": SEEN}, (), Plan((), (), {"1": SEEN}), id="S6"),
        pytest.param({"1": NONE}, {"1": FLAGGED}, READ, Plan((), (), {"1": BOTH}), id="S6-with-a-deed"),
    ],
)
def test_what_is_done_about_a_message(known, there, deeds, expected) -> None:
    assert plan(Listing(known), Listing(there), {"1": deeds}) == expected


def test_what_is_new_is_fetched_newest_first() -> None:
    made = plan(Listing({"1": NONE}), Listing({"1": NONE, "2": NONE, "3": NONE}))
    assert made == Plan(("3", "2"), (), {})


def test_of_changes_alone_nothing_is_thought_gone() -> None:
    made = changed(Listing({"1": NONE, "2": NONE}), Listing({"2": SEEN, "3": NONE}))
    assert made == Plan(("3",), (), {"2": SEEN})


def envelope(uid: str, flags: frozenset[str] = NONE, labels: frozenset[str] = NONE) -> Envelope:
    return Envelope(Ref("a", "f", uid), Address("x@y"), (), (), Safe("s"), 1.0, 1, flags, labels=labels)


def test_envelopes_are_shown_as_they_will_be() -> None:
    work = frozenset({"work"})
    deeds = {"1": (*READ, Labelled(work, NONE)), "2": AWAY}
    shown = as_done([envelope("1", FLAGGED), envelope("2"), envelope("3")], deeds)
    assert shown == (envelope("1", BOTH, work), envelope("3"))


@pytest.mark.parametrize(("uid", "expected"), [
    ("7.25", 25), ("25", 25), ("17.M2P3.host", 0), ("", 0), ("1.²", 0), ("1.99999999999999999999", 0),
])  # fmt: skip
def test_the_number_of_a_key(uid: str, expected: int) -> None:
    assert number(uid) == expected


@given(st.sets(st.integers(1, 5 * SPAN), max_size=40))
def test_changes_come_in_pieces_that_are_newest_first_and_narrow(numbers: set[int]) -> None:
    look = Look(HERE, False, {f"1.{n}": NONE for n in numbers})
    found = pieces(look)
    assert sorted(uid for piece in found for uid in piece.flags) == sorted(look.flags)
    for piece in found:
        mine = [number(uid) for uid in piece.flags]
        assert mine == sorted(mine)
        assert (piece.first, piece.last) == (mine[0], mine[-1])
        assert piece.last - piece.first < SPAN
    assert all(new.first > old.last for new, old in pairwise(found))


FLAGS = st.frozensets(st.sampled_from(["\\Seen", "\\Flagged"]))
LISTINGS = st.dictionaries(st.integers(1, 30).map(str), FLAGS).map(Listing)
DEED = st.builds(Flagged, FLAGS, FLAGS) | st.just(Moved("Archive")) | st.just(Erased())
DEEDS = st.dictionaries(st.integers(1, 30).map(str), st.lists(DEED, min_size=1, max_size=3))


@given(LISTINGS, LISTINGS, DEEDS)
def test_carrying_out_the_plan_makes_both_sides_equal_and_a_second_plan_empty(known, there, deeds) -> None:
    todo = plan(known, there, deeds)
    after = {uid: flags for uid, flags in known.flags.items() if uid not in todo.drop} | todo.reflag
    after |= {uid: applied(there.flags[uid], deeds.get(uid, ())) for uid in todo.fetch}
    away = {uid for uid, mine in deeds.items() if hides(mine)}
    assert {uid: flags for uid, flags in after.items() if uid not in away} == {
        uid: applied(flags, deeds.get(uid, ())) for uid, flags in there.flags.items() if uid not in away
    }
    assert set(after) & away == set(known.flags) & set(there.flags) & away
    assert plan(Listing(after), there, deeds) == Plan((), (), {})


@given(LISTINGS, LISTINGS, DEEDS)
def test_whole_and_changes_alone_come_to_the_same(known, there, deeds) -> None:
    whole = plan(known, there, deeds)
    different = {
        uid: flags for uid, flags in there.flags.items() if known.flags.get(uid) != flags or uid in deeds
    }
    alone = changed(known, Listing(different), deeds)
    assert (alone.fetch, alone.reflag) == (whole.fetch, whole.reflag)
