"""Reports and requests are known by what Exchange writes, and by nothing that everyday mail has."""

import pytest

from tuimail.mail.after.recall import Recall, RecallState
from tuimail.mail.after.report import Sort, about, headers, report, request

GENERATED = ("X-MS-Exchange-Generated-Message-Source", "Transport Message Recall Routing Agent")


def subject(text):
    return ("Subject", text)


def recall(number=1, asked=1_000.0, state=RecallState.REQUESTED, request=""):
    return Recall(f"r{number}", "work", f"<{number}@x>", state, 2, asked, request=request)


def test_the_header_of_exchange_makes_a_report_in_any_language():
    for text in ("Message Recall Report: Q3", "Irgendein Bericht: Q3", ""):
        assert report([GENERATED, subject(text)]).sure


@pytest.mark.parametrize(
    ("text", "sort", "about_"),
    [
        ("Message Recall Report: Q3 numbers", Sort.REPORT, "Q3 numbers"),
        ("Message Recall Success: Q3 numbers", Sort.SUCCESS, "Q3 numbers"),
        ("Message Recall Failure: Q3 numbers", Sort.FAILURE, "Q3 numbers"),
        ("メッセージの取り消しの失敗: 見積", Sort.FAILURE, "見積"),
        ("메시지 회수 보고서: Q3", Sort.REPORT, "Q3"),
        ("邮件撤回成功：Q3", Sort.SUCCESS, "Q3"),
    ],
)
def test_known_subjects_tell_the_sort_and_the_mail(text, sort, about_):
    found = report([subject(text)])
    assert (found.sort, found.subject, found.sure) == (sort, about_, False)


def test_the_class_of_a_classic_report_tells_it_too():
    assert report([("Content-Class", "urn:content-classes:recallreport"), subject("x")]).sort is Sort.REPORT
    assert report([("X-Message-Class", "IPM.Recall.Report.Failure"), subject("x")]).sort is Sort.FAILURE


@pytest.mark.parametrize(
    "text",
    ["Re: Message Recall Report: Q3", "Automatic reply: Recall: Q3", "Undeliverable: Recall: Q3", "Q3", ""],
)
def test_answers_bounces_and_everyday_mail_are_no_reports(text):
    assert report([subject(text)]) is None


SERVER = ("X-MS-TrafficTypeDiagnostic", "SE2P216MB1989:EE_MessageRecallEmail")
CLASSIC = ("X-MS-TrafficTypeDiagnostic", "AM0PR04:EE_LegacyOutlookRecall")


@pytest.mark.parametrize(
    "mark",
    [
        SERVER,
        CLASSIC,
        ("X-MS-Exchange-RecallReportGenerated", "true"),
        ("X-Message-Class", "IPM.Outlook.Recall"),
    ],
)
def test_both_generations_of_requests_are_known(mark):
    found = request([mark, subject("Recall: Q3 numbers"), ("In-Reply-To", "<9@x>")])
    assert (found.subject, found.sure) == ("Q3 numbers", True)


def test_by_the_subject_alone_it_is_not_sure():
    assert request([subject("Recall: Q3")]).sure is False


@pytest.mark.parametrize(
    "rows",
    [
        [subject("Recall: Q3"), ("Auto-Submitted", "auto-replied")],
        [subject("Recall: Q3"), ("In-Reply-To", "<1@x>")],
        [subject("RE: Recall: Q3")],
        [subject("Total Recall")],
        [subject("Recall:")],
        [subject("Message Recall Report: Q3")],
        [],
    ],
)
def test_what_only_looks_like_a_request_is_none(rows):
    assert request(rows) is None


def test_a_report_with_the_marks_of_a_request_is_none():
    assert request([GENERATED, SERVER, subject("Recall: Q3")]) is None


def test_the_header_is_read_from_bytes_folded_and_encoded():
    raw = (
        b"X-MS-Exchange-Generated-Message-Source: Transport Message\r\n Recall Routing Agent\r\n"
        b"Subject: =?utf-8?q?Message_Recall_Report=3A_Q3?=\r\nReferences: <1@x>\r\n\r\nbody"
    )
    found = report(headers(raw))
    assert (found.sure, found.subject, found.names) == (True, "Q3", ("<1@x>",))


def test_hostile_headers_neither_raise_nor_reach_a_screen():
    raw = b"Subject: Message Recall Report: \x1b[2Jx\xff\r\nReferences: " + b"<a@b> " * 10_000 + b"\r\n\r\n"
    found = report(headers(raw))
    assert "\x1b" not in found.subject
    assert "\x1b" not in found.line


ONE, TWO = (recall(1), "Q3 numbers"), (recall(2, asked=1_500.0, request="<R2@hub>"), "Lunch")


def test_a_report_belongs_to_the_request_it_refers_to():
    said = report([GENERATED, subject("Message Recall Report: Q3 numbers"), ("References", "<R2@hub>")])
    assert about(said, 2_000.0, [ONE, TWO]).id == "r2"


def test_without_a_name_the_subject_tells():
    said = report([subject("Message Recall Report: q3  numbers")])
    assert about(said, 2_000.0, [ONE, TWO]).id == "r1"


@pytest.mark.parametrize(
    ("told", "meant"),
    [("\ufffd\ufffd Q3 numbers", "見積 Q3 numbers"), ("Q3 \ufffd 2027", "Q3 予算 2027")],
)
def test_letters_that_a_server_could_not_decode_stand_for_any(told, meant):
    said = report([GENERATED, subject(f"Message Recall Report: {told}")])
    assert about(said, 2_000.0, [(recall(1), meant), TWO]).id == "r1"
    assert about(said, 2_000.0, [(recall(1), "Budget Q3 numbers 2026 x"), TWO]) is None


def test_a_subject_of_nothing_but_such_letters_fits_none():
    said = report([GENERATED, subject("Message Recall Report: \ufffd\ufffd")])
    assert about(said, 2_000.0, [ONE, TWO]) is None


def test_a_long_subject_may_be_cut_off():
    said = report([GENERATED, subject("Message Recall Report: The numbers of the third quar…")])
    assert about(said, 2_000.0, [(recall(1), "The numbers of the third quarter"), TWO]).id == "r1"


def test_of_two_mails_with_one_subject_it_is_the_one_asked_for_last_before_it():
    said = report([subject("Message Recall Report: Q3 numbers")])
    both = [ONE, (recall(3, asked=1_800.0), "Q3 numbers"), (recall(4, asked=9_000.0), "Q3 numbers")]
    assert about(said, 2_000.0, both).id == "r3"


def test_words_of_a_language_not_known_may_stand_before_the_subject():
    said = report([GENERATED, subject("Viestin palautusraportti: Lunch")])
    assert about(said, 2_000.0, [ONE, TWO]).id == "r2"


def test_without_any_name_it_belongs_to_the_only_request_and_to_none_of_several():
    said = report([GENERATED, subject("Viestin palautusraportti")])
    assert about(said, 2_000.0, [ONE]).id == "r1"
    assert about(said, 2_000.0, [ONE, TWO]) is None


def test_a_report_about_another_mail_or_from_before_belongs_to_none():
    other = report([GENERATED, subject("Message Recall Report: Budget")])
    assert about(other, 2_000.0, [ONE, TWO]) is None
    early = report([subject("Message Recall Report: Q3 numbers")])
    assert about(early, 300.0, [ONE]) is None
    assert about(early, 1_000.0 + 9 * 86_400, [ONE]) is None
    assert about(early, 2_000.0, [(recall(1, state=RecallState.REFUSED), "Q3 numbers")]) is None
