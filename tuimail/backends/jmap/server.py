"""Where a JMAP server is and how long it may take (RFC 8620)."""

from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct, field

from tuimail.backends.network import host_of, is_allowed
from tuimail.mail.errors import MailboxError

WELL_KNOWN = "/.well-known/jmap"


class Limits(Struct, frozen=True):
    """Seconds, and bytes of an answer. `whole` bounds one request with its answer, uploads aside.

    `looks` are the pauses before each look for a submission whose answer was lost.
    """

    connect: float = 30
    idle: float = 60
    whole: float = 120
    upload: float = 1_800
    answer: int = 4 << 20
    looks: tuple[float, ...] = (1, 5, 15)


class JmapServer(Struct, frozen=True):
    """One server; `url` is its session resource, or the host alone (RFC 8620 §2.2).

    Raises MailboxError for a clear connection off this computer.
    """

    url: str
    user: str = ""
    auth: Literal["password", "token"] = "password"
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not is_allowed(self.url):
            raise MailboxError(
                f"{self.host}: mail and password would cross the network in clear; use https://"
            )

    @property
    def host(self) -> str:
        return host_of(self.url)

    @property
    def session_url(self) -> str:
        """Where to ask what the server can do."""
        parts = urlsplit(self.url)
        return self.url if parts.path.strip("/") else f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}"
