"""An envelope as a row of cache.db, and back."""

import sqlite3
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.safe import line
from tuimail.store import index
from tuimail.store.cache_key import number

COLUMNS = (
    "id, folder, number, uid, thread, unread, flagged, attached, body, received, size, flags, labels,"
    " sender_name, sender_spec, subject, recipients, ids"
)
INSERT = f"INSERT OR REPLACE INTO envelopes ({COLUMNS})"
_SELECT = f"SELECT {COLUMNS} FROM envelopes WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608

_encode = msgspec.json.Encoder().encode
_recipients = msgspec.json.Decoder(tuple[list[tuple[str, str]], list[tuple[str, str]]]).decode
_ids = msgspec.json.Decoder(list[str]).decode
_labels = msgspec.json.Decoder(frozenset[str]).decode


def many(values: Iterable[Any]) -> str:
    """Values as SQLite's json_each takes them."""
    return str(_encode(list(values)), "utf-8")


def values(e: Envelope, id: int, folder: int, thread: int, attached: bool, body: int) -> tuple[Any, ...]:
    """The row of an envelope."""
    uid, flags, sender = e.ref.uid, e.flags, e.sender
    people = [(a.spec, a.name) for a in e.to], [(a.spec, a.name) for a in e.cc]
    words, unread, flagged = _written(flags)
    return (
        *(id, folder, number(uid), uid, thread, unread, flagged, int(attached), body, e.received, e.size),
        *(words, _text(sorted(e.labels)) if e.labels else "", str(sender.name), sender.spec, str(e.subject)),
        *(_text(people), _text((e.message_id, e.in_reply_to, *e.references))),
    )


def head(row: tuple[Any, ...]) -> index.Head:
    """What is searched of a row that `values` gave."""
    return index.Head(row[0], row[15], row[13], row[14], row[16])


def flag_values(flags: frozenset[str]) -> tuple[str, int, int]:
    """Flags as the row has them, whether it is unread, and whether it is flagged."""
    return _written(flags)


@lru_cache(1024)
def _written(flags: frozenset[str]) -> tuple[str, int, int]:
    return " ".join(sorted(flags)), int(Flag.SEEN not in flags), int(Flag.FLAGGED in flags)


@lru_cache(1024)
def flags_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


def labels_of(text: str) -> frozenset[str]:
    return _labels(text) if text else frozenset()


def labels_text(labels: frozenset[str]) -> str:
    return _text(sorted(labels)) if labels else ""


def message_id_of(ids: str) -> str:
    return _ids(ids)[0]


def recipients_of(recipients: str) -> list[tuple[str, str]]:
    """(spec, name) of all in To and Cc."""
    to, cc = _recipients(recipients)
    return to + cc


@lru_cache(4096)
def person(spec: str, name: str) -> Address:
    """Most people come many times in a list."""
    return Address(spec, line(name))


@lru_cache(1024)
def _people(recipients: str) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """So do those that mail is to."""
    to, cc = _recipients(recipients)
    return tuple([person(*one) for one in to]), tuple([person(*one) for one in cc])


def _text(value: Any) -> str:
    try:
        return str(_encode(value), "utf-8")
    except UnicodeEncodeError:
        return str(_encode(_whole(value)), "utf-8")


def _whole(value: Any) -> Any:
    """The same without what is no text."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return [_whole(each) for each in value]


def read(
    connection: sqlite3.Connection, ids: Iterable[int], places: Mapping[int, tuple[str, str]]
) -> list[Envelope]:
    """The envelopes of these keys, in their order; what is gone is left out."""
    ids = list(ids)
    rows = {row[0]: row for row in connection.execute(_SELECT, (many(ids),))}
    return [envelope(rows[id], places) for id in ids if id in rows]


def envelope(row: tuple[Any, ...], places: Mapping[int, tuple[str, str]]) -> Envelope:
    (_, folder, _, uid, thread, _, _, attached, _, received, size, flags, labels, name, spec, subject) = row[
        :16
    ]
    to, cc = _people(row[16])
    message_id, in_reply_to, *references = _ids(row[17])
    return Envelope(
        ref=Ref(*places[folder], uid),
        sender=person(spec, name),
        to=to,
        cc=cc,
        subject=line(subject),
        received=received,
        size=size,
        flags=flags_of(flags),
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=tuple(references),
        attached=bool(attached),
        thread=thread,
        labels=labels_of(labels),
    )
