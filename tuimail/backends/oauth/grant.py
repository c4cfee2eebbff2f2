"""What signing in gives, who gives it, and what a person is shown meanwhile."""

import shlex
from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from tuimail.mail.errors import LoginError, SecretError
from tuimail.mail.hold.stop import SIGN_IN_AGAIN
from tuimail.mail.letter.safe import Safe, line

LONGEST_LIFE = 366 * 86_400
GRAPH, MAIL = "graph", "mail"
"""What a token is for: Microsoft Graph, or IMAP, SMTP and JMAP. One token is never good for both."""


class Sealed(Struct, frozen=True):
    """A value with secrets in it, which no log and no trace of an error shows."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Grant(Sealed, frozen=True):
    """An access token until `expires_at` (UTC seconds), and in `state` all that gets the next one."""

    state: str
    token: str
    expires_at: float
    user: str = ""
    """Who signed in, where the provider says so."""
    tenant: str = ""
    """The id of the organisation (Microsoft's `tid`)."""


class Prompt(Struct, frozen=True):
    """What a person needs to sign in: an address for the browser and, with another device, a code."""

    url: str
    code: str = ""


Show = Callable[[Prompt], None]


class Provider(Protocol):
    """Microsoft or Google. Every method raises LoginError or SecretError when a person has to act, and
    MailboxError when it can't be asked now.
    """

    async def by_browser(self, resources: Sequence[str], show: Show, claims: str = "") -> Grant:
        """Sign in in a browser; a grant for the first resource, agreed for all. Cancelling gives up."""
        ...

    async def by_device(self, resources: Sequence[str], show: Show, claims: str = "") -> Grant:
        """Sign in on another device, with a code that is typed there."""
        ...

    async def silent(self, state: str, resource: str, claims: str = "", refused: str = "") -> Grant:
        """A token without a person, not `refused`; `claims` is what a server's challenge asked for."""
        ...


def again(account: str) -> Safe:
    """The last words of whatever only signing in again mends."""
    return line(f"its mail is kept; {SIGN_IN_AGAIN}tuimail account sign-in {shlex.quote(account)}")


def signed_out(account: str) -> SecretError:
    return SecretError(f"{line(account)} is not signed in; {again(account)}")


def refused(account: str, why: str) -> LoginError:
    return LoginError(f"{why}; {again(account)}")


def seconds(said: object) -> float:
    """How long something holds, by a server's word (RFC 6749 §5.1); 0 for what is no number of a year."""
    digits = str(said)
    told = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else 0
    return float(told) if told < LONGEST_LIFE else 0.0
