"""Signatures: put in each other's place, and only while nobody touched them."""

from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.letter.signature import signed, swapped, unsigned


def test_a_known_signature_is_replaced_and_what_stands_above_stays():
    text = "Hello\n> -- \n> quoted\n\n-- \nHanako\n"
    assert swapped(text, {"Hanako"}, "Desk\nExample") == "Hello\n> -- \n> quoted\n\n-- \nDesk\nExample\n"
    assert swapped(text, {"Hanako\n"}, "") == "Hello\n> -- \n> quoted\n"


def test_one_that_was_changed_by_hand_stays():
    text = "Hello\n\n-- \nHanako, in a hurry\n"
    assert swapped(text, {"Hanako"}, "Desk") == text


def test_a_text_without_one_gets_one():
    assert swapped("Hello\n", {"Hanako"}, "Desk") == "Hello\n\n-- \nDesk\n"
    assert swapped("Hello\n", {"Hanako"}, "") == "Hello\n"


@given(st.text(st.sampled_from("ab \n>-"), max_size=60))
def test_there_and_back_is_the_same_text(text):
    before = text + signed("one")
    if f"\n{before}".count("\n-- \n") == 1:
        assert swapped(swapped(before, {"one"}, "two"), {"two"}, "one") == before


def test_a_quote_is_trimmed_of_the_signature():
    assert unsigned("Hi\n\n-- \nMe\n") == "Hi"
    assert unsigned("-- \nMe\n") == ""
