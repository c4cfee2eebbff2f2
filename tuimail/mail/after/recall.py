"""The request that a server delete delivered copies, and what became of it. Never a promise.

ASKING ──202──▶ REQUESTED ──report mail──▶ REPORTED
  │ ├── a no ─▶ REFUSED   └── 24 h ──▶ SILENT ──report mail──▶ REPORTED
  └── answer lost ─▶ UNSURE ──report mail──▶ REPORTED

ASKING is on disk before the request leaves. No request is ever repeated by the program.
"""

from enum import StrEnum
from hashlib import sha256
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import Foresight, Verdict
from tuimail.mail.hold.item import Entry
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe, line

SILENT_AFTER = 86_400.0
ANSWER_TAKES = 600.0
"""Seconds after which nobody waits for the answer any more: the program that asked has ended."""

REPORTS_FOR = 7 * 86_400.0
"""So long after the request its report is looked for."""

MOST_TOLD = 500
"""Reports about single recipients beyond these are not taken: anybody can write one."""

UNSURE = "the answer was lost, so it may have been requested; it is not repeated"


class Asked(Struct, frozen=True):
    """202: the request was taken. `request` is the Message-ID of the request mail, where one was told."""

    request: str
    text: str


class NotAsked(Struct, frozen=True):
    """A definite no, or no way there: nothing was asked. `code` is HTTP's, 0 without an answer."""

    code: int
    text: str


class Lost(Struct, frozen=True):
    """The answer was lost: it may have been asked."""

    why: str


AskOutcome = Asked | NotAsked | Lost


class RecallState(StrEnum):
    """See the drawing above."""

    ASKING = "asking"
    REQUESTED = "requested"
    REFUSED = "refused"
    UNSURE = "unsure"
    REPORTED = "report received"
    SILENT = "no report after 24 h"


class Told(Struct, frozen=True):
    """What a report about one recipient said (classic Outlook writes one each); `at` is UTC seconds."""

    spec: str
    success: bool
    at: float
    ref: Ref | None = None


class Recall(Struct, frozen=True):
    """One request, about the mail named by `message_id`.

    `version` counts its moves, `asked` is UTC seconds. `verdicts` are those it was asked on; `replace` says
    that a new version was to follow. `request` is the Message-ID of the request mail, `said` the server's
    answer word for word, `report` where the report mail stands, `told` what was reported of single
    recipients. `notices` says that somebody agreed to notices for outsiders, `sure` that the header of the
    report is that of Exchange: a report without it may be anybody's.
    """

    id: str
    account: str
    message_id: str
    state: RecallState
    version: int
    asked: float
    verdicts: tuple[Verdict, ...] = ()
    replace: bool = False
    request: str = ""
    said: Safe = Safe("")
    report: Ref | None = None
    reported: float = 0.0
    trail: tuple[Entry, ...] = ()
    told: tuple[Told, ...] = ()
    notices: bool = False
    sure: bool = False

    @property
    def open(self) -> bool:
        """A report may still come."""
        return self.state is not RecallState.REFUSED

    def awaits(self, now: float) -> bool:
        """Whether a report is to be looked for yet: of those for one recipient each, more may follow.

        What anybody could have written does not end it.
        """
        done = self.state is RecallState.REPORTED and self.sure and not self.told
        return self.open and not done and now < self.asked + REPORTS_FOR


def begin(
    mail: SentMail,
    foresight: Foresight,
    number: int,
    now: float,
    notices: bool = False,
    replace: bool = False,
) -> Recall:
    """The `number`th request about the mail, before it leaves.

    Its id follows from the mail and the number, so that of two who ask at once one is told so.
    """
    name = sha256(mail.message_id.encode()).hexdigest()[:10]
    why = "asking Exchange" + (", notices to outsiders agreed to" if notices else "")
    return Recall(
        id=f"{name}-{number}",
        account=mail.account,
        message_id=mail.message_id,
        state=RecallState.ASKING,
        version=1,
        asked=now,
        verdicts=foresight.verdicts,
        replace=replace,
        trail=(Entry(now, "", RecallState.ASKING, why),),
        notices=notices,
    )


def answered(recall: Recall, outcome: AskOutcome, now: float) -> Recall:
    """What came of asking."""
    if isinstance(outcome, Asked):
        said = line(" ".join(outcome.text.split()))
        request = line(outcome.request, 500)
        return _moved(
            recall, RecallState.REQUESTED, now, "recall requested", said, request=request, said=said
        )
    if isinstance(outcome, NotAsked):
        said = line(f"{outcome.code} {outcome.text}" if outcome.code else outcome.text)
        return _moved(recall, RecallState.REFUSED, now, "refused; nothing was asked", said, said=said)
    return _moved(recall, RecallState.UNSURE, now, f"{UNSURE}: {line(outcome.why)}")


def minded(recall: Recall, now: float, under_way: bool = False) -> Recall | None:
    """What time has made of it: no answer, or no report after a day; None when nothing changed."""
    if recall.state is RecallState.ASKING and not under_way and now >= recall.asked + ANSWER_TAKES:
        return _moved(recall, RecallState.UNSURE, now, UNSURE)
    if recall.state is RecallState.REQUESTED and now >= recall.asked + SILENT_AFTER:
        return _moved(recall, RecallState.SILENT, now, "no report received after 24 h")
    return None


def reported(
    recall: Recall, ref: Ref, subject: Safe, received: float, told: Told | None = None, sure: bool = True
) -> Recall | None:
    """A report mail about it came; None when it is known. The first one stays attached, or the first `sure`.

    By the server's clock it may have come before it was asked for; that is not believed.
    """
    received = max(received, recall.asked)
    known = {one.ref for one in recall.told} | {recall.report}
    better = recall.report is None or (sure and not recall.sure)
    if not recall.open or ref in known or (told is None and not better) or len(recall.told) >= MOST_TOLD:
        return None
    first, when = (ref, received) if better else (recall.report, recall.reported)
    said = (*recall.told, told) if told is not None else recall.told
    why = f"report received{f' about {line(told.spec)}' if told is not None else ''}"
    changes = {"report": first, "told": said, "reported": when, "sure": recall.sure or sure}
    return _moved(recall, RecallState.REPORTED, received, why, subject, **changes)


def _moved(
    recall: Recall, state: RecallState, now: float, why: str, answer: Safe = Safe(""), **changes: Any
) -> Recall:
    entry = Entry(now, recall.state, state, why, answer)
    return replace(recall, state=state, version=recall.version + 1, trail=(*recall.trail, entry), **changes)
