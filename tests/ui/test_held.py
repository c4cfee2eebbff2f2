from dataclasses import replace

from tuimail.engine.news import ItemChanged
from tuimail.mail.hold.item import State
from tuimail.ui.held import Held, moving


def test_what_asks_comes_first_then_what_goes_then_by_due_time(world):
    late, soon = world.item("late", ("a@b.c",), 300), world.item("soon", ("a@b.c",), 10)
    unsure = replace(world.item("unsure", ("a@b.c",), 1), state=State.UNSURE, due=None)
    held = Held(lambda: (late, soon, unsure))
    assert [item.subject for item in held.shown(world.now())] == ["unsure", "soon", "late"]


def test_a_sent_mail_is_named_for_four_seconds_and_only_when_it_was_news(world):
    waiting = world.item("x", ("a@b.c",), 1)
    sent = replace(waiting, state=State.SENT, due=None)
    held = Held(lambda: (sent,))
    held.hear(ItemChanged(sent), world.now())
    assert held.shown(world.now()) == ()
    held.hear(ItemChanged(waiting), world.now())
    held.hear(ItemChanged(sent), world.now())
    assert held.shown(world.now()) == (sent,)
    assert held.shown(world.now().later(4.1)) == ()


def test_undo_means_the_newest_that_can_be_taken_back(world):
    old, new = world.item("old", ("a@b.c",), 10), world.item("new", ("a@b.c",), 10)
    gone = replace(world.item("gone", ("a@b.c",), 10), state=State.SENT)
    assert Held(lambda: (gone, new, old)).newest() == new
    assert Held(lambda: (gone,)).newest() is None


def test_nothing_ticks_when_nothing_waits(world):
    failed = replace(world.item("x", ("a@b.c",), 1), state=State.FAILED, due=None)
    assert not moving((failed,))
    assert moving((world.item("y", ("a@b.c",), 1),))
