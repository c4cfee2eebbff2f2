"""An account whose mail goes nowhere until a person acts."""

from msgspec import Struct

SIGN_IN_AGAIN = "sign in again: "
"""Ends the words of a login that only signing in mends; the command follows."""


class Stop(Struct, frozen=True):
    """The account, since when (UTC seconds), and the server's words; its mail is kept and not tried."""

    account: str
    since: float
    why: str

    @property
    def remedy(self) -> str:
        """The command that signs in again; empty when it is something else that has to be mended."""
        return self.why.rpartition(SIGN_IN_AGAIN)[2] if SIGN_IN_AGAIN in self.why else ""
