"""Which keys act on an item."""

from dataclasses import replace

from builders import a_queued

from tuimail.ui.deeds import possible


def test_one_that_a_server_keeps_can_be_asked_back_and_nothing_else():
    item, *_ = a_queued()
    assert possible(replace(item, handle="s1")) == {"item_undo"}
    assert possible(item) > {"item_undo", "item_now"}
