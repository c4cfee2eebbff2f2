"""The record of one misdirected mail: who, what, when, what was done."""

from msgspec import Struct

from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.hold.item import Entry


class Step(Struct, frozen=True):
    """One thing to do. `done` is when it was ticked (UTC seconds), 0 before; `note` what somebody wrote."""

    id: str
    done: float = 0.0
    note: str = ""


class Incident(Struct, frozen=True):
    """`id` is short and easy to type, `noticed` UTC seconds; `version` counts its changes.

    `meant_for` is whom it should have gone to, or was about, as typed. `clocks` are the names of those that
    were switched on. `trail` is what was done, by people and by the program.
    """

    id: str
    mail: SentMail
    noticed: float
    version: int = 0
    steps: tuple[Step, ...] = ()
    meant_for: str = ""
    clocks: tuple[str, ...] = ()
    closed: float = 0.0
    trail: tuple[Entry, ...] = ()
