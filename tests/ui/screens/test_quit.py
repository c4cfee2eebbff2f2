import pytest

from tuimail.mail.errors import OutboxError
from tuimail.mail.hold.item import State
from tuimail.mail.letter.draft import Draft


def hold(world, subject="x"):
    item = world.item(subject, ("a@b.example",), 100)
    world.outbox.drafts_of[item.id] = Draft(f"d{item.id}", "work", subject=subject)
    return world.outbox.put(item)


async def test_without_held_mail_q_quits_at_once(open_app, press, world):
    pilot = await open_app()
    await press(pilot, "q")
    assert world.closed
    assert pilot.app.return_code == 0


async def test_with_held_mail_it_asks_and_escape_stays(open_app, press, seen, world):
    hold(world)
    pilot = await open_app()
    await press(pilot, "q")
    assert not world.closed
    await press(pilot, "escape")
    assert "Inbox · work" in seen(pilot)


async def test_what_goes_back_to_drafts_on_leaving_is_no_near_miss(open_app, press, world, monkeypatch):
    hold(world)
    undo, counted = world.outbox.undo, []

    async def counting(item_id, caught=True):
        counted.append(caught)
        return await undo(item_id)

    monkeypatch.setattr(world.outbox, "undo", counting)
    await press(await open_app(), "q", "d")
    assert counted == [False]


@pytest.mark.parametrize(
    ("key", "state"),
    [("n", State.SENT), ("d", State.UNDONE), ("k", State.WAITING)],
    ids=["now", "drafts", "keep"],
)
async def test_the_answer_is_done_before_it_leaves(open_app, press, world, key, state):
    item = hold(world)
    pilot = await open_app()
    await press(pilot, "q", key)
    assert world.outbox.list[item.id].state is state
    assert world.closed


@pytest.mark.parametrize(
    ("how", "state"), [("now", State.SENT), ("drafts", State.UNDONE), ("keep", State.WAITING)]
)
async def test_the_configuration_may_answer(open_app, press, world, how, state):
    item = hold(world)
    pilot = await open_app(on_quit=how)
    await press(pilot, "q")
    assert world.outbox.list[item.id].state is state
    assert world.closed


async def test_quitting_from_the_composer_saves_the_draft(open_app, press, world):
    pilot = await open_app()
    await press(pilot, "c", "'half", "ctrl+q")
    assert [draft.to for draft in world.drafts.kept.values()] == ["half"]
    assert world.closed


async def test_a_draft_that_cannot_be_saved_is_said_once_and_locks_nobody_in(open_app, press, seen, world):
    async def full(draft):
        raise OutboxError("The disk is full; the draft is not saved.")

    pilot = await open_app()
    world.drafts.save = full
    await press(pilot, "c", "'half", "ctrl+q")
    assert "The disk is full" in seen(pilot)
    assert not world.closed
    await press(pilot, "ctrl+q")
    assert world.closed
