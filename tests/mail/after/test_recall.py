"""The moves of a request: never a promise, and never twice."""

import pytest
from msgspec.structs import replace

from tuimail.mail.after.recall import (
    Asked,
    Lost,
    NotAsked,
    RecallState,
    Told,
    answered,
    begin,
    minded,
    reported,
)
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import Answer, Course, Foresight, Verdict
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe

AIKO = Address("aiko@contoso.example")
MAIL = SentMail("work", "<1@contoso.example>", Safe("Q3"), 900.0, Address("me@contoso.example"), (AIKO,))
SEEN = Foresight(Course.RECALL, "words", (Verdict(AIKO, Answer.CAN, "same organisation"),))
REPORT = Ref("work", "INBOX", "9")
DAY = 86_400.0

ASKING = begin(MAIL, SEEN, 1, 1_000.0, replace=True)
REQUESTED = answered(ASKING, Asked("<R.1@hub>", "Successfully submitted"), 1_001.0)


def test_a_request_begins_with_the_verdicts_it_was_asked_on():
    assert (ASKING.state, ASKING.version, ASKING.asked) == (RecallState.ASKING, 1, 1_000.0)
    assert (ASKING.verdicts, ASKING.replace, ASKING.notices) == (SEEN.verdicts, True, False)


def test_two_who_ask_at_once_draw_the_same_id_and_a_later_request_another():
    assert begin(MAIL, SEEN, 1, 2_000.0).id == ASKING.id
    assert begin(MAIL, SEEN, 2, 2_000.0).id != ASKING.id
    assert begin(replace(MAIL, message_id="<2@x>"), SEEN, 1, 1.0).id != ASKING.id


def test_an_answer_of_202_is_requested_and_no_more():
    assert (REQUESTED.state, REQUESTED.version, REQUESTED.request) == (RecallState.REQUESTED, 2, "<R.1@hub>")
    assert REQUESTED.trail[-1].why == "recall requested"


def test_a_definite_no_is_refused_with_its_words():
    refused = answered(ASKING, NotAsked(403, "ErrorAccessDenied\x1b[2J"), 1_001.0)
    assert refused.state is RecallState.REFUSED
    assert refused.said.startswith("403 ErrorAccessDenied")
    assert "\x1b" not in refused.said


def test_a_lost_answer_is_unsure_for_good_unless_a_report_comes():
    unsure = answered(ASKING, Lost("the connection broke"), 1_001.0)
    assert unsure.state is RecallState.UNSURE
    assert minded(unsure, 1_000.0 + 30 * DAY) is None
    assert reported(unsure, REPORT, Safe("Message Recall Report: Q3"), 1_500.0).state is RecallState.REPORTED


def test_a_program_that_ended_while_it_asked_leaves_it_unsure():
    assert minded(ASKING, 1_000.0 + 599) is None
    assert minded(ASKING, 1_000.0 + 601).state is RecallState.UNSURE
    assert minded(ASKING, 1_000.0 + 601, under_way=True) is None


def test_a_day_without_a_report_is_said_and_a_later_one_still_counts():
    assert minded(REQUESTED, 1_000.0 + DAY - 1) is None
    silent = minded(REQUESTED, 1_000.0 + DAY)
    assert silent.state is RecallState.SILENT
    late = reported(silent, REPORT, Safe("Message Recall Report: Q3"), 1_000.0 + 2 * DAY)
    assert (late.state, late.report, late.reported) == (RecallState.REPORTED, REPORT, 1_000.0 + 2 * DAY)


def test_the_first_report_stays_attached_and_is_taken_once():
    done = reported(REQUESTED, REPORT, Safe("r"), 2_000.0)
    assert reported(done, REPORT, Safe("r"), 2_000.0) is None
    assert reported(done, Ref("work", "INBOX", "10"), Safe("r"), 2_500.0) is None


def test_reports_about_single_recipients_add_up():
    other = Ref("work", "INBOX", "10")
    one = reported(REQUESTED, REPORT, Safe("r"), 2_000.0, Told("aiko@x", True, 2_000.0, REPORT))
    two = reported(one, other, Safe("r"), 2_500.0, Told("ken@x", False, 2_500.0, other))
    assert [(told.spec, told.success) for told in two.told] == [("aiko@x", True), ("ken@x", False)]
    assert two.report == REPORT
    assert reported(two, other, Safe("r"), 2_500.0, Told("ken@x", False, 2_500.0, other)) is None


def test_what_anybody_could_have_written_neither_ends_the_looking_nor_hides_the_report_of_exchange():
    forged = reported(
        REQUESTED, Ref("work", "INBOX", "66"), Safe("Message Recall Report: Q3"), 2_000.0, sure=False
    )
    assert (forged.state, forged.awaits(3_000.0)) == (RecallState.REPORTED, True)
    assert reported(forged, Ref("work", "INBOX", "67"), Safe("r"), 2_500.0, sure=False) is None
    real = reported(forged, REPORT, Safe("r"), 3_000.0)
    assert (real.report, real.reported, real.awaits(4_000.0)) == (REPORT, 3_000.0, False)
    assert reported(real, Ref("work", "INBOX", "68"), Safe("r"), 4_000.0, sure=False) is None


def test_a_flood_of_reports_about_single_recipients_ends_at_a_bound():
    recall = REQUESTED
    for number in range(2_000):
        ref = Ref("work", "INBOX", f"f{number}")
        told = Told(f"{number}@x", True, 2_000.0, ref)
        recall = reported(recall, ref, Safe("r"), 2_000.0, told, sure=False) or recall
    assert len(recall.told) == len(recall.trail) - 2 == 500


def test_what_was_refused_takes_no_report():
    assert reported(answered(ASKING, NotAsked(400, "no"), 1_001.0), REPORT, Safe("r"), 2_000.0) is None


@pytest.mark.parametrize(("recall", "waits"), [(ASKING, True), (REQUESTED, True)])
def test_a_report_is_looked_for_through_a_week(recall, waits):
    assert recall.awaits(1_000.0 + 6 * DAY) is waits
    assert not recall.awaits(1_000.0 + 8 * DAY)


def test_after_the_one_report_of_exchange_no_other_is_looked_for():
    assert not reported(REQUESTED, REPORT, Safe("r"), 2_000.0).awaits(3_000.0)
    classic = reported(REQUESTED, REPORT, Safe("r"), 2_000.0, Told("aiko@x", True, 2_000.0, REPORT))
    assert classic.awaits(3_000.0)
