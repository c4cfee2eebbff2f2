"""A domain's own word about its servers: clientConfig 1.1, the format that mail programs share.

What comes is foreign: it is bounded, may declare nothing (no DTD, so no entities), and of its servers only
those with TLS count.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tuimail.mail.errors import ConfigError
from tuimail.mail.setup import providers
from tuimail.mail.setup.server import Kind, Server, typed
from tuimail.mail.setup.setting import BY_PASSWORD, Setting, Way, filled

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST = 100_000
LONGEST_USER = 320
SECURITIES = {"SSL": "tls", "STARTTLS": "starttls"}
PASSWORDS = ("password-cleartext", "plain", "password-encrypted", "secure")


def parse(data: bytes, address: str) -> Setting | None:
    """The best servers it names for an address; None where it is no such file, or names none with TLS."""
    root = _root(data)
    if root is None:
        return None
    imap = next(_servers(root, "incomingServer", Kind.IMAP, address), None)
    smtp = next(_servers(root, "outgoingServer", Kind.SMTP, address), None)
    if imap is None or smtp is None:
        return None
    (way_in, element), (way_out, _) = imap, smtp
    user = filled(_text(element, "username") or "%EMAILADDRESS%", address)[:LONGEST_USER]
    known = providers.serving(way_in.host)
    source = f"the autoconfig file of {address.rpartition('@')[2]}"
    return Setting(
        source,
        way_in,
        way_out,
        user if user.isprintable() else address,
        known.ways if known else _ways(element),
        True,
        known.help if known else "",
        known is not None and known.graph,
    )


def _root(data: bytes) -> "_Element | None":
    from lxml import etree

    if len(data) > LARGEST or b"\0" in data or b"<!" in data.replace(b"<!--", b""):
        return None
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if root.tag == "clientConfig" else None


def _servers(root: "_Element", tag: str, kind: Kind, address: str) -> Iterator[tuple[Server, "_Element"]]:
    """The usable ones: those that speak TLS from the first byte before those with STARTTLS (RFC 8314)."""
    found = [element for element in root.findall(f"emailProvider/{tag}") if element.get("type") == kind]
    for security in SECURITIES:
        for element in found:
            if _text(element, "socketType") != security:
                continue
            if (server := _server(element, kind, address)) is not None:
                yield server, element


def _server(element: "_Element", kind: Kind, address: str) -> Server | None:
    host = filled(_text(element, "hostname"), address)
    port, security = _text(element, "port"), SECURITIES[_text(element, "socketType")]
    try:
        return typed(f"{host}:{port} {security}", kind)
    except ConfigError:
        return None


def _ways(element: "_Element") -> tuple[Way, ...]:
    offered = [(one.text or "").strip() for one in element.findall("authentication")]
    if "OAuth2" in offered and not any(one in offered for one in PASSWORDS):
        return (Way.TOKEN,)
    return BY_PASSWORD


def _text(element: "_Element", tag: str) -> str:
    return (element.findtext(tag) or "").strip()
