"""What a security desk gets: whole, word for word, harmless in a spreadsheet, nothing of the mail's text."""

import csv
import io
import json

import pytest
from msgspec.structs import replace

from tuimail.mail.after import incident as moves
from tuimail.mail.after.correction import Language
from tuimail.mail.after.incident_export import BOM, Form, export, file, quoted
from tuimail.mail.after.incident_facts import Dossier, happened, people
from tuimail.mail.after.incident_report import body, subject
from tuimail.mail.after.recall import Recall, RecallState
from tuimail.mail.after.receipt import Fate, Receipt
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import OUTSIDE, Answer, Verdict
from tuimail.mail.hold.item import Entry
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe

EN, JA = Language.ENGLISH, Language.JAPANESE
NOON = 1_795_262_520.0
SUZUKI, TANAKA = Address("suzuki@client.example", "鈴木 一郎"), Address("tanaka@example.jp")
SAID = Safe("202 Accepted | <request-id> =1+1")
MAIL = SentMail(
    "work",
    "<1@x.example>",
    Safe("見積書 | *urgent*"),
    NOON,
    Address("hanako@example.jp", "山田花子"),
    (SUZUKI,),
    cc=(TANAKA, SUZUKI),
)
RECALL = Recall(
    "r1",
    "work",
    MAIL.message_id,
    RecallState.REQUESTED,
    2,
    NOON + 60,
    verdicts=(
        Verdict(TANAKA, Answer.CAN, "same organisation"),
        Verdict(SUZUKI, Answer.CANNOT, "outside", notice=True),
    ),
    said=SAID,
    trail=(Entry(NOON + 60, "asking", "requested", "asked", SAID),),
)
OUT = (
    Verdict(SUZUKI, Answer.CANNOT, OUTSIDE),
    Verdict(TANAKA, Answer.UNKNOWN, "list with 2 outside members"),
)
RECEIPT = Receipt(MAIL.message_id, "Tanaka@example.jp", Fate.READ, NOON + 90, Safe("displayed"))


@pytest.fixture
def dossier():
    incident = moves.opened("a1b2", MAIL, NOON + 30, ("appi", "gdpr"))
    incident = moves.gathered(incident, happened((RECALL,), (RECEIPT,)))
    incident = moves.tick(incident, "call", NOON + 100, "=HYPERLINK deleted")
    return Dossier(incident, (RECALL,), (RECEIPT,), "Asia/Tokyo")


def test_each_recipient_stands_once_with_verdict_and_receipts(dossier):
    suzuki, tanaka = people(dossier)
    assert (suzuki.field, suzuki.verdict.answer, suzuki.receipts) == ("To", Answer.CANNOT, ())
    assert (tanaka.field, tanaka.verdict.reason, tanaka.receipts) == ("Cc", "same organisation", (RECEIPT,))


def test_json_has_everything_in_utc(dossier):
    data = json.loads(export(dossier, Form.JSON))
    assert set(data) == {
        *("id", "zone", "noticed", "closed", "meant_for", "mail", "recipients", "steps", "deadlines"),
        *("recalls", "trail"),
    }
    assert data["mail"]["sent"] == "2026-11-21T12:02:00Z"
    assert data["mail"]["message_id"] == "<1@x.example>"
    assert [one["verdict"] for one in data["recipients"]] == ["can't", "can be asked"]
    assert data["recalls"][0]["said"] == SAID
    assert [entry["what"] for entry in data["trail"]] == ["opened", "requested", "read", "done"]
    assert [step["done"] for step in data["steps"]].count(None) == 7
    assert len(data["deadlines"]) == 3


def test_markdown_tells_each_time_twice_and_quotes_what_is_foreign(dossier):
    text = export(dossier, Form.MARKDOWN)
    assert "2026-11-21 21:02:00 +09:00 (Asia/Tokyo) · 2026-11-21T12:02:00Z" in text
    assert "202 Accepted \\| \\<request-id\\> =1+1" in text
    assert "見積書 \\| \\*urgent\\*" in text
    assert "can't: outside" in text
    assert "GDPR Art. 33 (1)" in text
    assert "no legal advice" in text
    assert [len(row.split(" | ")) for row in text.split("\n") if row.startswith("| To")] == [4]


def test_markdown_in_japanese_has_no_english_headings(dossier):
    text = export(dossier, Form.MARKDOWN, JA)
    assert "# メール誤送信 第一報 · a1b2" in text
    assert "受信者に電話する" in text
    assert "## 経過" in text
    assert "法的な助言ではありません" in text
    assert "依頼不可: outside" in text and "依頼可: 同じ組織" in text and "開封済み" in text
    assert "| 依頼済み | 202 Accepted" in text


def test_a_deadline_in_days_ends_with_its_last_day(dossier):
    text = export(dossier, Form.MARKDOWN)
    assert "(about 3 to 5 days): 2026-11-23 – 2026-11-25 23:59:59 +09:00" in text
    assert "(72 hours): 2026-11-24 21:02:30 +09:00" in text


def test_the_report_in_japanese_has_the_words_of_an_office(dossier):
    text = body(dossier, JA)
    assert "受信者に電話する（済）" in text and "取り消しの依頼: 依頼済み" in text
    assert "社外。依頼すると" in body(replace(dossier, recalls=(replace(RECALL, verdicts=OUT),)), JA)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝", "＋", "－", "＠", "\u3000="])
def test_no_cell_of_a_csv_file_begins_as_a_formula_in_any_form(dossier, start):
    entry = Entry(1_000.0, "x", "x", f"{start}cmd|' /C calc'!A0", Safe(f"{start}1+1"))
    trail = replace(dossier, incident=replace(dossier.incident, trail=(entry,)))
    [row] = csv.DictReader(io.StringIO(export(trail, Form.CSV)))
    assert row["why"][0] == row["answer"][0] == "'"


def test_csv_is_the_trail_and_runs_nothing_in_a_spreadsheet(dossier):
    rows = list(csv.DictReader(io.StringIO(export(dossier, Form.CSV))))
    assert [row["what"] for row in rows] == ["opened", "requested", "read", "done"]
    assert rows[1]["answer"] == SAID
    assert rows[1]["local"] == "2026-11-21 21:03:00 +09:00"
    assert rows[3]["why"] == "'=HYPERLINK deleted"


def test_a_csv_file_begins_with_a_mark_that_excel_asks_for():
    assert file("utc,local\r\n", Form.CSV) == (BOM + "utc,local\r\n").encode()
    assert file("# x\n", Form.MARKDOWN) == b"# x\n"


@pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Asia/Kolkata"])
def test_offsets_of_every_kind_are_parted_from_the_time(dossier, zone):
    text = export(Dossier(dossier.incident, zone=zone), Form.CSV)
    offset = {
        "America/New_York": "07:02:30 -05:00",
        "UTC": "12:02:30 +00:00",
        "Asia/Kolkata": "17:32:30 +05:30",
    }
    assert offset[zone] in text


@pytest.mark.parametrize(("language", "blank"), [(EN, "[to fill in]"), (JA, "【要記入】")])
def test_the_report_has_the_facts_and_places_to_fill_in(dossier, language, blank):
    text = body(dossier, language)
    for known in ("<1@x.example>", "見積書", "suzuki@client.example", "+09:00", "2026-11-21T12:02:00Z", SAID):
        assert known in text
    assert text.count(blank) == 6
    assert MAIL.subject not in subject(dossier, language)


def test_the_report_says_whom_it_was_meant_for_once_that_is_known(dossier):
    incident = moves.meant_for(dossier.incident, "Tanaka <tanaka@example.jp>", NOON)
    text = body(Dossier(incident, zone="UTC"), EN)
    assert "Tanaka <tanaka@example.jp>" in text
    assert text.count("[to fill in]") == 5


def test_the_only_recipient_is_the_wrong_one_once_it_was_meant_for_another():
    alone = moves.opened("a1b2", replace(MAIL, to=(SUZUKI,), cc=()), NOON)
    assert "Wrong address:\n  [to fill in]" in body(Dossier(alone), EN)
    told = moves.meant_for(alone, "tanaka@example.jp", NOON)
    assert "Wrong address:\n  鈴木 一郎 <suzuki@client.example>" in body(Dossier(told), EN)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("form", list(Form))
def test_a_bare_incident_can_be_exported_too(form, language):
    assert "a1b2" in export(Dossier(moves.opened("a1b2", MAIL, NOON)), form, language) or form is Form.CSV


def test_quoted_text_stays_in_one_line_of_a_table():
    assert quoted("a\nb|c[d](e)") == "a b\\|c\\[d\\](e)"
