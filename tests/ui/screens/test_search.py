from msgspec.structs import replace

from tuimail.engine.news import Searched, Stage
from tuimail.mail.folder.query import EVERYTHING
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe
from tuimail.ui.widgets.message_list import MessageList


async def typed(pilot, press, *names):
    await press(pilot, *names)
    await pilot.pause(0.05)
    await press(pilot)


def list_of(pilot) -> MessageList:
    return pilot.app.screen.query_one(MessageList)


async def test_the_empty_line_says_what_can_be_asked(open_app, press, seen):
    pilot = await open_app((120, 24))
    await press(pilot, "slash")
    assert "from:  to:  subject:  has:attachment" in seen(pilot)
    assert "tab everywhere · enter keeps · esc back" in seen(pilot)


async def test_its_keys_stay_in_sight_while_one_types_in_a_small_terminal(open_app, press, seen):
    pilot = await open_app((80, 24))
    await typed(pilot, press, "slash", "'見積", "tab")
    assert "find everywhere 見積" in seen(pilot)
    assert "tab here · enter keeps · esc back" in seen(pilot)


async def test_every_letter_narrows_the_list_further(open_app, press, seen):
    pilot = await open_app()
    await typed(pilot, press, "slash", "'n")
    assert "100 with “n”" not in seen(pilot)
    await typed(pilot, press, "i", "g", "h")
    assert "20 with “nigh”" in seen(pilot)
    await typed(pilot, press, "backspace", "backspace", "backspace", "backspace")
    assert "34 unread of 100" in seen(pilot)


async def test_arrows_move_the_list_while_one_types(open_app, press):
    pilot = await open_app()
    await typed(pilot, press, "slash", "'nigh")
    await press(pilot, "down", "down", "up")
    assert list_of(pilot).cursor == 1
    await typed(pilot, press, "t")
    await press(pilot, "pagedown")
    assert list_of(pilot).cursor > 1
    assert list_of(pilot).view.query.text == "night"


async def test_arrows_that_come_with_the_letters_move_in_what_the_letters_found(open_app, press, burst):
    pilot = await open_app()
    await press(pilot, "slash")
    await burst(pilot, "n", "i", "g", "h", "down", "down")
    assert list_of(pilot).view.query.text == "nigh"
    assert list_of(pilot).cursor == 2


async def test_escape_goes_back_to_where_one_was(open_app, press):
    pilot = await open_app()
    messages = list_of(pilot)
    await press(pilot, *["j"] * 7)
    began, here = messages.view, messages.current.ref
    await typed(pilot, press, "slash", "'nigh", "down", "escape")
    assert (messages.view, messages.cursor, messages.current.ref) == (began, 7, here)
    await typed(pilot, press, "slash", "'nigh", "tab", "enter", "j", "escape")
    assert (messages.view, messages.cursor, messages.current.ref) == (began, 7, here)


async def test_tab_looks_everywhere_and_says_where_each_message_is(open_app, press, seen, world):
    pilot = await open_app((110, 24))
    elsewhere = replace(world.mailbox.envelope(900, "nightly elsewhere"), ref=Ref("work", "Archive", "900"))
    world.mailbox.rows = [elsewhere, *world.mailbox.rows]
    await typed(pilot, press, "slash", "'nigh")
    assert "elsewhere" not in seen(pilot)
    await typed(pilot, press, "tab")
    shown = seen(pilot)
    assert "find everywhere" in shown
    assert "Everywhere" in shown.split("\n")[0]
    assert "21 with “nigh”" in shown
    assert "Archive" in next(row for row in shown.split("\n") if "nightly elsewhere" in row)
    await typed(pilot, press, "tab")
    assert "20 with “nigh”" in seen(pilot)


async def test_what_is_found_is_read_and_marked_as_any_list(open_app, press, seen, world):
    pilot = await open_app()
    await typed(pilot, press, "slash", "'nigh", "enter", "t", "e")
    assert [done[0] for done in world.triage.done] == ["Archive"]
    assert "19 with “nigh”" in seen(pilot)
    await press(pilot, "enter")
    assert "佐藤様" in seen(pilot)


async def test_up_in_an_empty_line_recalls_what_was_asked_before(open_app, press):
    pilot = await open_app()
    await typed(pilot, press, "slash", "'nigh", "enter", "escape", "slash", "'Contract", "enter", "escape")
    await typed(pilot, press, "slash", "up")
    assert list_of(pilot).view.query.text == "Contract"
    await typed(pilot, press, "up")
    assert list_of(pilot).view.query.text == "nigh"
    await typed(pilot, press, "down", "down")
    assert list_of(pilot).view.query == EVERYTHING


async def test_a_server_is_asked_once_the_query_is_kept_and_the_title_says_how_it_went(
    open_app, press, seen, world
):
    pilot = await open_app((120, 24))
    await typed(pilot, press, "slash", "'nigh")
    assert world.search.asked == []
    await typed(pilot, press, "enter")
    view = list_of(pilot).view
    assert world.search.asked == [view]
    assert "all 100 searched" in seen(pilot)
    for stage, said in (
        (Stage.ASKING, "asking the server…"),
        (Stage.ASKED, "30 of 100 looked through by the server"),
        (Stage.REFUSED, "30 of 100 by header alone: offline"),
    ):
        world.newsroom.announce(Searched(view, 100, 30, stage, Safe("offline")))
        await press(pilot)
        assert said in seen(pilot)
