"""What is said to an IMAP server, as bytes that can't be taken for more than they are (RFC 9051 §9)."""

import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from tuimail.backends import utf7
from tuimail.mail.errors import MailboxError

BATCH = 500
_FORBIDDEN = re.compile(rb"[\r\n\0]")
_FLAG = re.compile(r"\\?[!#$&'+,\-./0-9:;<=>?@A-Z^_`a-z|}~\[]+")
_PLAIN = re.compile(rb"[ -~]{0,200}")


class Literal(Struct, frozen=True):
    """Bytes that are sent as they are, with their length before them."""

    data: bytes


Word = bytes | Literal
Command = tuple[Word, ...]


def command(*words: str | Word) -> Command:
    """Raises MailboxError for a word that would end its command and begin another."""
    said = tuple(word.encode("utf-8", "replace") if isinstance(word, str) else word for word in words)
    if any(isinstance(word, bytes) and _FORBIDDEN.search(word) for word in said):
        raise MailboxError("a line break or NUL can't be said to a server; nothing was asked")
    return said


def quoted(text: bytes) -> bytes:
    """`text` as a quoted string (RFC 9051 §4.3)."""
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def text(value: str) -> Word:
    """A value that is looked for: in quotes while it is short and plain. Raises MailboxError for a break."""
    data = value.encode("utf-8", "replace")
    if _FORBIDDEN.search(data):
        raise MailboxError("a line break or NUL can't be looked for; nothing was asked")
    return quoted(data) if _PLAIN.fullmatch(data) else Literal(data)


def mailbox(folder: str) -> bytes:
    """The name of a folder, as the server gave it. Raises MailboxError."""
    try:
        return quoted(folder.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        raise MailboxError("that can't be the name of a folder; nothing was asked") from None


def plain(name: str) -> str:
    """A name that a person gave, as it is said to a server. Raises MailboxError for what can't be seen."""
    if not name.isprintable() or not name.strip():
        raise MailboxError("a name needs letters that can be seen; nothing was changed")
    return utf7.encode(name)


def parenthesis(flags: Collection[str]) -> str:
    """Flags as a list. Raises MailboxError for what is no flag."""
    if not all(_FLAG.fullmatch(flag) for flag in flags):
        raise MailboxError("a flag must be one word of plain letters; nothing was changed")
    return f"({' '.join(sorted(flags))})"


def batches(uids: Collection[int], size: int = BATCH) -> Iterator[list[int]]:
    """Ascending, some at a time."""
    ordered = sorted(uids)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))


def uid_set(uids: Sequence[int]) -> str:
    """Ascending uids as a sequence-set: 3:5,9."""
    runs: list[list[int]] = []
    for uid in uids:
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)
