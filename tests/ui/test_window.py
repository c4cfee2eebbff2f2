from types import SimpleNamespace

from tuimail.ui.window import KEPT, PAGE, Window


def rows(page):
    return [SimpleNamespace(ref=page * PAGE + place) for place in range(PAGE)]


def test_a_row_is_unknown_until_its_page_is_here():
    window = Window(1000)
    assert window.row(250) is None
    window.put(1, rows(1))
    assert window.row(250).ref == 250
    assert window.index(250) == 250
    assert window.index(10) is None


def test_only_the_pages_that_are_needed_are_missing():
    window = Window(1000)
    window.put(1, rows(1))
    assert window.missing(190, 410) == (0, 2)
    assert window.missing(990, 1200) == (4,)
    assert window.missing(5, 5) == ()
    assert Window(0).missing(0, 10) == ()


def test_old_pages_make_room():
    window = Window(PAGE * 100)
    for page in range(KEPT + 5):
        window.put(page, rows(page))
    assert window.row(0) is None
    assert window.row((KEPT + 4) * PAGE) is not None
