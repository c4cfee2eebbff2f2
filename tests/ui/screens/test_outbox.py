import asyncio

import pytest
from msgspec.structs import replace
from textual.events import Key

from tuimail.mail.hold.item import Entry, State
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import Safe
from tuimail.ui.widgets.edge import Edge


@pytest.fixture
def held(world):
    """Puts an item into the outbox."""

    def put(subject="見積書送付", **changes):
        item = replace(world.item(subject, ("suzuki@client.example",), 10), **changes)
        world.outbox.drafts_of[item.id] = Draft(f"d{item.id}", "work", to="a@b.c", subject=subject)
        return world.outbox.put(item)

    return put


async def test_it_lists_what_is_held_and_what_asks_with_the_trail_below(open_app, press, seen, held):
    held()
    held("Re: invoice", state=State.UNSURE, due=None, why="answer lost: probably sent")
    pilot = await open_app()
    await press(pilot, "o")
    shown = seen(pilot)
    assert "Outbox · 1 held · 1 needs you" in shown
    assert "in 0:10        見積書送付" in shown
    assert " ! probably sent  Re: invoice" in shown
    assert "queued: undo window 10 s" in shown


async def test_u_takes_the_chosen_one_back_to_the_composer(open_app, press, seen, held):
    held("older")
    held("newer")
    pilot = await open_app()
    await press(pilot, "o", "j", "u")
    assert pilot.app.screen.draft.subject == "older"


async def test_what_rested_leaves_no_row_behind_in_the_place_below(open_app, press, seen, held):
    held("failed one", state=State.FAILED, due=None)
    pilot = await open_app()
    await pilot.pause(0.3)
    await press(pilot)
    edge = pilot.app.screen.query_one(Edge)
    assert edge.size.height == 2
    await press(pilot, "o", "u")
    await pilot.pause(1.1)
    await press(pilot, "escape", "escape")
    assert edge.size.height == 1


async def test_n_sends_now(open_app, press, seen, held, world):
    item = held()
    pilot = await open_app()
    await press(pilot, "o", "n")
    assert world.outbox.list[item.id].state is State.SENT
    assert "   sent           見積書送付" in seen(pilot)


@pytest.mark.parametrize(("key", "state"), [("x", State.SENT), ("R", State.WAITING)])
async def test_the_user_settles_what_is_unsure(open_app, press, held, world, key, state):
    item = held(state=State.UNSURE, due=None)
    pilot = await open_app()
    await press(pilot, "o", key)
    assert world.outbox.list[item.id].state is state


async def test_delete_asks_and_never_removes_what_is_to_leave(open_app, press, seen, held, world):
    held("failed one", state=State.FAILED, due=None)
    pilot = await open_app()
    await press(pilot, "o", "d", "n")
    assert len(world.outbox.list) == 1
    await press(pilot, "d", "y")
    assert world.outbox.list == {}
    held("held one")
    await pilot.pause(0.3)
    await press(pilot, "d")
    assert "What is still to leave is not deleted" in seen(pilot)
    assert len(world.outbox.list) == 1


async def test_many_held_mails_are_three_lines_and_a_count(open_app, seen, held, press):
    for number in range(7):
        held(f"mail {number}")
    pilot = await open_app()
    assert seen(pilot).count("held 0:10") == 3
    assert "and 4 more  o" in seen(pilot)


async def test_the_countdown_is_on_every_screen(open_app, seen, held, press):
    held()
    pilot = await open_app()
    for keys in (["c"], ["escape", "enter"], ["q", "D"], ["q", "question_mark"]):
        await press(pilot, *keys)
        assert "held 0:10 ■■■■■■■■■■ 「見積書送付」" in seen(pilot), keys


async def test_in_the_outbox_each_row_counts_down_and_nothing_is_said_twice(
    open_app, seen, held, press, world
):
    held()
    pilot = await open_app()
    await press(pilot, "o")
    assert "   in 0:10        見積書送付" in seen(pilot)
    assert seen(pilot).count("見積書送付 ") == 1
    assert "take back" not in seen(pilot)
    world.pass_time(3.2)
    await pilot.pause(0.25)
    assert "   in 0:07        見積書送付" in seen(pilot)


async def test_the_keys_that_settle_are_shown_on_an_unsure_mail_alone(open_app, seen, held, press):
    held("older", state=State.UNSURE, due=None)
    held("newer")
    pilot = await open_app()
    await press(pilot, "o")
    assert " x was sent  R send again  d delete  t mark" in seen(pilot)
    await press(pilot, "j")
    assert " u to composer  n now  l later  s when  p pause  t mark" in seen(pilot)


async def test_a_long_answer_of_the_server_is_there_to_its_last_word(open_app, seen, held, press, world):
    answer = Safe("550 5.7.1 " + "blocked " * 20 + "ask postmaster@client.example")

    async def trail(item_id):
        return (Entry(world.now().wall, "sending", "failed", "refused by the server", answer),)

    world.outbox.trail = trail
    held(state=State.FAILED, due=None)
    pilot = await open_app()
    await press(pilot, "o")
    assert "postmaster@client.example" in seen(pilot)


@pytest.mark.parametrize("size", [(80, 24), (80, 25), (120, 36)])
async def test_of_a_trail_that_is_too_long_its_end_is_there(open_app, seen, held, press, world, size):
    async def trail(item_id):
        return [Entry(world.now().wall, "sending", "waiting", f"step {n}.", Safe("")) for n in range(30)]

    world.outbox.trail = trail
    held()
    pilot = await open_app(size=size)
    await press(pilot, "o")
    assert "step 29." in seen(pilot)


async def test_a_sent_mail_is_named_for_a_moment(open_app, seen, held, press, world):
    item = held()
    pilot = await open_app()
    await world.outbox.now(item.id)
    await pilot.pause(0.25)
    assert "sent 「見積書送付」to suzuki@client.example" in seen(pilot)
    world.pass_time(4.5)
    await pilot.pause(0.3)
    assert "見積書送付" not in seen(pilot)


async def test_undo_with_nothing_held_says_so(open_app, seen, press):
    pilot = await open_app()
    await press(pilot, "u")
    assert "There is nothing to take back." in seen(pilot)


async def test_l_waits_longer_and_s_chooses_a_time_in_words(open_app, press, seen, held, world):
    item = held()
    pilot = await open_app()
    await press(pilot, "o", "l")
    assert "> 1 minute longer" in seen(pilot)
    await press(pilot, "down", "enter")
    assert world.outbox.list[item.id].left(world.now()) == pytest.approx(610, abs=1)
    await press(pilot, "s", "'明日の9時")
    assert "9:00 JST（あと" in seen(pilot)
    await press(pilot, "enter")
    chosen = world.outbox.list[item.id]
    assert (chosen.schedule.typed, chosen.schedule.zone) == ("明日の9時", "Asia/Tokyo")
    assert "scheduled: 明日" in seen(pilot)


async def test_l_takes_a_time_in_words_too(open_app, press, held, world):
    item = held()
    pilot = await open_app()
    await press(pilot, "o", "l", "'in 2 hours", "enter")
    assert world.outbox.list[item.id].left(world.now()) == pytest.approx(7200, abs=1)


async def test_words_that_are_not_understood_are_refused_and_nothing_is_changed(
    open_app, press, seen, held, world
):
    item = held()
    pilot = await open_app()
    await press(pilot, "o", "s", "'the day after never", "enter")
    assert "is not understood" in seen(pilot)
    await press(pilot, "escape")
    assert world.outbox.list[item.id] == item


async def test_p_pauses_and_releases_and_the_bar_says_which(open_app, press, seen, held, world):
    item = held()
    pilot = await open_app()
    await press(pilot, "o")
    assert "p pause" in seen(pilot)
    await press(pilot, "p")
    await pilot.pause(0.3)
    assert world.outbox.list[item.id].state is State.PAUSED
    assert "p release" in seen(pilot)
    await press(pilot, "p")
    assert world.outbox.list[item.id].state is State.WAITING


async def test_a_failed_mail_is_tried_again_on_one_key(open_app, press, seen, held, world):
    item = held(state=State.FAILED, due=None)
    pilot = await open_app()
    await press(pilot, "o")
    assert "R try again" in seen(pilot)
    assert "It did not leave. Change it, try again, or give it up?" in seen(pilot)
    await press(pilot, "R")
    assert world.outbox.list[item.id].state is State.SENT


async def test_several_marked_ones_go_back_to_drafts_and_what_is_too_late_is_counted(
    open_app, press, seen, held, world
):
    for number in range(3):
        held(f"mail {number}")
    held("gone", state=State.SENT, due=None)
    pilot = await open_app()
    await press(pilot, "o", "T")
    assert "4 marked" in seen(pilot)
    await press(pilot, "u")
    assert "3 taken back to Drafts, 1 too late." in seen(pilot)
    assert len(world.drafts.kept) == 3
    assert pilot.app.screen.place == "Outbox"


async def test_marks_are_set_taken_away_and_turned_round(open_app, press, seen, held):
    for number in range(3):
        held(f"mail {number}")
    pilot = await open_app()
    await press(pilot, "o", "t", "space")
    assert "2 marked" in seen(pilot)
    await press(pilot, "asterisk")
    assert "1 marked" in seen(pilot)
    await press(pilot, "T", "T")
    assert "marked" not in seen(pilot)
    await press(pilot, "t", "escape")
    assert "marked" not in seen(pilot)
    assert pilot.app.screen.place == "Outbox"


async def test_sending_many_now_asks_once(open_app, press, seen, held, world):
    for number in range(3):
        held(f"mail {number}")
    pilot = await open_app()
    await press(pilot, "o", "T", "n")
    assert "Send 3 mails now?" in seen(pilot)
    await press(pilot, "n")
    assert {item.state for item in world.outbox.list.values()} == {State.WAITING}
    await press(pilot, "n", "y")
    assert "3 due now." in seen(pilot)


async def test_what_is_done_to_many_can_be_stopped(open_app, press, seen, held, world):
    world.outbox.slow = asyncio.Event()
    for number in range(5):
        held(f"mail {number}")
    pilot = await open_app()
    await press(pilot, "o", "T")
    pilot.app.post_message(Key("u", "u"))
    await pilot.pause(0.05)
    pilot.app.post_message(Key("escape", None))
    await pilot.pause(0.05)
    world.outbox.slow.set()
    await press(pilot)
    assert "1 taken back to Drafts, 4 left as they were." in seen(pilot)


async def test_no_key_acts_on_a_mail_that_slid_under_the_cursor_by_itself(open_app, press, seen, held, world):
    first = held("first")
    for number in range(60):
        held(f"mail {number}")
    pilot = await open_app()
    await press(pilot, "o")
    await pilot.pause(0.3)
    world.outbox.put(replace(first, due=world.now(), version=2))
    await pilot.pause(0.3)
    await press(pilot, "home")
    await world.outbox.now(first.id)
    await pilot.pause(0.3)
    await press(pilot, "n")
    assert "Another mail came under the cursor" in seen(pilot)
    assert [item.id for item in world.outbox.list.values() if item.state is State.SENT] == [first.id]
    world.pass_time(1)
    await press(pilot, "n")
    assert len([item for item in world.outbox.list.values() if item.state is State.SENT]) == 2


async def test_what_rests_is_one_line_on_every_other_screen(open_app, press, seen, held):
    held("Re: invoice", state=State.FAILED, due=None, why="refused by the server")
    held("other", state=State.FAILED, due=None, why="refused by the server")
    held("still held")
    pilot = await open_app((120, 36))
    for keys in ([], ["c"], ["escape", "enter"], ["q", "D"]):
        await press(pilot, *keys)
        shown = seen(pilot)
        assert " ! other: refused by the server" in shown or " ! Re: invoice: refused" in shown, keys
        assert "+1 more" in shown
        assert "「still held」" in shown


async def test_a_stopped_account_is_named_and_its_mail_crowds_nothing_out(open_app, press, seen, held, world):
    world.accounts = (*world.accounts, replace(world.accounts[0], name="home"))
    for number in range(5):
        held(f"mail {number}", account="home")
    held("mine")
    pilot = await open_app((120, 36))
    world.outbox.stop("home", "535 no such password")
    for _ in range(50):
        if "refused the login" in (shown := seen(pilot)):
            break
        await pilot.pause(0.1)
    assert " ! home: the server refused the login (535 no such password); 5 mails" in shown
    assert "「mine」" in shown
    assert "「mail" not in shown
    await press(pilot, "o")
    assert "home: the server refused the login" in seen(pilot)
    assert "a logs in again" in seen(pilot)
    await press(pilot, "a")
    assert "Trying home again." in seen(pilot)
    await pilot.pause(0.5)
    assert world.outbox.stopped == ()
    assert "refused the login" not in seen(pilot)


async def test_ten_thousand_held_are_listed_from_the_first_to_the_last(open_app, press, seen, world):
    for number in range(10_000):
        item = world.item(f"mail {number:05}", ("a@b.example",), 10 + number)
        world.outbox.list[item.id] = item
    pilot = await open_app()
    assert "and 9,997 more" in seen(pilot)
    await press(pilot, "o", "G")
    assert "Outbox · 10,000 held" in seen(pilot)
    assert "mail 09999" in seen(pilot)


async def test_that_receipts_are_asked_for_stands_with_the_mail(open_app, press, seen, held):
    held("older", receipts=True)
    held("newer")
    pilot = await open_app()
    await press(pilot, "o")
    assert "receipts asked for" not in seen(pilot)
    await press(pilot, "j")
    assert "· receipts asked for" in seen(pilot)
