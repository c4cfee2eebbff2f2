"""What undo, rules and guards caught: counted on this computer, for tuning. Nothing of the mail is in it."""

from enum import StrEnum

from msgspec import Struct


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
