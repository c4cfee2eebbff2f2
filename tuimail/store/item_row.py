"""An outbox item as a row of outbox.db: what is queried as columns, the rest as one JSON text."""

import sqlite3
from typing import Any

import msgspec

from tuimail.mail.hold.item import Entry, Item
from tuimail.mail.letter.safe import Safe, line
from tuimail.store.seal import is_broken, sealed


def values(item: Item, changed: float) -> tuple[str, int, str, float, str]:
    """The row's columns in order: id, version, state, changed, body."""
    body = sealed(msgspec.json.encode(item, enc_hook=str).decode())
    return item.id, item.version, item.state.value, changed, body


def item(body: str) -> Item:
    """The item of a row; foreign text in it was sanitised before it was stored, and is again.

    Raises sqlite3.DataError.
    """
    if is_broken(body):
        raise sqlite3.DataError("an item in it was changed by something else")
    try:
        return msgspec.json.decode(body.encode(errors="surrogateescape"), type=Item, dec_hook=_safe)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise sqlite3.DataError(f"an item in it can't be read ({error})") from error


def entry(row: tuple[float, str, str, str, str]) -> Entry:
    """A row of the trail."""
    at, before, after, why, answer = row
    return Entry(at, before, after, why, line(answer))


def _safe(kind: type, value: Any) -> Safe:
    if kind is Safe:
        return line(str(value))
    raise NotImplementedError(kind)
