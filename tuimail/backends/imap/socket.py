"""A TCP connection as IMAP wants it: prompt, kept alive, and in clear to this computer alone."""

import socket
import ssl

from tuimail.backends.network import is_loopback

CONNECT_SECONDS = 20.0
SOCKET_OPTIONS = (
    ("IPPROTO_TCP", "TCP_NODELAY", 1),
    ("SOL_SOCKET", "SO_KEEPALIVE", 1),
    ("IPPROTO_TCP", "TCP_KEEPIDLE", 60),
    ("IPPROTO_TCP", "TCP_KEEPINTVL", 10),
    ("IPPROTO_TCP", "TCP_KEEPCNT", 3),
    ("IPPROTO_TCP", "TCP_USER_TIMEOUT", 30_000),
)


def connected(host: str, port: int, security: str, context: ssl.SSLContext) -> socket.socket:
    """Under TLS when `security` is `tls`. Raises OSError, ssl.SSLError among them."""
    if security == "none" and not is_loopback(host):
        raise OSError("without TLS only this computer is spoken to; nothing was sent")
    sock = socket.create_connection((host, port), CONNECT_SECONDS)
    try:
        for level, option, value in SOCKET_OPTIONS:
            if hasattr(socket, option):
                sock.setsockopt(getattr(socket, level), getattr(socket, option), value)
        return wrapped(sock, host, context) if security == "tls" else sock
    except BaseException:
        sock.close()
        raise


def wrapped(sock: socket.socket, host: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    """The same connection under TLS, its certificate verified for `host`."""
    return context.wrap_socket(sock, server_hostname=host)
