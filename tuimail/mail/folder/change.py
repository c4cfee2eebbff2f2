"""What a person did to a message, to be done on the server: an intent, not a command."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.letter.envelope import Envelope, Ref


class Flagged(Struct, frozen=True, tag=True):
    """It shall have the flags `add` and not the flags `drop`."""

    add: frozenset[str]
    drop: frozenset[str]


class Labelled(Struct, frozen=True, tag=True):
    """It shall have the Gmail labels `add` and not the labels `drop`."""

    add: frozenset[str]
    drop: frozenset[str]


class Moved(Struct, frozen=True, tag=True):
    """It shall be in the folder `to` of its account, and in no other place."""

    to: str


class Erased(Struct, frozen=True, tag=True):
    """It shall be nowhere."""


Deed = Flagged | Labelled | Moved | Erased


class Change(Struct, frozen=True):
    """One deed on one message. Its flags and labels are those it did not have, or had, by then.

    `ref` is where the server has it; `message_id`, `size` and `received` tell it again when its uid does not.
    `batch` is what one key did, taken back as one; `at` is when (UTC seconds). `here` is the uid a moved one
    stands under in the cache. `begun` says that the server may have been told; `tries` and `trouble`, how
    often and why it refused. It rests until `due` (UTC seconds).
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
    size: int = 0
    received: float = 0.0
    here: str = ""
    begun: bool = False


def coalesced(changes: Sequence[Change]) -> tuple[Deed, ...]:
    """What is left to do of the changes of one message, oldest first: flags, labels, then its place.

    On and off is nothing, unless the server may have been told of one of them. A to B to C is A to C, and to
    A again is nothing. What is erased needs nothing else.
    """
    return _left(changes, cancel=not any(change.begun for change in changes))


def overlay(changes: Sequence[Change]) -> tuple[Deed, ...]:
    """How the message of these changes is to be shown, whatever the server still says of it."""
    return _left(changes, cancel=False)


def applied(flags: frozenset[str], deeds: Iterable[Deed]) -> frozenset[str]:
    """The flags of a message after the deeds."""
    for deed in deeds:
        if isinstance(deed, Flagged):
            flags = (flags | deed.add) - deed.drop
    return flags


def relabelled(labels: frozenset[str], deeds: Iterable[Deed]) -> frozenset[str]:
    """The labels of a message after the deeds."""
    for deed in deeds:
        if isinstance(deed, Labelled):
            labels = (labels | deed.add) - deed.drop
    return labels


def hides(deeds: Iterable[Deed]) -> bool:
    """Whether the message is not to be shown where the server has it."""
    return any(isinstance(deed, Moved | Erased) for deed in deeds)


def seen_in(folder: str, changes: Sequence[Change]) -> tuple[Deed, ...]:
    """How the message of these changes is to be shown in a folder to which the server may have brought it."""
    marks = tuple(deed for deed in overlay(changes) if isinstance(deed, Flagged | Labelled))
    return marks if place(changes) == folder else (*marks, Erased())


def place(changes: Sequence[Change]) -> str:
    """The folder in which the message of these changes is shown; empty when it is erased."""
    for change in reversed(changes):
        if isinstance(change.deed, Erased):
            return ""
        if isinstance(change.deed, Moved):
            return change.deed.to
    return changes[0].ref.folder


def effective(deed: Deed, flags: frozenset[str], labels: frozenset[str]) -> Deed | None:
    """What of the deed is news to a message with these flags and labels."""
    match deed:
        case Flagged(add, drop):
            add, drop = add - flags, drop & flags
            return Flagged(add, drop) if add or drop else None
        case Labelled(add, drop):
            add, drop = add - labels, drop & labels
            return Labelled(add, drop) if add or drop else None
        case _:
            return deed


def is_of(change: Change, envelope: Envelope) -> bool:
    """Whether this is the message of the change, wherever it is: by Message-ID, size and time."""
    meant = change.message_id, change.size, change.received
    return meant == (envelope.message_id, envelope.size, envelope.received)


def inverse(deed: Deed, folder: str) -> Deed | None:
    """What takes back the deed on a message that was in `folder`; nothing takes back erasing."""
    match deed:
        case Flagged(add, drop):
            return Flagged(drop, add)
        case Labelled(add, drop):
            return Labelled(drop, add)
        case Moved():
            return Moved(folder)
        case Erased():
            return None


def rebased(changes: Sequence[Change], ref: Ref) -> tuple[Change, ...]:
    """The same changes on a message that the server has at `ref` by now."""
    return tuple(replace(change, ref=ref, begun=False) for change in changes)


def _left(changes: Sequence[Change], cancel: bool) -> tuple[Deed, ...]:
    deeds = [change.deed for change in changes]
    if any(isinstance(deed, Erased) for deed in deeds):
        return (Erased(),)
    flags = _net([(deed.add, deed.drop) for deed in deeds if isinstance(deed, Flagged)], cancel)
    labels = _net([(deed.add, deed.drop) for deed in deeds if isinstance(deed, Labelled)], cancel)
    left: list[Deed] = [Flagged(*flags)] if any(flags) else []
    left += [Labelled(*labels)] if any(labels) else []
    if changes and place(changes) != changes[0].ref.folder:
        left.append(Moved(place(changes)))
    return tuple(left)


def _net(
    steps: Sequence[tuple[frozenset[str], frozenset[str]]], cancel: bool
) -> tuple[frozenset[str], frozenset[str]]:
    """What several steps come to: what was added, and what was dropped."""
    first: dict[str, bool] = {}
    last: dict[str, bool] = {}
    for add, drop in steps:
        last |= dict.fromkeys(add, True) | dict.fromkeys(drop, False)
        first = last | first
    kept = {name: on for name, on in last.items() if not cancel or first[name] is on}
    return frozenset(n for n, on in kept.items() if on), frozenset(n for n, on in kept.items() if not on)
