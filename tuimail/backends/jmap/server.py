"""Where a JMAP server is and how long it may take (RFC 8620)."""

from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct, field

from tuimail.backends.network import is_loopback
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


def is_allowed(url: str) -> bool:
    """Whether mail may go there: by TLS, or in clear on this computer."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 (raises for what is no port)
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def host_of(url: str) -> str:
    """The host of a URL; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_same_place(one: str, other: str) -> bool:
    """Whether two URLs have scheme, host and port in common, so that a password may follow."""
    try:
        first, second = urlsplit(one), urlsplit(other)
        return _place(first.scheme, first.hostname, first.port) == _place(
            second.scheme, second.hostname, second.port
        )
    except ValueError:
        return False


def _place(scheme: str, host: str | None, port: int | None) -> tuple[str, str | None, int]:
    return scheme, host, port or {"https": 443, "http": 80}.get(scheme, 0)
