from msgspec.structs import replace

from tuimail.engine.news import AccountStopped, ItemChanged
from tuimail.mail.hold.concern import concerns
from tuimail.mail.hold.item import Filing, State, Wait
from tuimail.mail.hold.stop import Stop
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


def test_the_one_that_u_takes_back_is_always_among_the_lines(world):
    many = tuple(world.item(f"m{number}", ("a@b.c",), number + 1) for number in range(9))
    newest = world.item("newest", ("a@b.c",), 3000)
    held = Held(lambda: (newest, *many))
    held.load(world.now())
    assert [item.subject for item in held.lines(world.now(), 3)] == ["m0", "m1", "newest"]
    assert held.going(world.now()) == 10


def test_mail_of_a_stopped_account_rests_at_the_end(world):
    stuck = tuple(replace(world.item("stuck", ("a@b.c",), 1), account="home") for _ in range(3))
    mine = world.item("mine", ("a@b.c",), 60)
    stops = []
    held = Held(lambda: (*stuck, mine), lambda: tuple(stops), ("work", "home"))
    held.load(world.now())
    stops.append(Stop("home", 0.0, "535 no"))
    held.hear(AccountStopped(stops[0]), world.now())
    assert [item.subject for item in held.lines(world.now(), 3)] == ["mine"]
    assert held.get(held.ids()[0]) == mine
    assert [concern.count for concern in held.concerns(world.now())] == [3]


def test_what_may_be_a_concern_is_found_without_looking_at_all_and_is_the_same(world):
    plain = [world.item(f"m{number}", ("a@b.c",), 500 + number) for number in range(50)]
    odd = [
        replace(world.item("retry", ("a@b.c",), 900), tries=5, wait=Wait.RETRY),
        replace(world.item("nobody's", ("a@b.c",), 900), account="gone"),
        replace(world.item("unfiled", ("a@b.c",), 1), state=State.SENT, filing=Filing.DUE, filing_tries=4),
        replace(world.item("failed", ("a@b.c",), 1), state=State.FAILED, due=None),
        replace(world.item("unsure", ("a@b.c",), 1), state=State.UNSURE, due=None),
        replace(world.item("by hand", ("a@b.c",), 1), state=State.PAUSED, due=None, why="paused by hand"),
        replace(world.item("late", ("a@b.c",), 1), state=State.PAUSED, due=None, why="fell due long ago"),
        world.item("overdue", ("a@b.c",), 1),
    ]
    now = world.now().later(400)
    held = Held(lambda: (*plain, *odd), tuple, ("work",))
    held.load(world.now())
    assert held.concerns(now) == concerns([*plain, *odd], (), ("work",), True, now)
    assert len(held.concerns(now)) == len(odd)


def test_an_order_that_heard_each_change_is_the_order_of_one_that_begins_with_them(world):
    items = [world.item(f"m{number}", ("a@b.c",), 10 * number) for number in range(30)]
    heard, loaded = Held(tuple), Held(lambda: tuple(items))
    for number, item in enumerate(items):
        heard.hear(ItemChanged(item), world.now())
        items[number] = replace(item, state=list(State)[number % len(State)], version=2)
        heard.hear(ItemChanged(items[number]), world.now())
    loaded.load(world.now())
    assert heard.ids() == loaded.ids()
    assert heard.newest() == loaded.newest()
    assert heard.counts() == loaded.counts()
