"""Where mail is handed over, how, and the ways in which that ends early."""

from collections.abc import Awaitable, Callable
from typing import Literal

from msgspec import Struct, field

from tuimail.backends.network import is_loopback
from tuimail.mail.errors import MailboxError
from tuimail.mail.hold.outcome import Outcome

Credential = Callable[[], Awaitable[str]]
"""Gives the password or the access token. Raises SecretError, LoginError or MailboxError."""

NO_NAME = "[127.0.0.1]"


class Timeouts(Struct, frozen=True):
    """Seconds. `data` is for DATA itself and for each piece of the body, `final` for the answer to the
    last dot, which RFC 5321 §4.5.3.2.6 wants to be ten minutes; `idle` ends a connection nobody uses.
    """

    connect: float = 30
    command: float = 60
    data: float = 180
    final: float = 600
    idle: float = 30
    quit: float = 2


class Server(Struct, frozen=True):
    """One submission server (RFC 6409). Raises MailboxError for a clear connection off this computer.

    `tls` speaks TLS from the first byte, `starttls` before anything else is said; neither ever falls back.
    `helo` is what we call ourselves; it says nothing about this computer unless told to. `remedy` is what a
    person does about a refused login.
    """

    host: str
    port: int
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    auth: Literal["password", "token", "none"] = "password"
    helo: str = NO_NAME
    remedy: str = ""
    timeouts: Timeouts = field(default_factory=Timeouts)

    def __post_init__(self) -> None:
        if self.security not in ("tls", "starttls", "none"):
            raise MailboxError(f"{self.host}: security is tls, starttls or none, not {self.security}")
        if self.security == "none" and not is_loopback(self.host):
            raise MailboxError(
                f"{self.host}: mail and password would cross the network in clear; use tls or starttls"
            )


class Broken(Exception):  # noqa: N818 (it is a state of the connection; str() says why)
    """The connection is gone, or what came over it was no SMTP. It was closed."""


class Stop(Exception):  # noqa: N818 (it carries an outcome, good or bad)
    """The attempt is over before the body began; `outcome` says what came of it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome
