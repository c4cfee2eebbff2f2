from hypothesis import given
from hypothesis import strategies as st

from tuimail.ui.unfolded import Unfolded


@given(st.dictionaries(st.integers(0, 30), st.integers(1, 5), max_size=6))
def test_every_row_and_every_message_of_an_unfolded_one_has_its_index(sizes):
    trees = {row: tuple(f"{row}.{n}" for n in range(size)) for row, size in sizes.items()}
    shown = [(row, one) for row in range(31) for one in trees.get(row, (None,))]
    unfolded = Unfolded(trees)
    assert [unfolded.at(index) for index in range(31 + unfolded.more)] == shown
    assert [unfolded.index(row) for row in range(31)] == [
        next(index for index, (there, _) in enumerate(shown) if there == row) for row in range(31)
    ]


def test_one_can_be_folded_again():
    assert Unfolded().with_(3, ("a", "b")).without(3).more == 0
