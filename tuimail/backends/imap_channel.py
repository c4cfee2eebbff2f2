"""imaplib with its edges mended: our own socket, bounded answers, and never a second command in an argument.

imaplib (and imapclient, which stands on it) sends arguments as they are, reads a literal of any size, keeps
the last commands, password included, for its log, and has no IDLE that sees what is already buffered.
"""

import imaplib
import selectors
import socket
import ssl
import time
from contextlib import suppress
from typing import Any

from tuimail.backends.network import is_loopback
from tuimail.mail.errors import MailboxError

CONNECT_SECONDS = 20.0
READ_SECONDS = 60.0
LARGEST_LITERAL = 64 << 20
LARGEST_LINE = 4 << 20
LARGEST_ANSWER = 256 << 20
LOOK_UP_SECONDS = 15.0
SLEPT_SECONDS = 30.0
NEWS = frozenset({"EXISTS", "EXPUNGE", "FETCH", "VANISHED"})
FORBIDDEN = (b"\r", b"\n", b"\0")
SOCKET_OPTIONS = (
    ("IPPROTO_TCP", "TCP_NODELAY", 1),
    ("SOL_SOCKET", "SO_KEEPALIVE", 1),
    ("IPPROTO_TCP", "TCP_KEEPIDLE", 60),
    ("IPPROTO_TCP", "TCP_KEEPINTVL", 10),
    ("IPPROTO_TCP", "TCP_KEEPCNT", 3),
    ("IPPROTO_TCP", "TCP_USER_TIMEOUT", 30_000),
)

imaplib.Commands.setdefault("IDLE", ("SELECTED",))


def refuse(*words: str | bytes) -> None:
    """Raises MailboxError for a word that would end its command and begin another."""
    if any(
        bad in (word if isinstance(word, bytes) else word.encode()) for word in words for bad in FORBIDDEN
    ):
        raise MailboxError("a line break or NUL can't be said to a server; nothing was asked")


class Channel(imaplib.IMAP4):
    """A connection that was greeted, and is under TLS unless `security` is `none`; nobody is logged in.

    Raises OSError (ssl.SSLError among them) or imaplib's own errors, and then the socket is closed.
    """

    def __init__(self, host: str, port: int, security: str, context: ssl.SSLContext) -> None:
        if security == "none" and not is_loopback(host):
            raise self.abort("without TLS only this computer is spoken to; nothing was sent")
        self._context = context if security == "tls" else None
        self._heard = 0
        super().__init__(host, port, CONNECT_SECONDS)
        try:
            self._enter(security, context)
        except BaseException:
            self.hang_up()
            raise

    def _enter(self, security: str, context: ssl.SSLContext) -> None:
        if self.state != "NONAUTH":
            raise self.abort("the server took us for somebody before we logged in (PREAUTH)")
        if security == "starttls":
            if "STARTTLS" not in self.capabilities:
                raise self.abort("the server offers no STARTTLS; nothing was sent")
            self.starttls(context)
            self.untagged_responses.clear()
        self.sock.settimeout(READ_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock = socket.create_connection((self.host, self.port), timeout)
        try:
            for level, option, value in SOCKET_OPTIONS:
                if hasattr(socket, option):
                    sock.setsockopt(getattr(socket, level), getattr(socket, option), value)
            return self._context.wrap_socket(sock, server_hostname=self.host) if self._context else sock
        except BaseException:
            sock.close()
            raise

    def _command(self, name: str, *args: Any) -> bytes:
        """The one way out for every command. Its literal is checked too, unless it is a message."""
        self._heard = 0
        literal = self.literal if isinstance(self.literal, bytes) and name != "APPEND" else b""
        try:
            refuse(*args, literal)
        except MailboxError:
            self.literal = None
            raise
        return super()._command(name, *args)  # type: ignore[misc, no-any-return]

    def read(self, size: int) -> bytes:
        if size > LARGEST_LITERAL:
            raise self.abort(
                f"an answer of {size >> 20} MB is more than the {LARGEST_LITERAL >> 20} MB taken"
            )
        return self._counted(super().read(size))

    def readline(self) -> bytes:
        line = self._reader().readline(LARGEST_LINE)
        if len(line) >= LARGEST_LINE:
            raise self.abort("the server's line has no end")
        return self._counted(line)

    def _counted(self, data: bytes) -> bytes:
        self._heard += len(data)
        if self._heard > LARGEST_ANSWER:
            raise self.abort("the server's answer has no end")
        return data

    def say(self, command: str, *words: str | bytes, literal: bytes | None = None) -> tuple[str, Any]:
        """One command; status and text of its answer. What it heard besides is in `untagged_responses`."""
        self.untagged_responses.clear()
        self.literal = literal  # type: ignore[assignment]
        return self.xatom(command, *words)  # type: ignore[arg-type]

    def idle(self, seconds: float) -> bool:
        """Wait until something happens in the folder (RFC 2177), `seconds` at most; whether it did."""
        self.untagged_responses.clear()
        tag = self._command("IDLE")
        while self._get_response() is not None:
            if self.tagged_commands[tag]:
                raise self.abort("the server won't IDLE")
        self._listen(time.monotonic() + seconds)
        self.send(b"DONE\r\n")
        self._command_complete("IDLE", tag)
        return self.news()

    def news(self) -> bool:
        """Whether the last command heard of a message that came, went or changed."""
        return not NEWS.isdisjoint(self.untagged_responses)

    def _listen(self, until: float) -> None:
        """Returns on news. A computer that slept has a connection nobody answers on: that is an error."""
        drift = time.time() - time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            while not self.news() and (left := until - time.monotonic()) > 0:
                if self._waiting() or selector.select(min(left, LOOK_UP_SECONDS)):
                    self._get_response()
                    self._check_bye()
                if abs(time.time() - time.monotonic() - drift) > SLEPT_SECONDS:
                    raise self.abort("this computer slept or its clock was set")

    def _waiting(self) -> bool:
        """Whether something was read from the socket that no poll of it would show."""
        self.sock.setblocking(False)
        try:
            return bool(self._reader().peek(1))
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        finally:
            self.sock.settimeout(READ_SECONDS)

    def sever(self) -> None:
        """Break the connection off; may be called from any thread. Whoever reads from it gets an error."""
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Close the socket; for the thread that owns the connection."""
        with suppress(OSError):
            self.shutdown()

    def _reader(self) -> Any:
        return getattr(self, "_file", None) or self.file

    def _log(self, line: object) -> None:
        """Keep nothing: imaplib would keep the last ten lines, a login among them."""
