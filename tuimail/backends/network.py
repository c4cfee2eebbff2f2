"""Servers on a network: which are this computer, whom to trust, and what went wrong in plain words."""

import ipaddress
import socket
import ssl

SPEAKS_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST")
NOT_YET_VALID, EXPIRED = 9, 10
UNTRUSTED = (18, 19, 20, 21)
WRONG_NAME = (62, 64)


def is_loopback(host: str) -> bool:
    """Whether the name can only mean this computer. Nothing is looked up."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


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
