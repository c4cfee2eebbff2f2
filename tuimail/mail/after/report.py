"""Mail that a recall brings about: reports to whoever asked, requests to whoever is asked.

Known by headers that Exchange writes, then by class, then by subject. Anybody can write any of these, so what
is found here labels a mail, and nothing is ever done because of it.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from tuimail.mail.after.recall import Recall
from tuimail.mail.letter.fields import split
from tuimail.mail.letter.header import decode, message_ids
from tuimail.mail.letter.safe import Safe, line

Headers = Sequence[tuple[str, str]]
"""Names and values of a message, in order, encoded words decoded."""

BEFORE = 600.0
"""Seconds by which the server's clock may be behind."""

LONGEST = 10_000
SURE_LENGTH = 20
"""A subject that was cut off says enough from so many letters on."""

_GENERATED = "x-ms-exchange-generated-message-source"
_ASKS = ("x-ms-exchange-recallreportgenerated", "x-ms-exchange-recallreportcfmgenerated")
_TRAFFIC = "x-ms-traffictypediagnostic"
_ORIGINAL = "x-ms-exchange-crosstenant-trustedpartner-transportrecall-originalmessageid"
_CLASSES = ("content-class", "x-message-class")

_KNOWN = re.compile(
    r"(?P<kind>message recall (?:report|success|failure)"
    r"|メッセージの?(?:取り消し|呼び戻し)の?(?:レポート|成功|失敗)"
    r"|邮件撤回(?:报告|成功|失败)|郵件回收(?:報告|成功|失敗)|메시지 회수 ?(?:보고서|성공|실패)"
    r"|bericht zum nachrichtenrückruf|nachrichtenrückruf[ -]?(?:bericht|erfolgreich|fehlgeschlagen)"
    r"|rapport de rappel de messages?|relatório de recuperação de mensage(?:m|ns)"
    r"|отчет об отзыве сообщения)\s*[:：]?\s*",
    re.IGNORECASE,
)
_SUCCESS = re.compile("success|成功|성공|erfolgreich", re.IGNORECASE)
_FAILURE = re.compile("failure|失敗|失败|실패|fehlgeschlagen", re.IGNORECASE)
_REQUEST = re.compile(r"recall[:：]\s*(.*)", re.IGNORECASE)


class Sort(StrEnum):
    """What a report says: all at a link, or of one recipient."""

    REPORT = "report"
    SUCCESS = "success"
    FAILURE = "failure"


class Report(Struct, frozen=True):
    """`subject` is the original's as far as it is told, `line` the whole of the report's own, `names` every
    Message-ID that its header has.

    `sure` says that Exchange's own header tells it.
    """

    sort: Sort
    subject: Safe
    names: tuple[str, ...]
    sure: bool
    line: Safe = Safe("")


class Request(Struct, frozen=True):
    """Somebody would like a mail back. `sure` is False when only the subject says so."""

    subject: Safe
    sure: bool = True


def headers(raw: bytes) -> Headers:
    """The header of a message as `report` and `request` take it."""
    rows = split(raw, 0, len(raw)).rows
    return tuple((name.decode("ascii", "replace"), decode(value, LONGEST)) for name, value in rows)


def report(given: Headers) -> Report | None:
    """What a recall report says; None for any other mail."""
    values = _Values(given)
    subject = values.first("subject")
    known = _KNOWN.match(subject)
    sure = "message recall" in values.first(_GENERATED).lower()
    classed = next((one for one in map(values.first, _CLASSES) if "recall" in one.lower()), "").lower()
    if not (sure or known or "recallreport" in classed or "recall.report" in classed):
        return None
    words = f"{known['kind'] if known else ''} {classed}"
    about = subject[known.end() :] if known else ""
    sort = Sort.SUCCESS if _SUCCESS.search(words) else Sort.FAILURE if _FAILURE.search(words) else Sort.REPORT
    return Report(sort, Safe(about), values.names(), sure, subject)


def request(given: Headers) -> Request | None:
    """What somebody would like back; None for any other mail, reports included."""
    if report(given) is not None:
        return None
    values = _Values(given)
    named = _REQUEST.match(values.first("subject"))
    about = Safe(named[1]) if named else values.first("subject")
    if _by_exchange(values):
        return Request(about)
    answers = values.first("auto-submitted").lower().startswith("auto-") or bool(values.first("in-reply-to"))
    return Request(about, sure=False) if named and about and not answers else None


def about(said: Report, received: float, recalls: Iterable[tuple[Recall, str]]) -> Recall | None:
    """Which of the requests (each with the subject of its mail) a report tells of; None when none.

    By a Message-ID; then by the subject, the latest request before it, also behind words of a language that
    is not known here; then, when no subject is told and Exchange's header says what it is, the only one.
    """
    waiting = [(one, subject) for one, subject in recalls if one.asked - BEFORE <= received]
    waiting = [(one, subject) for one, subject in waiting if one.awaits(received)]
    named = [one for one, _ in waiting if ({one.request, one.message_id} - {""}) & set(said.names)]
    if not named:
        named = [one for one, subject in waiting if _is_about(said, subject)]
    if not named and said.sure and len(waiting) == 1 and not re.search("[:：]", said.line):
        named = [waiting[0][0]]
    return max(named, key=lambda one: one.asked, default=None)


class _Values:
    """The values of a header by lower-case name."""

    def __init__(self, given: Headers) -> None:
        self._given = given

    def first(self, name: str) -> Safe:
        return next((line(value, LONGEST) for key, value in self._given if key.lower() == name), Safe(""))

    def names(self) -> tuple[str, ...]:
        told = ("in-reply-to", "references", _ORIGINAL, "x-microsoft-original-message-id")
        return tuple(dict.fromkeys(each for name in told for each in message_ids(self.first(name))))


def _by_exchange(values: _Values) -> bool:
    traffic = values.first(_TRAFFIC).lower()
    return (
        any(values.first(name).lower().startswith("true") for name in _ASKS)
        or "ee_messagerecallemail" in traffic
        or "ee_legacyoutlookrecall" in traffic
        or bool(values.first(_ORIGINAL))
        or any("ipm.outlook.recall" in values.first(name).lower() for name in _CLASSES)
    )


def _is_about(said: Report, subject: str) -> bool:
    if said.subject or not said.sure:
        return bool(said.subject) and _same(subject, said.subject)
    return bool(subject.strip()) and said.line.endswith(subject.strip())


def _same(one: str, other: str) -> bool:
    """Subjects that are the same but for blanks, case, and what a server cut off or could not decode."""
    first, second = (" ".join(text.split()).casefold() for text in (one, other))
    cut = len(second) > SURE_LENGTH and first.startswith(second.rstrip("…."))
    return first == second or cut or ("\ufffd" in second and _fits(first, re.split("\ufffd+", second)))


def _fits(text: str, pieces: Sequence[str]) -> bool:
    """Whether the pieces stand in the text in order, the first at its beginning, the last at its end."""
    if not text.startswith(pieces[0]) or not any(piece.strip() for piece in pieces):
        return False
    at = len(pieces[0])
    for piece in pieces[1:-1]:
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return text.endswith(pieces[-1]) and at <= len(text) - len(pieces[-1])
