"""What may be claimed, and with which words, row by row for every kind of account; and nothing beyond it."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import NOW, a_queued
from msgspec.structs import replace

import tuimail
from tuimail.backends.graph.keeper import NOT_ALLOWED
from tuimail.mail.after import page, recall
from tuimail.mail.after.kind import Kind
from tuimail.mail.after.recall import RecallState
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.tip import Scope, Tip
from tuimail.mail.after.verdict import CLAIM, REQUESTED, Course, Tenant, foresee
from tuimail.mail.hold.item import State
from tuimail.mail.hold.keeping import Offer, Whereabouts, words
from tuimail.mail.hold.kept import ask_back, seen, settled
from tuimail.mail.hold.move import begin_body, claim
from tuimail.mail.hold.outcome import Accepted, Kept, Vanished
from tuimail.mail.hold.settle import settle
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe
from tuimail.mail.when.schedule import Schedule
from tuimail.ui.format import outbox

HERE = Path(tuimail.__file__).parent
IN, OUT, LIST = "a@contoso.example", "b@other.example", "all@contoso.example"
NINE = Schedule(datetime(2026, 12, 1, 9, tzinfo=UTC).timestamp(), "UTC", "tuesday 9am", by_server=True)
CLAIMING = re.compile(r"(?<!cannot be )(?<!can't be )(?<!never )\brecalled\b", re.IGNORECASE)


def foreseen(kind, *people, tips=(), domains=("contoso.example",)):
    mail = SentMail("work", "<1@x>", Safe("Q3"), 1.0, Address(IN), tuple(map(Address, people)))
    return foresee(mail, Tenant(kind, domains), tips)


def sending(schedule=None):
    item, _, _, _ = a_queued(seconds=0)
    return begin_body(claim(replace(item, schedule=schedule), NOW, "me").new, NOW, "").new


def kept():
    return settled(sending(NINE), Kept("s1", "250 kept"), NOW, 0.0).new


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING, State.PAUSED])
def test_in_the_outbox_and_on_its_way_nothing_is_called_sent(state):
    assert "sent" not in outbox.NAMES[state]


def test_only_the_servers_answer_makes_it_sent_and_a_lost_one_asks_before_any_retry():
    assert settle(sending(), Accepted("202 Accepted"), NOW, 0.0).new.state is State.SENT
    lost = settle(sending(), Vanished("broke"), NOW, 0.0).new
    assert (lost.state, lost.why) == (State.UNSURE, "answer lost: probably sent")


def test_a_server_that_gives_back_says_that_it_went_to_nobody_and_only_then():
    asked = ask_back(kept(), NOW).new
    assert seen(asked, Whereabouts.CANCELED, NOW).new.why == "taken back from the server; it went to nobody"
    for where in (Whereabouts.GONE, Whereabouts.NOWHERE, Whereabouts.KEPT):
        move = seen(asked, where, NOW)
        assert move is None or "nobody" not in move.new.why


def test_held_by_a_server_without_a_way_back_that_is_said_before():
    said = words(Offer(86_400, cancellable=False), NINE)
    assert "Tue 1 Dec 09:00" in said
    assert "once handed over it can't be taken back" in said


def test_held_by_exchange_a_refusal_is_said_before_and_afterwards():
    assert "your organisation may refuse" in words(Offer(86_400, cancellable=True, perhaps=True), NINE)
    assert NOT_ALLOWED == "your organisation does not allow cancelling here, use Outlook"


def test_no_mail_goes_by_graph_in_one_step():
    for file in (HERE / "backends").rglob("*.py"):
        assert "sendMail" not in file.read_text()


INSIDE, OUTSIDE = Tip(IN, Scope.INTERNAL), Tip(OUT, Scope.EXTERNAL)
ROWS = [
    (foreseen(Kind.WORK, IN, tips=[INSIDE]), Course.RECALL, CLAIM),
    (foreseen(Kind.WORK, LIST, tips=[Tip(LIST, Scope.INTERNAL, members=9)]), Course.RECALL, CLAIM),
    (
        foreseen(Kind.WORK, IN, OUT, tips=[INSIDE, OUTSIDE]),
        Course.CONFIRM,
        "1 outside recipient cannot be recalled and will receive a 'Recall:' mail"
        " that draws attention to it.",
    ),
    (
        foreseen(Kind.WORK, OUT, tips=[OUTSIDE]),
        Course.CORRECT,
        "Recall cannot work outside your organisation.",
    ),
    (foreseen(Kind.WORK, IN, domains=()), Course.CONFIRM, "could not check the recipients"),
    (
        foreseen(Kind.ON_PREMISES, IN),
        Course.CORRECT,
        "Recall for on-premises Exchange exists only in Outlook.",
    ),
    (
        foreseen(Kind.PERSONAL, IN),
        Course.CORRECT,
        "Whether recall works for personal Microsoft accounts is not proven; it is not offered.",
    ),
    (
        foreseen(Kind.UNSIGNED, IN),
        Course.SIGN_IN,
        "sign in to Microsoft Graph to enable recall (docs/accounts.md)",
    ),
    (foreseen(Kind.OTHER, IN), Course.CORRECT, "Mail that has been delivered cannot be taken back."),
]


@pytest.mark.parametrize(("foresight", "course", "said"), ROWS)
def test_each_kind_of_account_offers_its_course_with_its_words(foresight, course, said):
    assert (foresight.course, foresight.words) == (course, said)


def test_what_was_asked_for_is_requested_then_reported_or_silent_and_no_more():
    assert REQUESTED.startswith("Recall requested. Exchange will try to delete it, also if read")
    assert page.WORDS[RecallState.REQUESTED] == "requested"
    assert page.WORDS[RecallState.REPORTED] == "report received"
    assert page.WORDS[RecallState.SILENT] == "no report after 24 h"
    assert recall.SILENT_AFTER == 86_400
    assert page.WORDS.keys() == page.SAID.keys() == set(RecallState)


def spoken(file):
    """Every text of a module but its docstrings, which no screen shows."""
    tree = ast.parse(file.read_text())
    silent = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in silent)
    return [node.value for node in nodes if isinstance(node.value, str)]


def test_no_text_of_the_program_its_templates_or_its_help_calls_a_mail_recalled():
    texts = [(file, text) for file in HERE.rglob("*.py") for text in spoken(file)]
    texts += [(file, file.read_text()) for file in HERE.rglob("*.txt")]
    assert len(texts) > 1_000
    assert [(file.name, text) for file, text in texts if CLAIMING.search(text)] == []
    assert [
        file.name
        for file, text in texts
        if re.search("取り消しました|取消しました|回収しました|撤回済", text)
    ] == []


def test_unsent_is_only_what_a_server_has_shown_to_be():
    found = [text for file in HERE.rglob("*.py") for text in spoken(file) if re.search(r"\bunsent\b", text)]
    assert all(
        "as far as it says" in text or "among its drafts" in text or text == "unsent" for text in found
    )
