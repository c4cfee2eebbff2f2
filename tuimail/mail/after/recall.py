"""The request that a server delete delivered copies, and what became of it. Never a promise.

ASKING ──202──▶ REQUESTED ──report mail──▶ REPORTED
  │ ├── a no ─▶ REFUSED   └── 24 h ──▶ SILENT ──report mail──▶ REPORTED
  └── answer lost ─▶ UNSURE ──report mail──▶ REPORTED

ASKING is on disk before the request leaves. No request is ever repeated by the program.
"""

from enum import StrEnum

from msgspec import Struct

from tuimail.mail.after.verdict import Verdict
from tuimail.mail.hold.item import Entry
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import Safe


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


class Recall(Struct, frozen=True):
    """One request, about the mail named by `message_id`.

    `version` counts its moves, `asked` is UTC seconds. `verdicts` are those it was asked on; `replace` says
    that a new version was to follow. `request` is the Message-ID of the request mail, `said` the server's
    answer word for word, `report` where the report mail stands.
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
