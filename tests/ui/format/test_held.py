"""The lines of the bottom edge and what stands over a trail."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from tuimail.mail.hold.concern import Concern, Matter, concerns
from tuimail.mail.hold.item import Item, Recipient, State, Wait
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.safe import Safe
from tuimail.mail.rule.decision import Decision, Delay, Until
from tuimail.mail.when.schedule import Schedule
from tuimail.ui.format.foresight import foresight
from tuimail.ui.format.held import concern_row, held_row
from tuimail.ui.format.outbox import about_rows, asks, outbox_row, question, standing

NOW = Moment(datetime(2026, 11, 21, 10, 2, tzinfo=UTC).timestamp(), 50.0, "b")
ITEM = Item(
    id="i",
    account="work",
    state=State.WAITING,
    version=1,
    subject=Safe("見積書送付"),
    sender="hanako@example.jp",
    recipients=(Recipient("suzuki@client.example"),),
    message_id="<1@x>",
    token="t",
    size=1,
    queued=NOW.wall,
    due=NOW.later(6.5),
    hold=10.0,
    why="undo window 10 s",
)
RULES = ("rule: outside mail", "rule: with files", "undo window 10 s")


def text(row):
    return "".join(piece.text for piece in row)


def test_every_rule_that_holds_a_mail_is_named():
    held = replace(ITEM, hold=300.0, due=NOW.later(252), why=RULES[0], reasons=RULES)
    row = text(held_row(held, NOW, 120, "o outbox"))
    assert " · rule: outside mail · rule: with files" in row
    assert "undo window" not in row


def test_a_chosen_time_is_a_day_and_an_hour_and_is_not_said_twice():
    held = replace(ITEM, due=NOW.later(90_000), hold=90_000, wait=Wait.SCHEDULE, why="scheduled: 明日")
    assert text(held_row(held, NOW, 100, "")).startswith(" held, ")
    assert "scheduled" not in text(held_row(held, NOW, 100, ""))
    assert standing(held, NOW, UTC) == "tomorrow 11:02"
    assert standing(replace(held, due=NOW.later(600)), NOW, UTC) == "in 10:00"


def test_a_mail_that_a_server_keeps_says_so():
    held = replace(ITEM, due=NOW.later(90_000), wait=Wait.SCHEDULE, handle="h")
    assert text(held_row(held, NOW, 100, "")).startswith(" kept by the server, ")
    assert ", kept by the server" in "\n".join(text(row) for row in about_rows(held, NOW, 80, UTC))


def test_what_should_have_left_says_for_how_long():
    assert standing(replace(ITEM, due=NOW.later(-5)), NOW) == "due now"
    assert standing(replace(ITEM, due=NOW.later(-720)), NOW) == "12 min overdue"


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_a_concern_holds_its_width_and_keeps_the_key_that_helps(width):
    (first,) = concerns([replace(ITEM, state=State.FAILED, due=None, why="w" * 99)], (), ("work",), True, NOW)
    row = text(concern_row(first, 3, NOW, width, "o outbox"))
    assert cell_len(row) == width
    assert row.startswith(" ! ")
    assert row.endswith("  +3 more  o outbox ")


def test_what_goes_on_by_itself_is_no_alarm():
    concern = Concern(Matter.RETRY, "work", ITEM, 1, "Q3: put off, 4 tries", "tried again", NOW.wall + 300)
    row = text(concern_row(concern, 0, NOW, 80, "o outbox"))
    assert row.startswith(" Q3: put off, 4 tries · tried again in 5 min")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": State.UNSURE, "due": NOW.later(600)}, "looked for in Sent in 10:00"),
        ({"state": State.UNSURE, "due": None}, "shall it be sent again?"),
        ({"state": State.FAILED, "due": None}, "It did not leave."),
        ({"state": State.PAUSED, "due": None, "why": "fell due while away"}, "It waits for you"),
    ],
)
def test_what_rests_asks_in_words(changes, words):
    item = replace(ITEM, wait=Wait.RETRY, **changes)
    assert words in question(item, NOW)
    assert text(outbox_row(item, 80, NOW)).startswith(" ! ")


def test_a_mail_paused_by_hand_asks_nothing():
    paused = replace(ITEM, state=State.PAUSED, due=None, why="paused by hand")
    assert not asks(paused)
    assert question(paused, NOW) == ""
    assert "paused · paused" not in "\n".join(text(row) for row in about_rows(paused, NOW, 80))


def test_marks_and_accounts_stand_in_columns_of_their_own():
    row = text(outbox_row(ITEM, 120, NOW, UTC, marked=True, account=True))
    assert row.startswith("*  in 0:07 ")
    assert " work " in row
    assert " work " not in text(outbox_row(ITEM, 80, NOW, UTC, account=True))


def test_rules_that_add_nothing_are_not_spoken_of():
    assert foresight(Decision(10.0), None, NOW) == ""


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (Decision(10.0, delays=(Delay(60, "rule: a"),)), "leaves after 1:00: hold 10 s + rule: a"),
        (Decision(10.0, untils=(Until(NOW.wall + 90_000, "rule: b"),)), ": hold 10 s + rule: b"),
        (Decision(10.0, pauses=("rule: c",)), "rests till you release it: hold 10 s + rule: c"),
        (
            Decision(10.0, confirms=("rule: d: sure?",)),
            "leaves after 0:10, asks first: hold 10 s + rule: d: sure?",
        ),
        (Decision(10.0, bcc=("b@b.example",), notes=("rule: g: copy to b@b.example",)), "g: copy to b@b.ex"),
        (Decision(10.0, blocks=("rule: e",)), "will not be queued: rule: e"),
    ],
)
def test_what_rules_would_do_is_told_before_send(decision, words):
    assert words in foresight(decision, None, NOW)


def test_a_chosen_time_stands_beside_what_rules_say():
    told = foresight(Decision(10.0, notes=("rule: f",)), Schedule(NOW.wall + 90_000, "UTC", "tomorrow"), NOW)
    assert "scheduled: tomorrow" in told
    assert "rule: f" in told
