"""Whatever names, subjects, diagnostics and dates say, a page is plain text and nothing stops it."""

import csv
import io
import json
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from tuimail.cli import recall_words
from tuimail.mail.after import incident as incidents
from tuimail.mail.after.correction import Language
from tuimail.mail.after.export import FORMS, export
from tuimail.mail.after.incident_export import Form
from tuimail.mail.after.incident_export import export as exported
from tuimail.mail.after.incident_facts import Dossier, happened
from tuimail.mail.after.incident_report import body
from tuimail.mail.after.kind import Kind
from tuimail.mail.after.page import page
from tuimail.mail.after.recall import Asked, Told, answered, begin, reported
from tuimail.mail.after.receipt import parse
from tuimail.mail.after.remembered import of_letter
from tuimail.mail.after.tip import Scope, Tip
from tuimail.mail.after.verdict import Tenant, foresee
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import block, line
from tuimail.ui.format import incident as incident_rows
from tuimail.ui.format import recall as recall_rows

NOON = 1_795_262_520.0
REF = Ref("work", "Sent", "1")
VALUES = [
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egnp.exe\u2066 \u200b\u00ad",
    "[bold]x[/bold] [link=http://evil.example]y[/] $x",
    "=cmd|' /C calc'!A0",
    "a\r\nBcc: evil@x.example\r\n\r\nbody",
    "a\u2028b\u2029c\x85d\x0be\x0cf",
    "| x | <script>alert(1)</script> ![x](http://evil.example/p.png) `x` #",
    "{addressee} {original} {cursor} 〔原因〕 %s {0.__class__}",
    "\ud800\udfff\x00\x7f\x9b31m",
    "Ａ" * 50_000,
    "a\u0300" * 20_000,
    "(" * 20_000,
]
DATES = [
    "Mon, 1 Jan 0001 00:00:00 +1400",
    "Fri, 31 Dec 9999 23:59:59 -1400",
    "Thu, 1 Jan 1970 00:00:00 +0000",
    "Sat, 1 Jan 2033 00:00:00 +9999",
    "0001-01-01T00:00:00+14:00",
    "x",
]
ZONES = ("Pacific/Kiritimati", "America/New_York", "UTC")


def letter(value, date=DATES[2]):
    head = f"From: {value} <me@contoso.example>\r\nTo: {value} <ken@contoso.example>, bo@y.example\r\n"
    more = f"Subject: {value}\r\nDate: {date}\r\nMessage-ID: <1@contoso.example>\r\n\r\n"
    return (head.replace("\r\nBcc", "\r\n Bcc") + more).encode("utf-8", "surrogatepass")


def mdn(value, date):
    text = f"From: {value} <ken@contoso.example>\r\nDate: {date}\r\nIn-Reply-To: <1@contoso.example>\r\n"
    text += 'Content-Type: multipart/report; boundary="b"\r\n\r\n--b\r\n'
    text += "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
    text += f"Final-Recipient: rfc822; bo@y.example\r\nAction: failed\r\nDiagnostic-Code: smtp; {value}"
    text += "\r\n--b--\r\n"
    return text.encode("utf-8", "surrogatepass")


def known(value, date=DATES[2]):
    """A mail, what was foreseen and asked of it, and what came back, all of it foreign."""
    mail = of_letter(letter(value, date), REF, NOON)
    tips = [Tip("ken@contoso.example", Scope.INTERNAL, away=block(value))]
    foresight = foresee(mail, Tenant(Kind.WORK, ("contoso.example",)), tips)
    recall = answered(begin(mail, foresight, 1, NOON), Asked(f"<{value}>", value), NOON)
    report = Ref("work", "INBOX", "9")
    recall = reported(recall, report, line(value), NOON, Told(value, True, NOON, report), False)
    told = parse(mdn(value, date), NOON, report)
    receipts = told.receipts if told else ()
    return mail, foresight, recall, receipts


def assert_plain(text, rows=None):
    assert all(
        letter in "\n\r\t\ufeff" or letter.isprintable() or letter in "\u3000\u200d" for letter in text
    )
    assert not any(letter in text for letter in "\x1b\u202e\u2066\u2028\u2029\x85\x9b")
    assert rows is None or text.count("\n") == rows


@pytest.mark.parametrize("value", VALUES)
def test_every_page_export_and_report_is_plain_text_in_good_time(value):
    started = time.perf_counter()
    mail, foresight, recall, receipts = known(value)
    made = page(mail, foresight, (recall,), receipts)
    for form in FORMS:
        assert_plain(export(made, form, UTC))
    assert_plain(recall_words.page(made, UTC), 3 + len(made.rows))
    incident = incidents.opened("a1", mail, NOON, ("appi", "gdpr"))
    incident = incidents.tick(incident, "phone", NOON, value)
    incident = incidents.meant_for(incident, value, NOON)
    incident = incidents.gathered(incident, happened((recall,), receipts))
    dossier = Dossier(incident, (recall,), receipts, "Asia/Tokyo")
    for language in Language:
        view = incident_rows.View(language, "Asia/Tokyo")
        for form in Form:
            assert_plain(exported(dossier, form, language))
        assert_plain(body(dossier, language))
        for row in (
            incident_rows.incident_row(incident, NOON, 80, view),
            *incident_rows.head_rows(incident, 80, view),
        ):
            assert_plain("".join(piece.text for piece in row), 0)
    room = recall_rows.columns(mail.people, 80, NOON)
    for one in made.rows:
        assert_plain("".join(piece.text for piece in recall_rows.recipient_row(one, 80, room)), 0)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("value", VALUES)
def test_a_table_in_markdown_keeps_its_columns_and_a_csv_file_its_rows(value):
    mail, foresight, recall, receipts = known(value)
    made = page(mail, foresight, (recall,), receipts)
    table = [row for row in export(made, "md", UTC).split("\n") if row.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in table} == {6}
    rows = list(csv.reader(io.StringIO(export(made, "csv", UTC))))
    assert {len(row) for row in rows} == {7}
    assert len(rows) == 1 + len(made.rows)
    assert not any(cell.lstrip()[:1] in ("=", "@", "＝") for row in rows for cell in row)
    assert len(json.loads(export(made, "json", UTC))["recipients"]) == len(made.rows)


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("zone", ZONES)
def test_no_date_that_somebody_writes_stops_a_page(date, zone):
    mail, foresight, recall, receipts = known("x", date)
    made = page(mail, foresight, (recall,), receipts)
    assert receipts[0].at == NOON or abs(receipts[0].at - NOON) < 366 * 86_400
    for form in FORMS:
        assert export(made, form, ZoneInfo(zone))
    incident = incidents.gathered(incidents.opened("a1", mail, NOON), happened((recall,), receipts))
    dossier = Dossier(incident, (recall,), receipts, zone)
    for form in Form:
        assert exported(dossier, form)
    assert datetime.fromtimestamp(mail.sent, ZoneInfo(zone)).year >= 1969
    assert list(incident_rows.head_rows(incident, 80, incident_rows.View(Language.JAPANESE, zone)))


def test_a_forged_report_and_receipt_neither_close_an_incident_nor_stop_its_clocks():
    mail, _, recall, receipts = known("x")
    incident = incidents.opened("a1", mail, NOON, ("appi", "gdpr"))
    after = incidents.gathered(incident, happened((recall,), receipts))
    assert replace(after, trail=(), version=0) == replace(incident, trail=(), version=0)
    assert len(after.trail) > len(incident.trail)
