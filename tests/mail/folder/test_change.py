"""What several changes of one message come to, held against doing them one after the other."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.mail.folder.change import (
    Change,
    Erased,
    Flagged,
    Moved,
    applied,
    coalesced,
    effective,
    hides,
    inverse,
    overlay,
    place,
    rebased,
)
from tuimail.mail.letter.envelope import Ref

FLAGS = frozenset("abc")
FOLDERS = ("A", "B", "C")
HOME = Ref("work", "A", "1.7")
some_flags = st.frozensets(st.sampled_from(sorted(FLAGS)))
deeds = st.one_of(
    st.builds(lambda add, drop: Flagged(add, drop - add), some_flags, some_flags),
    st.builds(Moved, st.sampled_from(FOLDERS)),
)


def lived(start, asked):
    """The changes that are written down for what was asked, and the state they lead to."""
    flags, folder, changes = start, HOME.folder, []
    for number, deed in enumerate(asked):
        news = effective(deed, flags, frozenset())
        if news is None or news == Moved(folder):
            continue
        flags, folder = applied(flags, [news]), news.to if isinstance(news, Moved) else folder
        changes.append(Change(f"c{number}", HOME, "<1@x>", news, "b", float(number)))
    return changes, flags, folder


def done(start, deeds):
    """The state that a server comes to."""
    moves = [deed.to for deed in deeds if isinstance(deed, Moved)]
    return applied(start, deeds), (moves or [HOME.folder])[-1]


@given(some_flags, st.lists(deeds, max_size=8))
def test_what_is_left_to_do_leads_where_doing_everything_would(start, asked):
    changes, flags, folder = lived(start, asked)
    assert done(start, coalesced(changes)) == (flags, folder)
    assert place(changes) == folder if changes else True


@given(some_flags, st.lists(deeds, max_size=8), st.integers(0, 7))
def test_so_it_does_when_any_part_of_it_may_have_reached_the_server(start, asked, reached):
    changes, flags, folder = lived(start, asked)
    begun = [replace(each, begun=number <= reached) for number, each in enumerate(changes)]
    for half in range(len(changes) + 1):
        before = applied(start, [each.deed for each in changes[:half]]) if half <= reached + 1 else start
        if any(each.begun for each in begun):
            assert done(before, coalesced(begun)) == (flags, folder)


@given(some_flags, st.lists(deeds, max_size=8))
def test_each_thing_is_left_to_do_once_at_most_and_in_order(start, asked):
    left = coalesced(lived(start, asked)[0])
    kinds = [type(deed) for deed in left]
    assert kinds in ([], [Flagged], [Moved], [Flagged, Moved])


@given(some_flags, st.lists(deeds, min_size=1, max_size=8))
def test_everything_and_its_inverse_come_to_nothing(start, asked):
    changes, _, _ = lived(start, asked)
    folders = [HOME.folder]
    for change in changes:
        folders.append(change.deed.to if isinstance(change.deed, Moved) else folders[-1])
    back = [
        replace(change, id=f"u{change.id}", deed=inverse(change.deed, folder))
        for change, folder in reversed(list(zip(changes, folders, strict=False)))
    ]
    assert coalesced([*changes, *back]) == ()


@given(some_flags, st.lists(deeds, max_size=8), some_flags)
def test_what_is_shown_over_the_servers_word_is_what_was_asked_last(start, asked, servers):
    changes, flags, folder = lived(start, asked)
    shown = applied(servers, overlay(changes))
    marks = [each.deed for each in changes if isinstance(each.deed, Flagged)]
    asked_for = frozenset().union(*(deed.add | deed.drop for deed in marks))
    assert shown & asked_for == flags & asked_for
    assert hides(overlay(changes)) == (folder != HOME.folder)


@given(some_flags, st.lists(deeds, max_size=8))
def test_what_is_erased_needs_nothing_else(start, asked):
    changes, _, _ = lived(start, asked)
    last = Change("last", HOME, "<1@x>", Erased(), "b", 9.0)
    assert coalesced([*changes, last]) == (Erased(),)
    assert hides(overlay([*changes, last]))
    assert place([*changes, last]) == ""


def test_erasing_can_not_be_taken_back():
    assert inverse(Erased(), "A") is None


def test_changes_follow_their_message_to_where_the_server_has_it_now():
    change = Change("c", HOME, "<1@x>", Moved("C"), "b", 1.0, begun=True)
    (moved,) = rebased([change], Ref("work", "B", "2.1"))
    assert (moved.ref.folder, moved.begun) == ("B", False)
