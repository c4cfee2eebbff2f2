from dataclasses import replace

from tuimail.engine.news import ItemChanged
from tuimail.mail.hold.item import State
from tuimail.ui.held import Held, moving


def test_what_asks_comes_first_then_what_goes_then_by_due_time(world):
    late, soon = world.item("late", ("a@b.c",), 300), world.item("soon", ("a@b.c",), 10)
    unsure = replace(world.item("unsure", ("a@b.c",), 1), state=State.UNSURE, due=None)
    held = Held(lambda: (late, soon, unsure))
    held.load(world.now())
    assert [held.get(item_id).subject for item_id in held.ids()] == ["unsure", "soon", "late"]


def test_a_sent_mail_is_named_for_four_seconds_and_only_when_it_was_news(world):
    waiting = world.item("x", ("a@b.c",), 1)
    sent = replace(waiting, state=State.SENT, due=None)
    held = Held(lambda: (sent,))
    held.hear(ItemChanged(sent), world.now())
    assert held.lines(world.now(), 3) == ()
    held.hear(ItemChanged(waiting), world.now())
    held.hear(ItemChanged(sent), world.now())
    assert held.lines(world.now(), 3) == (sent,)
    assert held.lines(world.now().later(4.1), 3) == ()


def test_undo_means_the_newest_that_can_be_taken_back(world):
    old, new = world.item("old", ("a@b.c",), 10), world.item("new", ("a@b.c",), 10)
    gone = replace(world.item("gone", ("a@b.c",), 10), state=State.SENT)
    held = Held(lambda: (gone, new, old))
    held.load(world.now())
    assert held.newest() == new
    held = Held(lambda: (gone,))
    held.load(world.now())
    assert held.newest() is None


def test_nothing_ticks_when_nothing_waits(world):
    failed = replace(world.item("x", ("a@b.c",), 1), state=State.FAILED, due=None)
    assert not moving((failed,))
    assert moving((world.item("y", ("a@b.c",), 1),))
