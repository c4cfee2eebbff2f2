"""The text of a correction: its language, and a template filled in.

Beside the places named in `PLACES` a template has marks such as 〔原因〕 for what only a person knows.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from tuimail.mail.after.correction import Language
from tuimail.mail.letter.letter import Letter
from tuimail.mail.letter.signature import unsigned
from tuimail.mail.letter.template import Template

PLACES = (
    "addressee",
    "name",
    "me",
    "my_name",
    "my_address",
    "my_phone",
    "subject",
    "bare_subject",
    "sent",
    "changes",
    "files",
    "original",
    "cursor",
)

MARK = re.compile("〔[^〔〕\n]{1,80}〕")

_PLACE = re.compile(rf"\{{({'|'.join(PLACES)})\}}")
_JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_LOOKED_AT = 4_000
_BESIDE = 24
_SHARE = 4

_DAYS = "月火水木金土日"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_UNKNOWN = {
    Language.JAPANESE: {
        "addressee": "〔宛名〕",
        "name": "〔お名前〕",
        "my_phone": "〔電話番号〕",
        "changes": "誤：〔誤っていた箇所〕\n正：〔正しい内容〕",
        "files": "〔ファイルを添付し、その名前を記入〕",
        "subject": "（件名なし）",
        "bare_subject": "先にお送りしたメールについて",
    },
    Language.ENGLISH: {
        "addressee": "Dear 〔name〕,",
        "name": "〔name〕",
        "my_phone": "〔telephone〕",
        "changes": "Incorrect: 〔what was wrong〕\nCorrect:   〔what is right〕",
        "files": "〔attach the right file; its name〕",
        "subject": "(no subject)",
        "bare_subject": "my earlier email",
    },
}
"""What stands where nothing is known; a person fills in the marks."""


class Filled(Struct, frozen=True):
    """A template's subject and text; `offset` is where somebody goes on writing."""

    subject: str
    text: str
    offset: int


def language(letter: Letter | None, subject: str) -> Language:
    """What a mail is written in, by the letters of its own text, or else of the thread; by its subject
    alone where the text is not at hand.
    """
    if letter is None:
        return _language(subject)
    rows = unsigned(str(letter.text[: 50 * _LOOKED_AT])).split("\n")
    own = "\n".join(row for row in rows if not row.startswith(">"))
    return _language(own if re.search(r"\w", own) else f"{subject}\n{letter.text}")


def filled(template: Template, known: Mapping[str, str], language: Language) -> Filled:
    """The template with what is known in its places. What came from elsewhere is never read for marks.

    The offset is that of `{cursor}`, else of the first mark, else the end.
    """
    given = {**_UNKNOWN[language], **{name: value for name, value in known.items() if value}}
    text, marks, cursor, at = "", list[int](), -1, 0
    for place in (*_PLACE.finditer(template.body), None):
        literal = template.body[at : place.start() if place else len(template.body)]
        marks += _marks(literal, len(text))
        text += literal
        if place is None:
            break
        at = place.end()
        if place[1] == "cursor":
            cursor = len(text) if cursor < 0 else cursor
            continue
        value = given.get(place[1], "")
        marks += _marks(value, len(text)) if not known.get(place[1]) else []
        text += value
    offset = cursor if cursor >= 0 else min(marks, default=len(text))
    return Filled(_PLACE.sub(lambda place: given.get(place[1], ""), template.subject), text, offset)


def unfilled(text: str) -> tuple[str, ...]:
    """The marks that nobody has filled in."""
    return tuple(dict.fromkeys(MARK.findall(text)))


def carried(before: str, after: str) -> dict[str, str]:
    """What somebody wrote in the place of each mark of a text, where what stands beside it is still there."""
    found: dict[str, str] = {}
    for mark in MARK.finditer(before):
        ahead = before[: mark.start()].rpartition("〕")[2][-_BESIDE:]
        behind = before[mark.end() :].partition("〔")[0][:_BESIDE]
        if not ahead.strip() or not behind.strip():
            continue
        typed = re.search(f"{re.escape(ahead)}(.{{1,500}}?){re.escape(behind)}", after, re.DOTALL)
        if typed is not None and not MARK.search(typed[1]):
            found.setdefault(mark[0], typed[1])
    return found


def carry(text: str, known: Mapping[str, str]) -> str:
    """The text with those marks filled in."""
    return MARK.sub(lambda mark: known.get(mark[0], mark[0]), text)


def first_mark(text: str) -> tuple[int, int]:
    """Row and column of the first mark; the beginning where there is none."""
    for row, words in enumerate(text.split("\n")):
        if mark := MARK.search(words):
            return row, mark.start()
    return 0, 0


def said_when(at: datetime, language: Language) -> str:
    """A date and time as it stands in a letter; a foreign reader is told the zone too."""
    if language is Language.JAPANESE:
        return f"{at.year}年{at.month}月{at.day}日（{_DAYS[at.weekday()]}）{at:%H:%M}"
    offset = f"{at:%z}"
    zone = f" (UTC{offset[:3]}:{offset[3:5]})" if offset else ""
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}{zone}"


def _marks(text: str, at: int) -> list[int]:
    return [at + mark.start() for mark in MARK.finditer(text)]


def _language(text: str) -> Language:
    """Japanese where at least one letter in five is; a name in an English mail makes it none."""
    text = re.sub(r"[!-~]*(?:://|@)[!-~]*", " ", text[:_LOOKED_AT])
    japanese, latin = len(_JAPANESE.findall(text)), len(_LATIN.findall(text))
    return Language.JAPANESE if japanese and japanese * _SHARE >= latin else Language.ENGLISH
