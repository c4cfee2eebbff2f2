from dataclasses import replace

import pytest

from tuimail.mail.hold.item import Entry, State
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import Safe


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
