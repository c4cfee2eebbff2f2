"""What a person did to a message, to be done on the server: an intent, not a command."""

from msgspec import Struct

from tuimail.mail.letter.envelope import Ref


class Flagged(Struct, frozen=True):
    """It shall have the flags `add` and not the flags `drop`."""

    add: frozenset[str]
    drop: frozenset[str]


class Labelled(Struct, frozen=True):
    """It shall have the Gmail labels `add` and not the labels `drop`."""

    add: frozenset[str]
    drop: frozenset[str]


class Moved(Struct, frozen=True):
    """It shall be in the folder `to` of its account, and in no other place."""

    to: str


class Erased(Struct, frozen=True):
    """It shall be nowhere."""


Deed = Flagged | Labelled | Moved | Erased


class Change(Struct, frozen=True):
    """One deed on one message.

    `message_id` tells the message again when its uid does not. `batch` is what one key did, taken back as
    one; `at` is when (UTC seconds). `tries` and `trouble` say how it went on the server so far, and it rests
    until `due` (UTC seconds).
    """

    id: str
    ref: Ref
    message_id: str
    deed: Deed
    batch: str
    at: float
    tries: int = 0
    due: float = 0.0
    trouble: str = ""
