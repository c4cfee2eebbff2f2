"""A mail that a server keeps until its time, so that this computer may be off."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server would do: keep a mail for at most `longest` seconds, and give it back or not.

    One that is not `cancellable` (FUTURERELEASE, RFC 4865) is out of reach once it was handed over.
    """

    longest: float
    cancellable: bool


class Whereabouts(StrEnum):
    """Where a kept mail is: still there, gone out, or canceled and gone to nobody."""

    KEPT = "kept"
    GONE = "gone"
    CANCELED = "canceled"
