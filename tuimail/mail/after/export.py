"""The page of a mail that left as Markdown, CSV (RFC 4180) or JSON, for whoever has to be shown it."""

import json
import re
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from tuimail.mail.after.page import Mark, Page, Row
from tuimail.mail.letter.address import show

FORMS = ("md", "csv", "json")
BOM = "\ufeff"

_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|!~])")

COLUMNS = ("address", "name", "verdict", "reason", "state", "at", "history")


def export(page: Page, form: str, zone: tzinfo) -> str:
    """The text; times are ISO 8601 by the clock of `zone`. Raises KeyError for another form than `FORMS`."""
    writers: dict[str, Callable[[Page, tzinfo], str]] = {"md": _markdown, "csv": _csv, "json": _json}
    return writers[form](page, zone)


def file(page: Page, form: str, zone: tzinfo) -> bytes:
    """The same as the contents of a file; without its mark Excel takes Japanese for something else."""
    text = export(page, form, zone)
    return (BOM + text if form == "csv" else text).encode()


def as_json(page: Page, zone: tzinfo) -> dict[str, Any]:
    """The page as what JSON is made of; docs/commands.md has the keys."""
    mail, recall = page.mail, page.recall
    return {
        "account": mail.account,
        "message_id": mail.message_id,
        "subject": mail.subject,
        "sent": iso(mail.sent, zone),
        "course": page.foresight.course.value,
        "words": page.words,
        "recall": recall
        and {
            "id": recall.id,
            "state": recall.state.value,
            "asked": iso(recall.asked, zone),
            "request": recall.request,
            "said": recall.said,
            "replace": recall.replace,
            "reported": iso(recall.reported, zone),
        },
        "recipients": [_row_json(row, zone) for row in page.rows],
        "other_receipts": [
            {"address": one.spec, "said": one.fate.value, "at": iso(one.at, zone)} for one in page.strays
        ],
    }


def iso(at: float, zone: tzinfo) -> str | None:
    """The instant (UTC seconds) by the clock of the zone; None for none."""
    return datetime.fromtimestamp(at, zone).isoformat(timespec="seconds") if at else None


def _json(page: Page, zone: tzinfo) -> str:
    return json.dumps(as_json(page, zone), ensure_ascii=False, indent=2) + "\n"


def _row_json(row: Row, zone: tzinfo) -> dict[str, Any]:
    return {
        "address": row.person.spec,
        "name": row.person.name,
        "verdict": row.verdict.answer.value,
        "reason": row.verdict.reason,
        "notice": row.verdict.notice,
        "state": row.state,
        "at": iso(row.at, zone),
        "history": [{"at": iso(m.at, zone), "what": m.words, "said": m.said} for m in row.marks],
    }


def _csv(page: Page, zone: tzinfo) -> str:
    rows = (COLUMNS, *(_cells(row, zone) for row in page.rows))
    return "".join(f"{','.join(map(cell, row))}\r\n" for row in rows)


def cell(text: str) -> str:
    """The text in quotes, so that no spreadsheet takes it for a formula."""
    return '"' + inert(text).replace('"', '""') + '"'


def inert(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run."""
    return f"'{text}" if _FORMULA.match(text) else text


def _cells(row: Row, zone: tzinfo) -> tuple[str, ...]:
    history = "; ".join(_mark(mark, zone) for mark in row.marks)
    verdict = row.verdict
    told = (row.state, iso(row.at, zone) or "", history)
    return (row.person.spec, row.person.name, verdict.answer.value, verdict.reason, *told)


def _mark(mark: Mark, zone: tzinfo) -> str:
    said = f" ({mark.said})" if mark.said else ""
    return f"{iso(mark.at, zone)} {mark.words}{said}"


def _markdown(page: Page, zone: tzinfo) -> str:
    mail = page.mail
    head = [f"# {escaped(mail.subject or '(no subject)')}", ""]
    head += [f"- sent: {iso(mail.sent, zone)}", f"- from: {escaped(show(mail.sender))}"]
    head += [f"- Message-ID: {escaped(mail.message_id)}", "", escaped(page.words), ""]
    head += ["| recipient | verdict | reason | state | history |", "|---|---|---|---|---|"]
    rows = [
        f"| {' | '.join(map(escaped, (show(row.person), *_cells(row, zone)[2:5], _cells(row, zone)[6])))} |"
        for row in page.rows
    ]
    return "\n".join([*head, *rows, ""])


def escaped(text: str) -> str:
    """The text as Markdown that says just that, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
