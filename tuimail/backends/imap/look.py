"""What came, changed and went in an IMAP folder since it was last looked at.

How that is told, case by case:

 1. a server with QRESYNC (RFC 7162 §3.2.5) answers SELECT with what changed and what went
 2. one with CONDSTORE alone is asked for what changed since (§3.1.4.1); whether anything went is told by
    the number of messages
 3. any other server can't tell: the folder is compared as a whole
 4. the folder has another UIDVALIDITY, or none: as a whole
 5. there is no HIGHESTMODSEQ (NOMODSEQ), now or when it was last looked at, or it went backwards, or it is
    no number of 63 bits: as a whole
 6. the number of messages does not agree with what is said to have come and gone (messages went that nobody
    spoke of, a server that lies): as a whole
 7. VANISHED names numbers that never were, by the million: as a whole
 8. there is no UIDNEXT, or it went backwards: as a whole
 9. HIGHESTMODSEQ, UIDNEXT and the number of messages are as before: nothing happened
10. the server offers more than it can do and refuses to tell: as a whole
11. what is said unasked of the folder that was selected before counts for nothing (CLOSED), and neither do
    VANISHED without EARLIER and FETCH without UID or flags: the next look sees what they speak of
"""

from msgspec import Struct

from tuimail.backends.imap import answer, fetched
from tuimail.backends.imap.channel import Response
from tuimail.backends.imap.wire import Refused, Wire
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.sync import LAST, Look, Mark, Stretch

WINDOW = 10_000
MOST_GONE = 100_000


class Walk(Struct, frozen=True):
    """Where a walk through a folder is: the sequence number and the uid that its next stretch ends at.

    Sequence numbers only ever fall, when messages before go. So a window by an old number may reach too
    high, over what was seen already, and never too low.
    """

    validity: int
    upper: int
    last: int


def look(wire: Wire, folder: str, since: Mark | None) -> Look:
    """As ports.MailSource.look."""
    try:
        if since is not None and wire.can("QRESYNC") and wire.can("ENABLE"):
            return _resynchronised(wire, folder, since)
        if since is not None and wire.can("CONDSTORE"):
            return _by_count(wire, folder, since)
        return Look(wire.select(folder, *_condstore(wire))[0].mark, whole=True)
    except Refused:
        return Look(wire.select(folder)[0].mark, whole=True)


def begin(wire: Wire, folder: str) -> Walk:
    """The walk through a folder, before its first stretch."""
    mark = wire.select(folder)[0].mark
    return Walk(mark.validity, mark.total, LAST)


def stretch(wire: Wire, folder: str, walk: Walk) -> tuple[Stretch | None, Walk | None]:
    """The next stretch (None when there is nothing in it), and how to go on. Raises MailboxError."""
    if wire.enter(folder) != walk.validity:
        raise MailboxError("the server made this folder anew meanwhile; it is read from the beginning")
    upper = min(walk.upper, wire.total)
    lower = max(1, upper - WINDOW + 1)
    heard = wire.do("FETCH", f"{lower}:{upper}", "(UID FLAGS)").heard if upper else []
    flags = fetched.flags(heard, range(lower, upper + 1))
    found = {uid: flags[uid] for uid in flags if uid <= walk.last}
    if lower == 1:
        return Stretch(0, walk.last, keyed(walk.validity, found)), None
    if not found:
        return None, Walk(walk.validity, lower, walk.last)
    first = min(found)
    return Stretch(first, walk.last, keyed(walk.validity, found)), Walk(walk.validity, lower, first - 1)


def _condstore(wire: Wire) -> tuple[str, ...]:
    """Some servers count changes only once they were told that somebody wants to know."""
    return ("(CONDSTORE)",) if wire.can("CONDSTORE") or wire.can("QRESYNC") else ()


def _resynchronised(wire: Wire, folder: str, since: Mark) -> Look:
    known = since.validity and since.modseq
    words = f"(QRESYNC ({since.validity} {since.modseq}))" if known else "(CONDSTORE)"
    selected, _ = wire.select(folder, words)
    if not _tells(selected.mark, since):
        return Look(selected.mark, whole=True)
    return _said(selected.mark, since, selected.heard)


def _by_count(wire: Wire, folder: str, since: Mark) -> Look:
    mark = wire.select(folder, "(CONDSTORE)")[0].mark
    if not _tells(mark, since):
        return Look(mark, whole=True)
    if mark == since:
        return Look(mark, whole=False)
    changed = wire.do("UID", "FETCH", "1:*", f"(FLAGS) (CHANGEDSINCE {since.modseq})").heard
    return _said(mark, since, changed)


def _tells(mark: Mark, since: Mark) -> bool:
    """Whether the difference between the two can be told at all."""
    same = 0 < mark.validity == since.validity
    return same and 0 < since.modseq <= mark.modseq and 0 < since.next <= mark.next


def _said(mark: Mark, since: Mark, heard: list[Response]) -> Look:
    """A look by what was heard, if it agrees with the number of messages."""
    flags = fetched.flags(heard)
    gone = [
        (first, min(last, since.next - 1)) for first, last in answer.vanished(heard) if first < since.next
    ]
    width = sum(last - first + 1 for first, last in gone)
    stayed = mark.total - sum(since.next <= uid < mark.next for uid in flags)
    if width > MOST_GONE or not since.total - width <= stayed <= since.total:
        return Look(mark, whole=True)
    keys = tuple(f"{mark.validity}.{uid}" for uid in answer.spread(gone))
    return Look(mark, False, keyed(mark.validity, flags), keys)


def keyed(validity: int, flags: dict[int, frozenset[str]]) -> dict[str, frozenset[str]]:
    """By the keys of messages, oldest first."""
    return {f"{validity}.{uid}": flags[uid] for uid in sorted(flags)}
