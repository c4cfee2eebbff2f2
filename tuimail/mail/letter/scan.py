"""Envelopes by the ten thousand: the header fields a list shows, and nothing else of the message."""

import re
from functools import lru_cache

from tuimail.mail.letter.address import NAME_LIMIT, Address, parse_addresses
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.header import VALUE_LIMIT, decode, message_ids
from tuimail.mail.letter.safe import Safe

HEAD_LIMIT = 1_000_000
SHORT = 300

_END = re.compile(rb"\n\r?\n")
_FIELD = re.compile(
    rb"^(from|to|cc|subject|message-id|in-reply-to|references|content-type)[ \t]*:(.*+(?:\n[ \t].*+)*+)",
    re.IGNORECASE | re.MULTILINE,
)


def envelope(
    ref: Ref,
    head: bytes,
    received: float,
    size: int,
    flags: frozenset[str],
    attached: bool | None = None,
) -> Envelope:
    """The envelope in a header block (more of the message may follow). Of doubled fields the first counts.

    `received` is in seconds since the epoch, `size` in bytes. Without `attached`, a multipart/mixed is
    taken to have an attachment.
    """
    fields = _fields(head)
    kind = fields.get(b"content-type", b"")
    return Envelope(
        ref=ref,
        sender=sender(fields.get(b"from", b"")),
        to=_people(fields.get(b"to")),
        cc=_people(fields.get(b"cc")),
        subject=_subject(fields.get(b"subject", b"")),
        received=received,
        size=size,
        flags=flags,
        message_id=first_id(_ids(fields.get(b"message-id"))),
        in_reply_to=first_id(_ids(fields.get(b"in-reply-to"))),
        references=_ids(fields.get(b"references")),
        attached=b"multipart/mixed" in kind[:200].lower() if attached is None else attached,
    )


def _fields(head: bytes) -> dict[bytes, bytes]:
    head = head[:HEAD_LIMIT]
    if b"\n" not in head:
        head = head.replace(b"\r", b"\n")
    end = _END.search(head)
    fields: dict[bytes, bytes] = {}
    for name, value in _FIELD.findall(head, 0, end.start() + 1 if end else len(head)):
        fields.setdefault(name.lower(), value[:VALUE_LIMIT])
    return fields


def sender(value: bytes) -> Address:
    """The first author; when there is no usable address, what the header says as a name."""
    authors = _people(value)
    return authors[0] if authors else Address("", decode(value, NAME_LIMIT))


def first_id(ids: tuple[str, ...]) -> str:
    return ids[0] if ids else ""


def _people(value: bytes | None) -> tuple[Address, ...]:
    if not value:
        return ()
    return _met(value) if len(value) < SHORT else parse_addresses(value)


@lru_cache(maxsize=4096)
def _met(value: bytes) -> tuple[Address, ...]:
    """Most mail is from and to the same few people."""
    return parse_addresses(value)


def _subject(value: bytes) -> Safe:
    return _read(value) if len(value) < SHORT else decode(value)


@lru_cache(maxsize=4096)
def _read(value: bytes) -> Safe:
    """Every answer has the subject of what it answers."""
    return decode(value)


def _ids(value: bytes | None) -> tuple[str, ...]:
    return message_ids(value.decode("latin-1")) if value else ()
