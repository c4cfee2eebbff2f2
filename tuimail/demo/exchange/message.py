"""A message as a mailbox holds it: its bytes, and what is said of it beside them."""

import base64

from msgspec import Struct

from tuimail.demo.exchange import mime
from tuimail.demo.exchange.errors import bad_request

ORDINARY, IMMUTABLE = "AAMkAGI2TGuLAAA", "AAkALgAAAAAAHYQDEapmEc2byACqAC-E"
DEFERRED = ("systemtime 0x3fef", "systemtime 0x000f")


class Message(Struct, frozen=True):
    """`key` stays for good, `place` changes with each move. Times are UTC seconds, `raw` has CRLF lines.

    `changed` is the mailbox's count of changes at its last one, `born` at its arrival in its folder.
    `submitted` marks one that /send was said of and that waits for its time.
    """

    owner: str
    key: int
    place: int
    folder: str
    raw: bytes
    at: float
    modified: float
    changed: int = 0
    born: int = 0
    read: bool = False
    draft: bool = False
    submitted: bool = False
    flag: str = "notFlagged"
    categories: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def immutable(self) -> str:
        """The id that stays over moves."""
        return _id(IMMUTABLE, f"{self.owner}:{self.key}")

    @property
    def ordinary(self) -> str:
        """The id that goes with its place."""
        return _id(ORDINARY, f"{self.owner}:{self.key}:{self.place}")

    @property
    def message_id(self) -> str:
        return mime.parsed(self.raw).message_id

    def named(self, immutable: bool) -> str:
        """The id of the kind that a client prefers."""
        return self.immutable if immutable else self.ordinary

    def property(self, name: str) -> str:
        """An extended property that was set on it; empty when none was."""
        return dict(self.properties).get(name.lower(), "")


def numbers(name: str) -> tuple[str, int, int]:
    """Owner, key and place that an id says, place 0 for an immutable one. Raises GraphError 400."""
    try:
        head = next(head for head in (ORDINARY, IMMUTABLE) if name.startswith(head))
        owner, key, *place = base64.urlsafe_b64decode(name.removeprefix(head)).decode().split(":")
        return owner, int(key), int(place[0]) if place else 0
    except (StopIteration, ValueError):
        raise bad_request("Id is malformed.", "ErrorInvalidIdMalformed") from None


def _id(head: str, tail: str) -> str:
    return head + base64.urlsafe_b64encode(tail.encode()).decode()
