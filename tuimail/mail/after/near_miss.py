"""What undo, rules and guards caught: counted on this computer, for tuning. Nothing of the mail is in it."""

from collections.abc import Sequence
from enum import StrEnum
from statistics import median

from msgspec import Struct

from tuimail.mail.hold.item import Item, State, Wait
from tuimail.mail.hold.moment import Moment

_RULE = "rule: "


class Catch(StrEnum):
    """What caught it."""

    UNDO = "undo"
    RULE = "rule"
    GUARD = "guard"


class NearMiss(Struct, frozen=True):
    """One mail that did not leave as it was. `name` is the rule or guard, empty for undo; `at` UTC seconds.

    `left` is how many seconds of its wait were left.
    """

    account: str
    catch: Catch
    at: float
    name: str = ""
    left: float = 0.0


class Tally(Struct, frozen=True):
    """How often one thing caught a mail, and how many seconds were left then, in the middle of all cases."""

    catch: Catch
    name: str
    count: int
    left: float
    last: float


def undone(item: Item, now: Moment) -> NearMiss | None:
    """What it counts for that `item`, as it was until now, is taken back; None for no near miss.

    That is one that had failed, or was to oneself alone, as a drill is. The rule that decided how long it
    waits has caught it; otherwise the undo window did.
    """
    to_oneself = all(one.spec.lower() == item.sender.lower() for one in item.recipients)
    if to_oneself or item.state is State.FAILED:
        return None
    rule = deciding(item)
    catch = Catch.RULE if rule else Catch.UNDO
    return NearMiss(item.account, catch, now.wall, rule, max(0.0, item.left(now)))


def deciding(item: Item) -> str:
    """The name of the rule that keeps an item; empty when something else does."""
    first = item.reasons[0] if item.reasons else ""
    if item.wait is Wait.RETRY or not first.startswith(_RULE):
        return ""
    return first.removeprefix(_RULE).partition(": ")[0]


def tallies(misses: Sequence[NearMiss]) -> tuple[Tally, ...]:
    """The near misses by what caught them, the most frequent first."""
    groups: dict[tuple[Catch, str], list[NearMiss]] = {}
    for miss in misses:
        groups.setdefault((miss.catch, miss.name), []).append(miss)
    found = (
        Tally(catch, name, len(each), median(one.left for one in each), max(one.at for one in each))
        for (catch, name), each in groups.items()
    )
    return tuple(sorted(found, key=lambda tally: (-tally.count, tally.catch, tally.name)))
