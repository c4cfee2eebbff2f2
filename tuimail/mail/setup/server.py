"""A mail server as a person types it: `imap.example.jp:993 tls`."""

import re
from enum import StrEnum

from msgspec import Struct

from tuimail.mail.errors import ConfigError
from tuimail.mail.letter.address import ascii_domain
from tuimail.mail.letter.safe import line


class Kind(StrEnum):
    """What a server is for."""

    IMAP = "imap"
    SMTP = "smtp"


class Server(Struct, frozen=True):
    """`security` is `tls` from the first byte, `starttls` before the login, or `none` on this computer."""

    host: str
    port: int
    security: str = "tls"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port} {self.security}"


USUAL = {Kind.IMAP: {993: "tls", 143: "starttls"}, Kind.SMTP: {465: "tls", 587: "starttls"}}
"""The ports that tell by themselves how they are spoken to (RFC 8314 §3)."""

HERE = ("localhost", "127.0.0.1", "::1")
_SECURITIES = ("tls", "starttls", "none")
_TYPED = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:]+)(?:[:\s]\s*(\d{1,5}))?(?:\s+(\S+))?")


def typed(text: str, kind: Kind) -> Server:
    """The server that is meant; without a port, the usual one with TLS. Raises ConfigError."""
    match = _TYPED.fullmatch(text.strip())
    host = _host(match[1].strip("[]")) if match else ""
    if match is None or not host:
        raise ConfigError(f"a server is written as in: {kind}.example.jp:{next(iter(USUAL[kind]))} tls")
    port = int(match[2]) if match[2] else next(iter(USUAL[kind]))
    if not 1 <= port <= 65535:
        raise ConfigError("a port is a number from 1 to 65535")
    security = (match[3] or USUAL[kind].get(port, "")).lower()
    if security not in _SECURITIES:
        raise ConfigError(f"say how port {port} is spoken to: tls or starttls")
    if security == "none" and host.lower() not in HERE:
        raise ConfigError(f"none would send your password in the clear to {line(host)}; use tls or starttls")
    return Server(host, port, security)


def _host(text: str) -> str:
    return text if re.fullmatch(r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]+", text) else ascii_domain(text.rstrip("."))
