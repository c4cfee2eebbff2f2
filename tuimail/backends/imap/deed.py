"""What is done to messages and folders on an IMAP server, by UID; never a plain EXPUNGE, never CLOSE."""

from collections.abc import Collection, Iterable

from tuimail.backends.imap import answer, fetch
from tuimail.backends.imap.channel import Reply
from tuimail.backends.imap.wire import Refused, Wire
from tuimail.backends.imap.words import (
    Literal,
    batches,
    command,
    mailbox,
    parenthesis,
    plain,
    uid_set,
)
from tuimail.mail.errors import MailboxError

DELETED = "(\\Deleted)"


def file(wire: Wire, folder: str, message: bytes, flags: frozenset[str]) -> str:
    """Append a message; `uidvalidity.uid` when the server says it. A folder that is missing is made."""
    words = ("APPEND", mailbox(folder), parenthesis(flags), Literal(message))
    wire.forget(folder)
    reply = wire.ask(command(*words))[0]
    if _wants_folder(reply):
        wire.do("CREATE", mailbox(folder))
        reply = wire.ask(command(*words))[0]
    said = answer.codes((), wire.settled(reply).text).get("APPENDUID", b"").split()
    validity, uid = (answer.number(each, answer.LARGEST_UID) for each in (*said, b"", b"")[:2])
    return f"{validity}.{uid}" if validity and uid else ""


def store(wire: Wire, uids: Collection[int], add: frozenset[str], drop: frozenset[str]) -> None:
    """Add flags, and take flags away."""
    changes = [(sign, parenthesis(flags)) for sign, flags in (("+", add), ("-", drop)) if flags]
    _store(wire, uids, [(f"{sign}FLAGS.SILENT", words) for sign, words in changes])


def label(wire: Wire, uids: Collection[int], add: frozenset[str], drop: frozenset[str]) -> None:
    """Add labels of Gmail, and take some away. Raises MailboxError where there are none."""
    if not wire.can("X-GM-EXT-1"):
        raise MailboxError("this server has no labels; nothing was changed")
    changes = [(sign, _labels(labels)) for sign, labels in (("+", add), ("-", drop)) if labels]
    _store(wire, uids, [(f"{sign}X-GM-LABELS.SILENT", words) for sign, words in changes])


def erase(wire: Wire, uids: Collection[int]) -> None:
    """Delete these messages and no other (RFC 4315); without UIDPLUS they stay, marked as deleted."""
    for some in batches(uids):
        commands = [command("UID", "STORE", uid_set(some), "+FLAGS.SILENT", DELETED)]
        commands += [command("UID", "EXPUNGE", uid_set(some))] if wire.can("UIDPLUS") else []
        for reply in wire.ask(*commands):
            wire.settled(reply)


def move(wire: Wire, uids: Collection[int], to: str) -> dict[int, str]:
    """Move messages (RFC 6851); old uid to the new key, empty when it is not told, for those that went.

    Raises Refused when none of them went.
    """
    went: dict[int, str] = {}
    wire.forget(to)
    for some in batches(fetch.present(wire, uids)):
        try:
            went |= _moved(wire, some, to)
        except Refused:
            if not went:
                raise
            break
    return went


def _moved(wire: Wire, uids: list[int], to: str) -> dict[int, str]:
    verb = "MOVE" if wire.can("MOVE") else "COPY"
    words = ("UID", verb, uid_set(uids), mailbox(to))
    reply = wire.ask(command(*words))[0]
    if _wants_folder(reply):
        wire.do("CREATE", mailbox(to))
        reply = wire.ask(command(*words))[0]
    code = answer.codes(wire.settled(reply).heard, reply.text).get("COPYUID", b"")
    validity, new = answer.copied(code)
    copied = [uid for uid in uids if uid in new] if new else uids
    if verb == "COPY":
        erase(wire, copied)
    return {uid: f"{validity}.{new[uid]}" if uid in new else "" for uid in copied}


def _store(wire: Wire, uids: Collection[int], changes: Iterable[tuple[str, str | bytes]]) -> None:
    changes = list(changes)
    for some in batches(uids):
        for reply in wire.ask(*(command("UID", "STORE", uid_set(some), *words) for words in changes)):
            wire.settled(reply)


def _labels(labels: frozenset[str]) -> bytes:
    return b"(" + b" ".join(mailbox(plain(each)) for each in sorted(labels)) + b")"


def _wants_folder(reply: Reply) -> bool:
    return reply.status != "OK" and b"[TRYCREATE]" in reply.text.upper()
