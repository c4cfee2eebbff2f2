"""An incident as Markdown, JSON or CSV, for whoever takes the first report.

Every instant is told by the clock of a zone and in UTC, every answer of a server word for word. Nothing of
the mail itself is in it but its subject.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from tuimail.mail.after.correction import Language
from tuimail.mail.after.export import inert
from tuimail.mail.after.incident import STEPS
from tuimail.mail.after.incident_clock import ADVICE, deadlines
from tuimail.mail.after.incident_facts import Dossier, Person, here, people, utc, when
from tuimail.mail.after.incident_json import as_json
from tuimail.mail.after.incident_report import shown
from tuimail.mail.after.incident_steps import guide
from tuimail.mail.after.incident_words import foreseen, kind, told, word
from tuimail.mail.letter.safe import line

BOM = "\ufeff"
"""Before a CSV file: without it Excel takes Japanese for something else."""

_ESCAPES = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#~"} | {"\n": " "})


class Form(StrEnum):
    """The forms; the value ends the name of a file."""

    MARKDOWN = "md"
    JSON = "json"
    CSV = "csv"


def export(dossier: Dossier, form: Form, language: Language = Language.ENGLISH) -> str:
    """The incident in that form; JSON and CSV have the same keys in every language."""
    match form:
        case Form.MARKDOWN:
            return "\n".join(_markdown(dossier, language)) + "\n"
        case Form.JSON:
            return json.dumps(as_json(dossier), ensure_ascii=False, indent=2) + "\n"
        case Form.CSV:
            return _csv(dossier)


def file(text: str, form: Form) -> bytes:
    """What `export` gave, as the contents of a file."""
    return (BOM + text if form is Form.CSV else text).encode()


def _csv(dossier: Dossier) -> str:
    """The trail, a line for each entry. A cell that a spreadsheet would run begins with an apostrophe."""
    zone, sheet = dossier.zone, _Lines()
    writer = csv.writer(sheet)
    writer.writerow(("utc", "local", "zone", "about", "what", "why", "answer"))
    for entry in dossier.incident.trail:
        cells = (entry.before, entry.after, entry.why, entry.answer)
        writer.writerow((utc(entry.at), here(entry.at, zone), zone, *map(inert, cells)))
    return "".join(sheet.lines)


class _Lines:
    """What the csv module writes to."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, text: str) -> None:
        self.lines.append(text)


def _markdown(dossier: Dossier, language: Language) -> Iterator[str]:
    incident, zone = dossier.incident, dossier.zone
    yield f"# {word('title', language)} · {incident.id}"
    yield ""
    for name, text in _head(dossier, language):
        yield f"- **{word(name, language)}**: {quoted(text)}"
    yield ""
    yield word("no-content", language)
    yield from _people(dossier, language)
    yield from _steps(dossier, language)
    yield from _recalls(dossier, language)
    yield from _deadlines(dossier, language)
    yield from _heading("trail", language)
    trail = ((when(entry.at, zone), told(entry, language), entry.answer) for entry in incident.trail)
    yield from _table(("heading-time", "heading-what", "heading-answer"), trail, language)


def _head(dossier: Dossier, language: Language) -> Iterator[tuple[str, str]]:
    incident, mail, zone = dossier.incident, dossier.incident.mail, dossier.zone
    yield "number", incident.id
    yield "subject", mail.subject
    yield "sent", when(mail.sent, zone)
    yield "noticed", when(incident.noticed, zone)
    if incident.closed:
        yield "closed", when(incident.closed, zone)
    yield "sender", shown(mail.sender)
    yield "meant", incident.meant_for or word("fill", language)
    yield "message-id", line(mail.message_id)
    for name in ("body", "files", "cause", "effect"):
        yield name, word("fill", language)
    for name in ("personal", "secret"):
        yield name, word("fill-yes-no", language)


def _people(dossier: Dossier, language: Language) -> Iterator[str]:
    yield from _heading("went", language)
    rows = (
        (one.field, shown(one.address), foreseen(one, language), _told(one, language))
        for one in people(dossier)
    )
    yield from _table(("heading-field", "went", "heading-verdict", "heading-receipts"), rows, language)


def _told(person: Person, language: Language) -> str:
    """What receipts say: as they say it."""
    return " · ".join(
        f"{kind(one.fate, language)} {utc(one.at)} {one.text}".rstrip() for one in person.receipts
    )


def _steps(dossier: Dossier, language: Language) -> Iterator[str]:
    yield from _heading("steps", language)
    steps = map(dossier.incident.step, STEPS)
    rows = (
        (
            guide(step.id, language).title,
            when(step.done, dossier.zone) if step.done else word("not-done", language),
            step.note,
        )
        for step in steps
    )
    yield from _table(("heading-step", "heading-done", "heading-note"), rows, language)


def _recalls(dossier: Dossier, language: Language) -> Iterator[str]:
    if not dossier.recalls:
        return
    yield from _heading("recalls", language)
    rows = ((when(one.asked, dossier.zone), kind(one.state, language), one.said) for one in dossier.recalls)
    yield from _table(("heading-time", "heading-what", "heading-answer"), rows, language)
    yield ""
    yield word("request", language)


def _deadlines(dossier: Dossier, language: Language) -> Iterator[str]:
    if not dossier.incident.clocks:
        return
    yield from _heading("deadlines", language)
    for name in dossier.incident.clocks:
        for one in deadlines(name, dossier.incident.noticed, dossier.zone):
            duty = one.duty
            first = f"{here(one.early - 1, dossier.zone)[:10]} – " if one.early else ""
            due = first + when(one.at - 1 if duty.days else one.at, dossier.zone)
            yield f"- {duty.title[language]} ({duty.within[language]}): {due} · {duty.source[language]}"
    yield ""
    yield ADVICE[language]


def _heading(name: str, language: Language) -> Sequence[str]:
    return "", f"## {word(name, language)}", ""


def _table(names: Sequence[str], rows: Iterable[Sequence[str]], language: Language) -> Iterator[str]:
    yield _row([word(name, language) for name in names])
    yield _row(["---"] * len(names))
    for row in rows:
        yield _row([quoted(cell) for cell in row])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def quoted(text: str) -> str:
    """Foreign text that Markdown shows as it is, in one line."""
    return text.translate(_ESCAPES)
