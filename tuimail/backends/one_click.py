"""Leaving a mailing list in one step (RFC 8058): one POST over verified TLS, and nothing comes back.

No cookies, no redirects, no proxies, and no host that is not on the open internet.
"""

import ipaddress
import socket
import ssl
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from tuimail.mail.errors import OpenError
from tuimail.mail.letter.safe import line

SECONDS = 10.0
FORM = b"List-Unsubscribe=One-Click"
STILL = "You are still on the list."


def leave(url: str, trust: ssl.SSLContext | None = None, anywhere: bool = False) -> None:
    """Post to the list's URL. Raises OpenError, with the host in it, for anything but a plain yes.

    `trust` holds other roots than the system's; with `anywhere` the host may be this computer.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        host, port = "", 443
    if not host or parts.scheme.lower() != "https":
        raise OpenError(f"The list gives no https address to leave it by. {STILL}")
    shown = line(host, 100)
    try:
        status = _post(
            host, port, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", trust, anywhere
        )
    except (OSError, HTTPException, ValueError) as error:
        raise OpenError(f"{shown} could not be told: {line(_reason(error), 120)}. {STILL}") from error
    if not 200 <= status < 300:
        raise OpenError(f"{shown} answered {status} and did not agree. {STILL}")


def _post(host: str, port: int, path: str, trust: ssl.SSLContext | None, anywhere: bool) -> int:
    place = _place(host, port, anywhere)
    context = trust or ssl.create_default_context()
    connection = HTTPSConnection(host, port, timeout=SECONDS, context=context)
    try:
        connection.sock = context.wrap_socket(socket.create_connection(place, SECONDS), server_hostname=host)
        kind = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "tuimail"}
        connection.request("POST", path, FORM, kind)
        return connection.getresponse().status
    finally:
        connection.close()


def _place(host: str, port: int, anywhere: bool) -> tuple[str, int]:
    """The address to connect to, looked at before it is used. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = [str(one[4][0]) for one in found]
    if not anywhere and not all(ipaddress.ip_address(place.partition("%")[0]).is_global for place in places):
        raise OSError("it is a host of a private network")
    return places[0], port


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not valid"
    if isinstance(error, TimeoutError):
        return f"it gave no answer in {SECONDS:g} s"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
