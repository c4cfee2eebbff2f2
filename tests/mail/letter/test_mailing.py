import pytest

from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.mailing import NO_LIST
from tuimail.mail.letter.parse import parse
from tuimail.mail.letter.reply import reply
from tuimail.mail.letter.unsubscribe import Means, way_out


def read(*rows):
    return parse("\n".join(["From: a@b.example", *rows, "", "text"]).encode())


def mailing(*rows):
    return read(*rows).mailing


CLICK = "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


def test_a_list_tells_its_name_its_address_and_the_ways_out():
    found = mailing(
        "List-Id: =?utf-8?b?44Oh44O844Or?= <users.lists.example>",
        "List-Post: <mailto:users@lists.example?subject=x>",
        "List-Unsubscribe: <mailto:leave@lists.example>, <https://lists.example/u/1>",
        CLICK,
    )
    assert (found.name, found.post, found.one_click) == (
        "メール <users.lists.example>",
        "users@lists.example",
        True,
    )
    assert (found.mail, found.web) == ("mailto:leave@lists.example", "https://lists.example/u/1")


def test_ordinary_mail_is_of_no_list():
    assert mailing() == NO_LIST
    assert way_out(NO_LIST) is None


@pytest.mark.parametrize(("header", "name"), [("<a.b>", "a.b"), ("A <a.b>", "A <a.b>"), ("junk", "junk")])
def test_the_id_alone_stands_without_brackets(header, name):
    assert mailing(f"List-Id: {header}").name == name


def test_a_closed_list_has_no_address_to_write_to():
    assert mailing("List-Post: NO (closed)").post == ""


def test_a_folded_url_is_put_together():
    assert mailing("List-Unsubscribe: <https://lists.example/\n u/1>").web == "https://lists.example/u/1"


@pytest.mark.parametrize(
    "target",
    [
        "http://lists.example/",
        "javascript:x",
        "file:///x",
        "https://lists.example/\u202ex",
        "lists.example",
        "",
    ],
)
def test_only_https_and_mail_are_ways_out(target):
    assert way_out(mailing(f"List-Unsubscribe: <{target}>", CLICK)) is None


@pytest.mark.parametrize(
    ("targets", "click", "means", "whom"),
    [
        ("<https://l.example/u>, <mailto:x@l.example>", CLICK, Means.CLICK, "l.example"),
        ("<https://l.example/u>, <mailto:x@l.example>", "X: y", Means.MAIL, "x@l.example"),
        ("<https://l.example/u>", "X: y", Means.PAGE, "l.example"),
        ("<mailto:x@l.example>", CLICK, Means.MAIL, "x@l.example"),
        ("<https://u:p@l.example@evil.example/u>", CLICK, Means.CLICK, "evil.example"),
    ],
)
def test_the_best_way_out_is_taken_and_names_who_learns_of_it(targets, click, means, whom):
    way = way_out(mailing(f"List-Unsubscribe: {targets}", click))
    assert (way.means, way.whom) == (means, whom)


def test_mail_followup_to_says_who_everybody_is():
    letter = read("To: c@d.example", "Cc: e@f.example", "Mail-Followup-To: list@lists.example")
    draft = reply(letter, Ref("a", "b", "c"), ["me@x.example"], "d1", everyone=True)
    assert (draft.to, draft.cc) == ("list@lists.example", "")
    assert reply(letter, Ref("a", "b", "c"), ["me@x.example"], "d1", everyone=False).to == "a@b.example"
