"""What every outgoing message is given, and the last look at its bytes."""

import re
from collections.abc import Sequence

from tuimail.mail.errors import DraftError
from tuimail.mail.letter.encode import plain
from tuimail.mail.letter.header import message_ids
from tuimail.mail.letter.submission import Stamp

LINE_LIMIT = 998

_TOKEN = re.compile(r"[A-Za-z0-9]{1,64}")


def stamped(stamp: Stamp) -> list[str]:
    """The fields given once, at Send."""
    if message_ids(stamp.message_id) != (stamp.message_id,) or not _TOKEN.fullmatch(stamp.token):
        raise DraftError("The message got no valid id; nothing was sent.")
    return [
        f"Date: {plain(stamp.date)}",
        f"Message-ID: {stamp.message_id}",
        f"X-Tuimail-Token: {stamp.token}",
    ]


def assert_clean(wire: bytes, names: Sequence[str]) -> None:
    """The last look at the bytes that will leave: well formed, and without Bcc. Raises DraftError."""
    assert_formed(wire, names)
    if any(name.lower() in ("bcc", "resent-bcc") for name in names):
        raise DraftError("The message's header would show its blind copies; nothing was sent.")


def assert_formed(wire: bytes, names: Sequence[str]) -> None:
    """Whole CRLF lines within limits, and exactly these fields.

    Raises DraftError. Nothing that passes can smuggle a header, a recipient or a second message.
    """
    ends = wire.count(b"\r\n")
    if wire.count(b"\r") != ends or wire.count(b"\n") != ends or b"\0" in wire:
        raise DraftError("The message has stray line ends or NUL bytes in it; nothing was sent.")
    if max(map(len, wire.split(b"\r\n"))) > LINE_LIMIT:
        raise DraftError(f"The message has a line of more than {LINE_LIMIT} bytes; nothing was sent.")
    rows = wire.partition(b"\r\n\r\n")[0].split(b"\r\n")
    starts = [row for row in rows if row[:1] not in (b" ", b"\t")]
    found = [row.partition(b":")[0].strip().decode("ascii", "replace") for row in starts]
    blank = any(not row.strip() for row in rows)
    if blank or found != list(names):
        raise DraftError("The message's header is not what it was meant to be; nothing was sent.")
