"""An account whose mail goes nowhere until a person acts."""

from msgspec import Struct


class Stop(Struct, frozen=True):
    """The account, since when (UTC seconds), and the server's words; its mail is kept and not tried."""

    account: str
    since: float
    why: str
