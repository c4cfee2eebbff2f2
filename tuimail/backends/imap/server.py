"""Where an IMAP server is and how one gets in, and what it is called when the way there breaks."""

from collections.abc import Awaitable, Callable
from typing import Literal

from msgspec import Struct

from tuimail.mail.errors import MailboxError

Credential = Callable[[], Awaitable[str]]


class Broken(MailboxError):  # noqa: N818 (it is a state of the connection; str() says why)
    """The connection is gone, or what came over it was no IMAP. It was closed."""


class ImapServer(Struct, frozen=True):
    """`security` is `tls` from the first byte, `starttls` before the login, or `none` on this computer.

    `auth` says what the credential is: a `password`, or a `token` for OAUTHBEARER or XOAUTH2. `remedy` is
    what a person does about a refused login.
    """

    host: str
    port: int
    user: str
    security: Literal["tls", "starttls", "none"] = "tls"
    auth: Literal["password", "token"] = "password"
    remedy: str = "look at user and password"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"
