from tuimail.ui import keys
from tuimail.ui.keys import KEYS, Place
from tuimail.ui.screens.help import help_rows


def words(here):
    return ["".join(piece.text for piece in row) for row in help_rows(here, {})]


def test_the_help_lists_every_key():
    shown = "\n".join(words(None))
    for key in KEYS:
        assert key.tooltip in shown
        assert all(name in shown for name in keys.names(key, {}))


def test_it_starts_with_the_place_one_came_from():
    assert words(Place.OUTBOX)[0] == " Outbox"


def test_it_fits_in_eighty_columns():
    assert max(map(len, words(None))) <= 79


async def test_question_mark_opens_it_and_escape_closes_it(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "o", "question_mark")
    assert seen(pilot).split("\n")[2] == " Outbox"
    await press(pilot, "escape", "escape")
    assert "Inbox · work" in seen(pilot)
