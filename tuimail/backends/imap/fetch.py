"""What is read of the messages in an IMAP folder: header lines, whole messages, names."""

from collections.abc import Collection, Iterable

from tuimail.backends import header_line
from tuimail.backends.imap import fetched
from tuimail.backends.imap.channel import LARGEST_LITERAL, Reply
from tuimail.backends.imap.fetched import Fetched
from tuimail.backends.imap.wire import Wire
from tuimail.backends.imap.words import Command, batches, command, uid_set

HEADERS = "FROM TO CC SUBJECT DATE MESSAGE-ID IN-REPLY-TO REFERENCES CONTENT-TYPE"
ENVELOPE = f"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({HEADERS})])"
GMAIL = f"(UID FLAGS INTERNALDATE RFC822.SIZE X-GM-THRID X-GM-LABELS BODY.PEEK[HEADER.FIELDS ({HEADERS})])"
SIZES = "(UID RFC822.SIZE)"
BODY = "(UID BODY.PEEK[])"
AT_ONCE = 8
HEADS, BODIES = 125, 100
PARCEL = 8 << 20


def heads(wire: Wire, uids: Collection[int]) -> dict[int, Fetched]:
    """Header lines, flags, size and date of these messages; those that are gone are left out."""
    return _with_text(_fetch(wire, uids, _envelope(wire), HEADS))


def newest(wire: Wire, folder: str, count: int, likely: int) -> tuple[int, dict[int, Fetched]]:
    """The uidvalidity, and the heads of the last messages; at once when there are about `likely`."""
    guess = (_last(wire, likely, count),) if likely else ()
    selected, replies = wire.select(folder, then=guess)
    total = selected.mark.total
    found = _with_text(_heard(reply for reply in replies if reply.status == "OK"))
    if len(found) < min(count, total):
        found = _with_text(_heard([wire.settled(wire.ask(_last(wire, total, count))[0])]))
    return selected.mark.validity, {uid: found[uid] for uid in sorted(found, reverse=True)[:count]}


def bodies(wire: Wire, uids: Collection[int]) -> dict[int, bytes]:
    """The whole messages; those that are gone are left out."""
    found = _fetch(wire, uids, BODY, BODIES)
    return {uid: each.text for uid, each in found.items() if each.text is not None}


def parcels(wire: Wire, uids: Collection[int]) -> list[list[int]]:
    """The messages that are there, parted so that each part is read in a moment; giants are left out."""
    found = _fetch(wire, uids, SIZES)
    parts: list[list[int]] = []
    room = 0
    for uid in (uid for uid in uids if uid in found and found[uid].size <= LARGEST_LITERAL):
        if not parts or room < found[uid].size or len(parts[-1]) >= AT_ONCE * BODIES:
            parts.append([])
            room = max(PARCEL, found[uid].size)
        parts[-1].append(uid)
        room -= found[uid].size
    return parts


def values(wire: Wire, uids: Collection[int], header: str) -> dict[int, bytes]:
    """The header lines of this name, by uid; those that are gone are left out."""
    found = _fetch(wire, uids, f"(UID BODY.PEEK[HEADER.FIELDS ({header})])")
    return {uid: each.text for uid, each in found.items() if each.text is not None}


def having(wire: Wire, uids: Collection[int], header: str, value: str) -> tuple[int, ...]:
    """Those whose header has exactly this value."""
    lines = values(wire, uids, header)
    return tuple(uid for uid in uids if uid in lines and header_line.holds(lines[uid], header, value))


def message_ids(wire: Wire, uids: Collection[int]) -> dict[int, bytes]:
    """Their Message-ID lines."""
    return values(wire, uids, "MESSAGE-ID")


def present(wire: Wire, uids: Collection[int]) -> list[int]:
    """Those that are there, ascending."""
    return sorted(_fetch(wire, uids, "(UID)"))


def _envelope(wire: Wire) -> str:
    return GMAIL if wire.can("X-GM-EXT-1") else ENVELOPE


def _last(wire: Wire, total: int, count: int) -> Command:
    return command("FETCH", f"{max(1, total - count + 1)}:*", _envelope(wire))


def _fetch(wire: Wire, uids: Collection[int], items: str, size: int = 500) -> dict[int, Fetched]:
    commands = [command("UID", "FETCH", uid_set(some), items) for some in batches(uids, size)]
    found: dict[int, Fetched] = {}
    for start in range(0, len(commands), AT_ONCE):
        found |= _heard(map(wire.settled, wire.answers(*commands[start : start + AT_ONCE])))
    wanted = set(uids)
    return {uid: each for uid, each in found.items() if uid in wanted}


def _heard(replies: Iterable[Reply]) -> dict[int, Fetched]:
    """What was said of each message, put together when it came in pieces."""
    found: dict[int, Fetched] = {}
    for reply in replies:
        for each in fetched.fetched(reply.heard):
            found[each.uid] = _merged(found[each.uid], each) if each.uid in found else each
    return found


def _merged(old: Fetched, new: Fetched) -> Fetched:
    return Fetched(
        new.uid,
        old.flags if new.flags is None else new.flags,
        new.received or old.received,
        new.size or old.size,
        old.text if new.text is None else new.text,
        new.thread or old.thread,
        new.labels or old.labels,
    )


def _with_text(found: dict[int, Fetched]) -> dict[int, Fetched]:
    """Without mere news of flags of other messages."""
    return {uid: each for uid, each in found.items() if each.text is not None}
