import pytest
from msgspec.structs import replace

from tuimail.mail.errors import OutboxError
from tuimail.mail.hold.item import State
from tuimail.ui.deeds import KEYS, Deed, Round, possible


def taking(act):
    return Deed(act, "Taking back", "taken back", "too late", "Too late.")


async def test_what_was_done_to_many_is_told_in_one_line():
    async def act(item_id):
        return item_id != "b"

    told = []
    work = Round(taking(act), ["a", "b", "c"])
    assert await work.run(lambda: told.append(work.progress())) == "2 taken back, 1 too late."
    assert told[0] == "Taking back 1 of 3 · esc stops"


async def test_an_error_of_one_keeps_none_of_the_others_from_it():
    async def act(item_id):
        if item_id == "a":
            raise OutboxError("The disk is full; nothing was changed.")
        return True

    result = await Round(taking(act), ["a", "b"]).run(lambda: None)
    assert result == "1 taken back, 1 too late. The disk is full; nothing was changed."


async def test_what_is_stopped_leaves_the_rest_as_it_was():
    async def act(item_id):
        return True

    work = Round(taking(act), ["a", "b", "c"])
    assert await work.run(work.stop) == "1 taken back, 2 left as they were."


@pytest.mark.parametrize(
    ("state", "keys"),
    [
        (State.WAITING, {"item_undo", "item_now", "item_later", "item_when", "item_pause"}),
        (State.PAUSED, {"item_undo", "item_now", "item_later", "item_when", "item_pause"}),
        (State.SENDING, {"item_undo"}),
        (State.UNSURE, {"item_sent", "item_again", "item_delete"}),
        (State.FAILED, {"item_undo", "item_again", "item_when", "item_delete"}),
        (State.SENT, {"item_delete"}),
    ],
)
def test_each_state_has_the_keys_that_are_of_use(world, state, keys):
    assert possible(replace(world.item("x", ("a@b.c",), 10), state=state)) == keys
    assert keys <= KEYS


def test_what_a_server_keeps_is_only_taken_back(world):
    assert possible(replace(world.item("x", ("a@b.c",), 10), handle="h")) == {"item_undo"}
