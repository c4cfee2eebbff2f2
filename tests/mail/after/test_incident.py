"""The moves of an incident: each adds one line to the trail and counts the version up."""

import pytest

from tuimail.mail.after import incident as moves
from tuimail.mail.after.correction import Language
from tuimail.mail.after.incident import STEPS
from tuimail.mail.after.incident_facts import (
    CORRECTION,
    DRAFTED,
    OUTBOX,
    REQUEST,
    about,
    eventful,
    known,
)
from tuimail.mail.after.incident_steps import GUIDES
from tuimail.mail.after.incident_words import standing
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.hold import filing
from tuimail.mail.hold.item import Entry, Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import begin_body, claim
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe

NOON = 1_795_262_520.0
MAIL = SentMail(
    "work", "<1@x>", Safe("見積書"), NOON, Address("me@example.jp"), (Address("suzuki@client.example"),)
)


def opened():
    return moves.opened("a1b2", MAIL, NOON, ("appi",))


def test_the_steps_stand_in_the_customary_order_and_have_words_in_both_languages():
    assert STEPS[:4] == ("recall", "call", "manager", "security")
    assert tuple(GUIDES) == STEPS
    for words in GUIDES.values():
        assert set(words) == set(Language)
        assert all(guide.title and guide.hint for guide in words.values())


def test_a_new_incident_has_every_step_undone_and_the_clocks_of_the_house():
    incident = opened()
    assert (incident.version, incident.undone, incident.clocks) == (1, STEPS, ("appi",))
    assert [entry.after for entry in incident.trail] == ["opened"]


@pytest.mark.parametrize(
    ("move", "about", "what", "why"),
    [
        (lambda i: moves.tick(i, "call", NOON + 1, "deleted, he says"), "call", "done", "deleted, he says"),
        (lambda i: moves.untick(i, "call", NOON + 1), "call", "not done", ""),
        (lambda i: moves.note(i, "told the team", NOON + 1), "", "note", "told the team"),
        (lambda i: moves.note(i, "no answer", NOON + 1, "call"), "call", "note", "no answer"),
        (lambda i: moves.meant_for(i, " tanaka@x.example ", NOON + 1), "", "meant for", "tanaka@x.example"),
        (lambda i: moves.clock(i, "gdpr", True, NOON + 1), "gdpr", "clock on", ""),
        (lambda i: moves.clock(i, "appi", False, NOON + 1), "appi", "clock off", ""),
        (lambda i: moves.closed(i, NOON + 1), "", "closed", "0/8"),
        (lambda i: moves.reopened(i, NOON + 1), "", "opened again", ""),
    ],
)
def test_every_move_writes_its_line(move, about, what, why):
    before = opened()
    after = move(before)
    assert after.version == before.version + 1
    assert after.trail == (*before.trail, Entry(NOON + 1, about, what, why))


def test_a_tick_keeps_the_note_that_was_there_and_can_be_taken_away():
    noted = moves.note(opened(), "no answer", NOON, "call")
    ticked = moves.tick(noted, "call", NOON + 5)
    assert (ticked.step("call").done, ticked.step("call").note) == (NOON + 5, "no answer")
    back = moves.untick(ticked, "call", NOON + 9)
    assert (back.step("call").done, back.step("call").note) == (0.0, "no answer")


def test_clocks_go_on_and_off_and_never_stand_twice():
    twice = moves.clock(moves.clock(opened(), "gdpr", True, NOON), "gdpr", True, NOON)
    assert twice.clocks == ("appi", "gdpr")
    assert moves.clock(twice, "appi", False, NOON).clocks == ("gdpr",)


def test_closing_says_how_many_steps_are_open_and_can_be_reversed():
    incident = opened()
    for step in STEPS:
        incident = moves.tick(incident, step, NOON)
    closed = moves.closed(incident, NOON + 60)
    assert (closed.closed, closed.trail[-1].why) == (NOON + 60, "8/8")
    assert moves.reopened(closed, NOON + 70).closed == 0.0


def test_what_happened_elsewhere_is_taken_in_once_and_in_order():
    late, early = Entry(NOON + 5, "recall", "requested", ""), Entry(NOON - 60, "outbox", "sent", "accepted")
    incident = moves.gathered(opened(), [late, early, late])
    assert [entry.after for entry in incident.trail] == ["sent", "opened", "requested"]
    assert incident.version == 2
    assert moves.gathered(incident, [early, late]) is incident


def test_what_somebody_writes_is_made_safe_for_a_terminal():
    noted = moves.note(opened(), "red \x1b[31m\u202etext", NOON, "call")
    assert noted.step("call").note == "red ␛[31mtext"


def with_(*entries):
    return moves.gathered(opened(), entries)


def stands(incident):
    return {step: standing(entry, Language.ENGLISH) for step, entry in known(incident).items()}


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ((), {}),
        (
            ((REQUEST, "asking", "asking"), (REQUEST, "requested", "recall requested")),
            {"recall": "requested"},
        ),
        (((CORRECTION, "waiting", "queued: undo window 10 s"),), {"correct": "held"}),
        (
            ((CORRECTION, "waiting", "queued"), (CORRECTION, "undone", "taken back")),
            {"correct": "taken back"},
        ),
        (((CORRECTION, "sent", "accepted"), (CORRECTION, "undone", "taken back")), {"correct": "sent"}),
        (((OUTBOX, "sent", "accepted"),), {}),
        ((("", DRAFTED, "boss@example.jp"),), {"manager": "drafted", "security": "drafted"}),
    ],
)
def test_what_was_done_about_a_step_is_known_without_a_tick(entries, words):
    incident = with_(*(Entry(NOON + n, *entry) for n, entry in enumerate(entries)))
    assert stands(incident) == words
    assert incident.undone == STEPS


def test_a_correction_was_sent_when_it_was_accepted_not_when_its_copy_was_filed():
    whys = "accepted", "filing the copy", "filed in Sent"
    incident = with_(*(Entry(NOON + n, CORRECTION, "sent", why) for n, why in enumerate(whys)))
    assert known(incident)["correct"].at == NOON


def test_what_an_item_does_between_two_states_tells_a_person_nothing():
    now = Moment(NOON, 1.0, "boot")
    item = Item("i", "work", State.WAITING, 1, Safe("x"), "me@example.jp", (), "<2@x>", "t", 9, NOON, due=now)
    sending = (claim(item, now, "us"), begin_body(item, now, "go on"))
    copying = (filing.begin(item, now), filing.filed(item, now, "Sent"), filing.left_to_server(item, now))
    moved = [move.entry for move in (*sending, *copying)]
    assert not any(map(eventful, about(OUTBOX, moved)))
    assert eventful(Entry(NOON, OUTBOX, "sent", "accepted"))
    assert eventful(Entry(NOON, "", "note", "filing the copy"))
