"""The rows of the recall page: columns that hold, domains that are kept, one question for all cases."""

import pytest
from rich.cells import cell_len

from tuimail.mail.after.page import Mark, Row, page
from tuimail.mail.after.recall import Lost, answered, begin
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import CLAIM, Answer, Course, Foresight, Verdict
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe
from tuimail.ui.format import recall as rows
from tuimail.ui.format.cells import row_len

NOON = 1_795_262_520.0
KEN, BO = Address("ken@x.example"), Address("bo@y.example", "Bo 柴")
LONG = Address("a.very.long.local.part.that.says.little@misdirected.example")
MAIL = SentMail("work", "<9@x>", Safe("Q3"), NOON, KEN, (KEN, BO))


def text(row):
    return "".join(piece.text for piece in row)


def foresight(*noticed):
    course = Course.CONFIRM if noticed else Course.RECALL
    verdicts = tuple(
        Verdict(one, Answer.CANNOT if one in noticed else Answer.CAN, "why", one in noticed)
        for one in (KEN, BO)
    )
    return Foresight(course, "could not check the recipients" if noticed else CLAIM, verdicts)


@pytest.mark.parametrize("width", [40, 80, 100, 119, 120, 200])
@pytest.mark.parametrize(
    "person", [KEN, LONG, Address("x@" + "y" * 200 + ".example"), Address("柴@柴.example")]
)
def test_no_row_is_wider_than_the_screen(width, person):
    room = rows.columns((person, KEN), width, NOON)
    marks = (Mark("may have been requested", NOON, Safe("words " * 30)),)
    for one in (Row(person, Verdict(person, Answer.UNKNOWN, "list with 2 outside members " * 4), marks),):
        made = rows.recipient_row(one, width, room)
        assert row_len(made) <= max(width, 3 + room.who + rows.WHETHER) or room.reason
        for row in rows.details_rows(one, width, NOON):
            assert row_len(row) <= max(width, 30)


def test_of_an_address_that_is_too_long_the_domain_is_kept():
    shown = rows.address(LONG, 32)
    assert shown.rstrip().endswith("…@misdirected.example")
    assert cell_len(shown) == 32


def test_the_state_takes_the_place_of_the_reason_unless_there_is_room_for_both():
    one = Row(KEN, Verdict(KEN, Answer.CAN, "same organisation"), (Mark("requested", NOON),))
    assert "same organisation" not in text(rows.recipient_row(one, 80, rows.columns((KEN,), 80, NOON)))
    wide = text(rows.recipient_row(one, 120, rows.columns((KEN,), 120, NOON)))
    assert "same organisation" in wide
    assert "requested" in wide


def test_words_are_whole_sentences_and_offer_a_correction_where_asking_costs_something():
    assert rows.whole_words(page(MAIL, foresight())) == CLAIM
    words = "Could not check the recipients. A correction reaches everyone."
    assert rows.whole_words(page(MAIL, foresight(BO))) == words


def test_the_question_names_outsiders_and_says_what_is_known_of_an_earlier_one():
    assert rows.question(page(MAIL, foresight())) == "Ask Exchange to delete the copies of 2 recipients?"
    outside = rows.question(page(MAIL, foresight(BO)))
    assert "bo@y.example" in outside
    lost = answered(begin(MAIL, foresight(BO), 1, NOON, True), Lost("reset"), NOON)
    again = rows.question(page(MAIL, foresight(BO), (lost,)))
    assert again.startswith("It may have been requested already")
    assert "bo@y.example" in again
    assert again.endswith("Ask Exchange once more?")
