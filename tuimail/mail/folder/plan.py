"""What a synchronisation has to do, from what is known, what is there and what is not done yet. Pure.

A round over a folder, from the mark that was reached and the look since:

no  reached  UIDVALIDITY  the look says    ->
R1   none        -            -            whole
R2   some      other          -            anew: every uid is another one
R3   some      same       can't tell       whole
R4   some      same       no change        nothing
R5   some      same       changes          changes

A stretch of it, uid by uid; `away` is a uid that a pending deed moves or erases:

no  known  there  away  flags   ->
S1    0      1      0     -     fetch (newest first)
S2    0      1      1     -     nothing
S3    1      0      -     -     drop
S4    1      1      1     -     nothing: the deed itself takes it off the list
S5    1      1      0    same   nothing
S6    1      1      0    other  reflag
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto

from msgspec import Struct
from msgspec.structs import replace

from tuimail.mail.folder.change import Deed, applied, hides, relabelled
from tuimail.mail.folder.folder import Listing
from tuimail.mail.folder.sync import Look, Mark, Stretch, number
from tuimail.mail.letter.envelope import Envelope

SPAN = 10_000
"""So many numbers of a folder are compared at a time."""

Deeds = Mapping[str, Sequence[Deed]]
"""What is to be done to messages yet, by uid, oldest first."""

NO_DEEDS: Deeds = {}


class Round(Enum):
    """What kind of synchronisation brings a folder up to date."""

    NOTHING = auto()
    CHANGES = auto()
    WHOLE = auto()
    ANEW = auto()


class Plan(Struct, frozen=True):
    """`fetch` are uids, newest first; `drop` are uids; `reflag` maps uids to their flags now."""

    fetch: tuple[str, ...]
    drop: tuple[str, ...]
    reflag: dict[str, frozenset[str]]


def kind(reached: Mark | None, look: Look) -> Round:
    """R1 to R5."""
    if reached is None:
        return Round.WHOLE
    if reached.validity != look.mark.validity:
        return Round.ANEW
    if look.whole:
        return Round.WHOLE
    return Round.CHANGES if look.flags or look.gone else Round.NOTHING


def plan(known: Listing, there: Listing, deeds: Deeds = NO_DEEDS) -> Plan:
    """S1 to S6: what makes `known` equal to `there`, as it will be once `deeds` are done."""
    away = {uid for uid, mine in deeds.items() if hides(mine)}
    fetch = tuple(uid for uid in reversed(there.flags) if uid not in known.flags and uid not in away)
    drop = tuple(uid for uid in known.flags if uid not in there.flags)
    reflag = {
        uid: now
        for uid, flags in there.flags.items()
        if uid in known.flags and uid not in away
        for now in (applied(flags, deeds.get(uid, ())),)
        if known.flags[uid] != now
    }
    return Plan(fetch, drop, reflag)


def changed(known: Listing, there: Listing, deeds: Deeds = NO_DEEDS) -> Plan:
    """The same when `there` has only what came or changed: nothing else is gone."""
    return plan(Listing({uid: known.flags[uid] for uid in there.flags if uid in known.flags}), there, deeds)


def pieces(look: Look) -> tuple[Stretch, ...]:
    """What came or changed as stretches of at most `SPAN` numbers, newest first."""
    found: list[Stretch] = []
    piece: dict[str, frozenset[str]] = {}
    for uid in sorted(look.flags, key=number, reverse=True):
        if piece and number(next(iter(piece))) - number(uid) >= SPAN:
            found.append(_stretch(piece))
            piece = {}
        piece[uid] = look.flags[uid]
    return tuple([*found, _stretch(piece)] if piece else found)


def as_done(envelopes: Sequence[Envelope], deeds: Deeds) -> tuple[Envelope, ...]:
    """The envelopes as they will be once the deeds are done, without those that will be gone."""
    if not deeds:
        return tuple(envelopes)
    return tuple(_as_done(envelopes, deeds))


def _as_done(envelopes: Sequence[Envelope], deeds: Deeds) -> Iterator[Envelope]:
    for envelope in envelopes:
        mine = deeds.get(envelope.ref.uid, ())
        if not hides(mine):
            flags, labels = applied(envelope.flags, mine), relabelled(envelope.labels, mine)
            yield replace(envelope, flags=flags, labels=labels)


def _stretch(piece: dict[str, frozenset[str]]) -> Stretch:
    """From a piece that is newest first."""
    oldest_first = dict(reversed(piece.items()))
    numbers = [number(uid) for uid in piece]
    return Stretch(min(numbers), max(numbers), oldest_first)
