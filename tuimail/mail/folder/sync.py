"""What a source says of a folder, and how much of it was known before."""

from msgspec import Struct

LAST = 2**63 - 1
"""Above every number a message can have."""


def number(uid: str) -> int:
    """The number by which a folder is ordered: that of `uidvalidity.uid`; 0 for a key without one."""
    last = uid.rpartition(".")[2]
    return int(last) if len(last) < 19 and last.isascii() and last.isdecimal() else 0


def validity(uid: str) -> str:
    """The UIDVALIDITY of `uidvalidity.uid`; empty for a key without one."""
    return uid.rpartition(".")[0] if number(uid) else ""


class Mark(Struct, frozen=True):
    """The point of a folder's history that the cache has reached: what a later look starts from.

    UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ (RFC 7162; 0 where there is none) and the number of messages.
    `token` is the server's own word for the point, where it has one: Graph's delta link, of any length.
    """

    validity: int = 0
    next: int = 0
    modseq: int = 0
    total: int = 0
    token: str = ""


class Look(Struct, frozen=True):
    """What a source says of a folder since a mark.

    `mark` was taken before anything else, so that what changed meanwhile is seen by the next look.
    With `whole`, the source can't tell what changed: all of it has to be compared, stretch by stretch.
    Otherwise `flags` has the flags of all that came or changed, by uid, and `gone` the uids that went.
    """

    mark: Mark
    whole: bool
    flags: dict[str, frozenset[str]] = {}
    gone: tuple[str, ...] = ()


class Stretch(Struct, frozen=True):
    """All messages of a folder whose number is from `first` to `last`: uid -> flags, oldest first.

    A source without numbers has one stretch of everything: a Maildir nothing else, Graph after stretches that
    are each a `part` of it, so that the newest are shown first. `mark` is for a source that can say only at
    the end of a walk how far it has been read; it stands instead of that of the look.
    """

    first: int
    last: int
    flags: dict[str, frozenset[str]]
    part: bool = False
    mark: Mark | None = None
