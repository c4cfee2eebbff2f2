"""A mail that a server keeps until its time, so that this computer may be off."""

from enum import StrEnum

from msgspec import Struct

from tuimail.mail.errors import ScheduleError
from tuimail.mail.when.schedule import Schedule

DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0


class Offer(Struct, frozen=True):
    """What a server would do: keep a mail for at most `longest` seconds, and give it back or not.

    One that is not `cancellable` (FUTURERELEASE, RFC 4865) is out of reach once it was handed over. With
    `perhaps` somebody else decides that (Exchange).
    """

    longest: float
    cancellable: bool
    perhaps: bool = False


class Whereabouts(StrEnum):
    """Where a kept mail is: still there, gone out, canceled and gone to nobody, or nowhere to be found."""

    KEPT = "kept"
    GONE = "gone"
    CANCELED = "canceled"
    NOWHERE = "nowhere"


def words(offer: Offer, schedule: Schedule) -> str:
    """What it means to hand a mail over, said before a person agrees to it."""
    when = _when(schedule)
    if offer.cancellable and offer.perhaps:
        return (
            f"The server keeps it until {when} and sends it even if this computer is off; "
            "it can be asked for until then, but your organisation may refuse to give it back."
        )
    if offer.cancellable:
        return (
            f"The server keeps it until {when} and sends it even if this computer is off; "
            "it can be taken back until then."
        )
    return (
        f"The server keeps it until {when} and sends it even if this computer is off; "
        "once handed over it can't be taken back."
    )


def at_most(longest: float) -> str:
    """What a server says that keeps mail for so many seconds, and not for longer."""
    for unit, name in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")):
        if longest >= 2 * unit:
            return f"keeps mail for {longest / unit:.0f} {name} at most"
    return f"keeps mail for {longest:.0f} seconds at most"


def _when(schedule: Schedule) -> str:
    """The time on the clock it was meant by; in the user's words where nobody knows that."""
    from tuimail.mail.when.instant import local

    try:
        then = local(schedule.at, schedule.zone)
    except ScheduleError:
        return schedule.typed
    return f"{then:%a} {then.day} {then:%b %H:%M}"
