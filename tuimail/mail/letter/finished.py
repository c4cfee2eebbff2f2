"""Messages that come finished, from a file or a program, on their way to the wire."""

import re

from tuimail.mail.errors import DraftError
from tuimail.mail.letter.address import check, typed, unique
from tuimail.mail.letter.header import message_ids, raw
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.submission import Stamp, Submission
from tuimail.mail.letter.wire import assert_clean, stamped

_NAME = re.compile(rb"[!-9;-~]+[ \t]*:")


def freeze_raw(raw_message: bytes, sender: str, recipients: tuple[str, ...], stamp: Stamp) -> Submission:
    """A finished message as it is, given what it lacks of Date, Message-ID and token, and without its Bcc.

    Without `sender` its From counts, without `recipients` its To, Cc and Bcc. Line ends become CRLF; an
    8-bit body stays. Raises DraftError in one line.
    """
    head, body = _split(_crlf(raw_message))
    author = check(sender) if sender else _author(head)
    people = tuple(check(spec) for spec in recipients) or _addressed(head)
    if not people:
        raise DraftError("Nobody to send to: the message has no To, Cc or Bcc.")
    kept = [row for row in head if _key(row) not in ("bcc", "resent-bcc", "x-tuimail-token")]
    own = message_ids(_value(kept, "message-id"))[:1]
    if not own:
        kept = [row for row in kept if _key(row) != "message-id"]
    kept += [row.encode("ascii") for row in _lacking(kept, author, stamp)]
    wire = b"\r\n".join([*kept, b"", body])
    assert_clean(wire, [row.partition(b":")[0].strip().decode("ascii") for row in kept])
    return Submission(author, unique(people), wire, own[0] if own else stamp.message_id, stamp.token)


def _crlf(message: bytes) -> bytes:
    rows = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if rows.startswith((b"From ", b">From ")):
        rows = rows.partition(b"\n")[2]
    if rows and not rows.endswith(b"\n"):
        rows += b"\n"
    return rows.replace(b"\n", b"\r\n")


def _split(message: bytes) -> tuple[list[bytes], bytes]:
    """The fields, each with its folded lines, and the body. Text that begins without a field is all body."""
    block, _, body = (
        message.partition(b"\r\n\r\n") if not message.startswith(b"\r\n") else (b"", b"", message[2:])
    )
    rows = block.removesuffix(b"\r\n").split(b"\r\n") if block else []
    if not rows or not _NAME.match(rows[0]):
        return [], body if message.startswith(b"\r\n") else message
    fields: list[bytes] = []
    for number, row in enumerate(rows, 1):
        if row[:1] in (b" ", b"\t"):
            fields[-1] += b"\r\n" + row if row.strip() else b""
        elif _NAME.match(row):
            fields.append(row)
        else:
            raise DraftError(f"Line {number} is no header field: “{line(raw(row), 60)}”. Nothing was sent.")
    return fields, body


def _key(row: bytes) -> str:
    return row.partition(b":")[0].strip().lower().decode("ascii")


def _value(head: list[bytes], key: str) -> str:
    """All fields of that name, as one list."""
    return ", ".join(raw(row.partition(b":")[2]).strip() for row in head if _key(row) == key)


def _author(head: list[bytes]) -> str:
    authors = typed(_value(head, "from"))
    if not authors:
        raise DraftError("The message has no From, and no sender was given.")
    return authors[0].spec


def _addressed(head: list[bytes]) -> tuple[str, ...]:
    return tuple(person.spec for key in ("to", "cc", "bcc") for person in typed(_value(head, key)))


def _lacking(head: list[bytes], author: str, stamp: Stamp) -> list[str]:
    """The fields to add so that nothing required is missing (RFC 6409 §8)."""
    present = {_key(row) for row in head}
    rows = [] if "from" in present else [f"From: {author}"]
    wanted = {"Date": "date", "Message-ID": "message-id", "X-Tuimail-Token": "x-tuimail-token"}
    return rows + [row for row in stamped(stamp) if wanted[row.partition(":")[0]] not in present]
