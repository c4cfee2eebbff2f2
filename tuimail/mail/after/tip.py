"""What an Exchange server tells of a recipient before anything is asked of it (Graph getMailTips)."""

from enum import StrEnum

from msgspec import Struct

from tuimail.mail.letter.safe import Safe


class Scope(StrEnum):
    """Where a recipient is, seen from the sender's organisation."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    UNKNOWN = "unknown"


class Tip(Struct, frozen=True):
    """One recipient. A list has `members`, `outsiders` of them outside; both are 0 for a person.

    `away` is the automatic reply, `trouble` why nothing could be told; both mostly empty. `restricted` is one
    that takes mail from some people only.
    """

    spec: str
    scope: Scope = Scope.UNKNOWN
    members: int = 0
    outsiders: int = 0
    away: Safe = Safe("")
    full: bool = False
    restricted: bool = False
    moderated: bool = False
    trouble: Safe = Safe("")
