from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tuimail.ui.format.cells import Piece, cut, fit, fit_right, row_len, spread, wrap

TEXT = st.text(alphabet="ab 、見積書ｱ（…e\u0301", max_size=40)


def test_a_wide_character_is_never_split():
    assert fit("見積書", 5) == "見積…"
    assert fit("見積書", 4) == "見… "


@given(TEXT, st.integers(0, 30))
def test_fitted_text_has_exactly_its_cells(text, width):
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit_right(text, width)) == width
    assert cell_len(cut(text, width)) <= width


@given(TEXT, TEXT, st.integers(0, 60))
def test_a_spread_row_fills_its_width_and_gives_up_the_left_side_first(left, right, width):
    row = spread((Piece(left),), (Piece(right),), width)
    assert row_len(row) == width
    if cell_len(right) <= width:
        assert right in "".join(piece.text for piece in row)


@given(TEXT, st.integers(2, 30))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text, width):
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_lines_break_at_spaces_where_there_are_some():
    assert wrap("the second round of the contract", 16) == ["the second round", "of the contract"]


def test_japanese_breaks_between_characters():
    assert wrap("いつもお世話に", 6) == ["いつも", "お世話", "に"]
