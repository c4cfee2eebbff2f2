"""Which mail one `undo --batch` takes back."""

from builders import NOW, a_queued
from msgspec.structs import replace

from tuimail.mail.hold.batch import last_batch
from tuimail.mail.hold.item import Item, State

GIT = "4711.998.boot"


def sent_off(name: str, seconds: float, batch: str = GIT, state: State = State.WAITING) -> Item:
    return replace(a_queued(name)[0], queued=NOW.wall + seconds, batch=batch, state=state)


def names(items: list[Item]) -> list[str]:
    return [item.id for item in last_batch(reversed(items))]


def test_all_that_one_call_sent_off_come_oldest_first():
    assert names([sent_off(f"p{n}", n) for n in range(12)]) == [f"p{n}" for n in range(12)]


def test_what_another_call_sent_off_is_not_among_them():
    assert names([sent_off("a", 0, "other"), sent_off("b", 1), sent_off("c", 2, "other")]) == ["a", "c"]


def test_mail_without_a_batch_is_alone():
    assert names([sent_off("a", 0, ""), sent_off("b", 1, "")]) == ["b"]


def test_a_chain_may_be_long_but_ends_where_more_than_two_minutes_lie_between():
    chain = [sent_off(f"p{n}", n * 119) for n in range(5)]
    assert names([sent_off("before", -121), *chain]) == [f"p{n}" for n in range(5)]


def test_those_that_have_left_are_named_whether_they_went_before_or_after():
    sent = State.SENT
    items = [sent_off("a", 0, state=sent), sent_off("b", 1), sent_off("c", 2, state=sent)]
    assert names(items) == ["a", "b", "c"]


def test_those_taken_back_already_are_not_counted():
    assert names([sent_off("a", 0, state=State.UNDONE), sent_off("b", 1)]) == ["b"]


def test_a_batch_that_has_left_is_no_batch_to_take_back():
    items = [
        sent_off("a", 0, "older"),
        sent_off("b", 9, state=State.SENT),
        sent_off("c", 10, state=State.FAILED),
    ]
    assert names(items) == ["a"]
    assert names(items[1:]) == []


def test_nothing_held_is_no_batch():
    assert last_batch([]) == ()
