from types import SimpleNamespace

from tuimail.mail.folder.thread import Thread
from tuimail.ui.marks import Marks


def mail(ref, thread=0):
    return SimpleNamespace(ref=ref, thread=thread)


def test_a_second_mark_takes_the_first_away():
    marks = Marks()
    marks.turn([mail("a"), mail("b")])
    assert marks.refs == ("a", "b")
    marks.turn([mail("a")])
    assert marks.refs == ("b",)
    assert not marks.has(mail("a"))


def test_a_conversation_some_of_which_is_marked_is_marked_as_a_whole_next():
    marks = Marks()
    marks.turn([mail("a", 7)])
    assert marks.has(Thread(mail("b", 7), 2, 0, ()))
    marks.turn([mail("a", 7), mail("b", 7)])
    assert len(marks) == 2
    marks.turn([mail("a", 7), mail("b", 7)])
    assert not marks.has(Thread(mail("b", 7), 2, 0, ()))
