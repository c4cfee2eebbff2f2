"""Servers on a network: which are this computer, whom to trust, and what went wrong in plain words."""

import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from msgspec import Struct

SPEAKS_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST")
NOT_YET_VALID, EXPIRED = 9, 10
UNTRUSTED = (18, 19, 20, 21)
WRONG_NAME = (62, 64)


class Bounds(Struct, frozen=True):
    """How long HTTP may take, in seconds, how long an answer may be, in bytes, and how many go at once.

    `whole` bounds one request with its answer.
    """

    connect: float = 30
    idle: float = 60
    whole: float = 120
    answer: int = 4 << 20
    at_once: int = 4


def is_loopback(host: str) -> bool:
    """Whether the name can only mean this computer. Nothing is looked up."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


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


def trusted() -> ssl.SSLContext:
    """Certificates and names verified against the system's authorities, TLS 1.2 or later. Reads files."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def why(error: OSError) -> str:
    """What a person should know of a connection that failed; follows "host:port: "."""
    match error:
        case ssl.SSLCertVerificationError():
            return _certificate(error)
        case ssl.SSLError(reason=reason) if reason in SPEAKS_NO_TLS:
            return "nothing here speaks TLS from the first byte; the port may want starttls"
        case ssl.SSLError():
            return f"TLS failed ({error.reason or 'handshake broken off'})"
        case TimeoutError():
            return "no answer in time"
        case ConnectionRefusedError():
            return "the connection was refused; nothing listens on this port"
        case socket.gaierror():
            return "no server of this name was found; the name is wrong or this computer is offline"
        case ConnectionError():
            return "the connection broke"
        case _:
            return (error.strerror or str(error)).lower()


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    match error.verify_code:
        case code if code in WRONG_NAME:
            return "its certificate is for another name; nothing was sent"
        case code if code in UNTRUSTED:
            return "its certificate comes from nobody this computer trusts; nothing was sent"
        case code if code == EXPIRED:
            return "its certificate has expired; nothing was sent"
        case code if code == NOT_YET_VALID:
            return "its certificate is not valid yet (is this computer's clock right?); nothing was sent"
        case _:
            return f"its certificate can't be trusted ({error.verify_message}); nothing was sent"
