"""The page tells of each recipient what is known, and exports can hurt no spreadsheet."""

import csv
import io
import json
from datetime import UTC

from msgspec.structs import replace

from tuimail.mail.after.export import as_json, escaped, export
from tuimail.mail.after.page import NOTICE, page
from tuimail.mail.after.recall import Asked, Lost, NotAsked, Told, answered, begin, minded, reported
from tuimail.mail.after.receipt import Fate, Receipt
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import REQUESTED, Answer, Course, Foresight, Verdict
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe

AIKO, ANNA = Address("aiko@contoso.example", "Aiko"), Address("anna@supplier.example")
MAIL = SentMail("work", "<1@x>", Safe("Q3"), 1_800_000_000.0, Address("me@contoso.example"), (AIKO, ANNA))
CAN = Verdict(AIKO, Answer.CAN, "same organisation")
CANNOT = Verdict(ANNA, Answer.CANNOT, "outside: would get a notice instead", notice=True)
SEEN = Foresight(Course.CONFIRM, "1 outside …", (CAN, CANNOT))
NOW = MAIL.sent + 100
ASKING = begin(MAIL, SEEN, 1, NOW, notices=True)
REQUEST = answered(ASKING, Asked("<r@hub>", "ok"), NOW + 1)
REPORT = Ref("work", "INBOX", "9")


def states(made):
    return {row.person.spec.split("@")[0]: row.state for row in made.rows}


def history(made, who="aiko"):
    return [mark.words for row in made.rows if row.person.spec.startswith(who) for mark in row.marks]


def test_before_anything_is_asked_there_are_verdicts_and_the_words_to_say():
    made = page(MAIL, SEEN)
    assert made.words == SEEN.words
    assert [row.verdict for row in made.rows] == [CAN, CANNOT]
    assert states(made) == {"aiko": "", "anna": ""}


def test_a_request_is_requested_for_some_and_a_notice_for_others():
    made = page(MAIL, SEEN, [REQUEST])
    assert states(made) == {"aiko": "requested", "anna": NOTICE}
    assert made.words == REQUESTED
    assert not made.needs_correction


def test_a_lost_answer_a_refusal_and_silence_are_said_as_such():
    assert states(page(MAIL, SEEN, [answered(ASKING, Lost("x"), NOW)]))["aiko"] == "may have been requested"
    refused = page(MAIL, SEEN, [answered(ASKING, NotAsked(403, "no"), NOW)])
    assert states(refused) == {"aiko": "refused, nothing was asked", "anna": ""}
    assert refused.needs_correction
    silent = page(MAIL, SEEN, [minded(REQUEST, NOW + 90_000)])
    assert history(silent) == ["requested", "no report after 24 h"]


def test_a_report_is_received_and_says_no_more_of_anybody():
    made = page(MAIL, SEEN, [reported(REQUEST, REPORT, Safe("r"), NOW + 60)])
    assert history(made) == ["requested", "report received"]


def test_a_report_about_one_recipient_is_told_for_that_one():
    told = Told("Aiko@contoso.example", True, NOW + 60, REPORT)
    made = page(MAIL, SEEN, [reported(REQUEST, REPORT, Safe("r"), NOW + 60, told)])
    assert history(made) == ["requested", "report said success"]


def test_receipts_and_corrections_stand_with_their_recipient_in_the_order_of_time():
    receipts = [
        Receipt("<1@x>", "AIKO@contoso.example", Fate.READ, NOW + 50),
        Receipt("<1@x>", "ghost@else.example", Fate.READ, NOW + 55),
    ]
    fix = replace(MAIL, message_id="<2@x>", sent=NOW + 500, corrects="<1@x>", cc=(), to=(AIKO,))
    made = page(MAIL, SEEN, [REQUEST], receipts, [fix])
    assert history(made) == ["requested", "receipt said read", "correction sent"]
    assert history(made, "anna") == [NOTICE]
    assert [one.spec for one in made.strays] == ["ghost@else.example"]


def test_the_verdicts_that_were_asked_on_are_shown_not_those_of_today():
    today = Foresight(Course.CORRECT, "w", (replace(CAN, answer=Answer.CANNOT, reason="left"), CANNOT))
    assert page(MAIL, today, [REQUEST]).rows[0].verdict == CAN


def test_no_word_of_a_page_claims_that_something_was_recalled():
    for recall in (ASKING, REQUEST, answered(ASKING, Lost("x"), NOW), minded(REQUEST, NOW + 90_000)):
        made = page(MAIL, SEEN, [recall])
        assert "recalled" not in made.words + " ".join(states(made).values())


EVIL = page(
    replace(MAIL, subject=Safe('=HYPERLINK("x")|<b>'), to=(Address("=cmd@x.example", '+1"2'), ANNA)),
    Foresight(Course.CORRECT, "w", (Verdict(Address("=cmd@x.example", '+1"2'), Answer.CANNOT, "@reason"),)),
)


def test_csv_has_a_row_for_each_and_nothing_that_a_spreadsheet_runs():
    rows = list(csv.reader(io.StringIO(export(EVIL, "csv", UTC))))
    assert len(rows) == 3
    assert rows[1][:2] == ["'=cmd@x.example", "'+1\"2"]
    assert rows[1][3] == "'@reason"
    assert not any(cell[:1] in tuple("=+-@\t") for row in rows for cell in row if cell)


def test_markdown_says_what_it_says_and_nothing_else():
    text = export(EVIL, "md", UTC)
    assert "<b>" not in text
    assert text.count("\n| ") == 3
    assert escaped("a|b\n# c") == "a\\|b \\# c"


def test_json_has_stable_keys_and_times_of_a_zone():
    data = json.loads(export(page(MAIL, SEEN, [REQUEST]), "json", UTC))
    assert data == as_json(page(MAIL, SEEN, [REQUEST]), UTC)
    assert data["sent"] == "2027-01-15T08:00:00+00:00"
    assert data["recall"]["state"] == "requested"
    assert data["recipients"][0]["history"][0]["what"] == "requested"
    assert data["recipients"][1]["notice"] is True
