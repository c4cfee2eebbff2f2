"""An account whose mail goes nowhere until a person acts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stop:
    """The account, since when (UTC seconds), and the server's words; its mail is kept and not tried."""

    account: str
    since: float
    why: str
