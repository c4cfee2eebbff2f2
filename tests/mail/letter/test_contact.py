"""Who is found by what is typed, and in which order they are offered."""

import pytest

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.contact import Contact, Index, choice, choices, ranked

SUZUKI = Contact("鈴木 一郎", (Address("suzuki@client.example", "鈴木 一郎"),), "card", "スズキ イチロウ")
ANNA = Contact("Anna-Maria Kowalska", (Address("ak@supplier.example", "Anna-Maria Kowalska"),), "card")
TEAM = Contact("team", (Address("a@example.jp"), Address("b@example.jp")), "alias", group=True)
INDEX = Index([SUZUKI, ANNA, TEAM])


@pytest.mark.parametrize(
    "typed", ["鈴", "一郎", "すず", "ｽｽﾞｷ", "イチ", "suz", "client", "SUZUKI@CLIENT.ex", "鈴木 一"]
)
def test_a_person_is_found_by_name_reading_and_address(typed):
    assert INDEX.find(typed, 9) == (SUZUKI,)


@pytest.mark.parametrize("typed", ["kow", "anna", "maria", "Anna-M", "ak@", "supplier"])
def test_any_word_will_do_from_its_beginning(typed):
    assert INDEX.find(typed, 9) == (ANNA,)


@pytest.mark.parametrize("typed", ["owalska", "nna", "zuki", "", " ", "zzz"])
def test_the_middle_of_a_western_word_will_not(typed):
    assert INDEX.find(typed, 9) == ()


def test_a_group_puts_everybody_in():
    (one,) = choices(TEAM)
    assert (one.shown, one.text) == ("team (2 people)", "a@example.jp, b@example.jp")


def test_who_is_in_two_places_comes_first_and_who_is_entered_not_at_all():
    met = [choice(Address(spec), "mail") for spec in ("x@a.example", "suzuki@client.example", "y@a.example")]
    kept = [*choices(SUZUKI), *choices(ANNA)]
    found = [one.people[0].spec for one in ranked([met, kept], {"y@a.example"}, 8)]
    assert found == ["suzuki@client.example", "x@a.example", "ak@supplier.example"]
    assert ranked([met, kept], (), 1)[0].shown == "鈴木 一郎 <suzuki@client.example>"
