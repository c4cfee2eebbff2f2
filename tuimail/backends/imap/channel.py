"""The lines of an IMAP connection (RFC 9051 §2.2): commands out, many at once, and bounded answers in."""

import re
import selectors
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from typing import cast

from msgspec import Struct

from tuimail.backends.imap.server import Broken, ImapServer
from tuimail.backends.imap.socket import connected, wrapped
from tuimail.backends.imap.words import Command, Word
from tuimail.backends.network import why
from tuimail.mail.letter.safe import line as shown

READ_SECONDS = 60.0
BUFFER = 1 << 18
LARGEST_LITERAL = 64 << 20
LARGEST_LINE = 16 << 20
LARGEST_ANSWER = 256 << 20
LONGEST_TEXT = 300

Response = bytes | tuple[bytes, ...]
"""An untagged response without its `* `; where it has literals: text, literal, text, literal … text."""

_LITERAL = re.compile(rb"\{(\d{1,18})\+?\}\r?\n$")
_TAGGED = re.compile(rb"(A\d+) (OK|NO|BAD)\b ?(.*)", re.I | re.S)


class _Nonsense(Exception):  # noqa: N818 (it is what was heard)
    """What came is no IMAP, or more of it than anybody needs."""


class Reply(Struct, frozen=True):
    """How a command ended: OK, NO or BAD, the text that came with it, and what was heard on the way."""

    status: str
    text: bytes
    heard: list[Response]


class Channel:
    """A connection to `server`, under TLS when that begins with the first byte. One thread owns it.

    Every method raises Broken when the connection is gone or what comes over it is no IMAP; it was closed
    then. `literals` is the size up to which a literal needs no leave (RFC 7888).
    """

    def __init__(self, server: ImapServer, context: ssl.SSLContext) -> None:
        self._server, self._context = server, context
        self._count = self._size = self.literals = 0
        self._heard: list[Response] = []
        self._replies: dict[bytes, Reply | None] = {}
        self._leave: bytes | None = None
        self._goodbye = ""
        self._out = bytearray()
        try:
            self._take(connected(server.host, server.port, server.security, context))
        except OSError as error:
            raise Broken(f"{server}: {why(error)}") from error

    def greeting(self) -> Response:
        """The first line."""
        with self._breaking():
            self._hear()
        return self._heard.pop() if self._heard else b""

    def secure(self) -> None:
        """TLS from here on; what came in clear and was not read is forgotten."""
        with self._breaking():
            self._take(wrapped(self._sock, self._server.host, self._context))

    def ask(self, *commands: Command) -> list[Reply]:
        """Say all of them in one go, and read how each ended."""
        return list(self.answers(*commands))

    def answers(self, *commands: Command) -> Iterator[Reply]:
        """The same one after the other, while the server is still busy with the rest."""
        with self._breaking():
            tags = [self._say(command) for command in commands]
            self._flush()
        for tag in tags:
            with self._breaking():
                reply = self._reply(tag)
            yield reply

    def converse(self, command: Command, *answers: bytes) -> Reply:
        """One command whose continuations are answered by these lines, and by empty ones after that."""
        left = iter(answers)
        with self._breaking():
            tag = self._say(command)
            self._flush()
            while self._leave_for(tag):
                self._out += next(left, b"") + b"\r\n"
                self._flush()
            return self._reply(tag)

    def begin(self, command: Command) -> bytes | None:
        """A command that goes on until `finish`; its tag, or None when the server won't have it."""
        with self._breaking():
            tag = self._say(command)
            self._flush()
            if self._leave_for(tag):
                return tag
            self._replies.pop(tag)
            return None

    def finish(self, tag: bytes, word: bytes) -> Reply:
        """End what was begun."""
        with self._breaking():
            self._out += word + b"\r\n"
            self._flush()
            return self._reply(tag)

    def overhear(self, seconds: float) -> list[Response]:
        """What the server says unasked within this time; returns as soon as it said something."""
        with self._breaking(), selectors.DefaultSelector() as selector:
            selector.register(self._sock, selectors.EVENT_READ)
            if self._waiting() or selector.select(seconds):
                self._hear()
            if self._goodbye:
                raise EOFError
            return list(self._heard)

    def hasten(self, seconds: float) -> None:
        """Wait for an answer no longer than this from now on."""
        with suppress(OSError):
            self._sock.settimeout(seconds)

    def sever(self) -> None:
        """Break the connection off; may be called from any thread. Whoever reads from it gets an error."""
        with suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Close the socket; for the thread that owns the connection."""
        self.sever()
        with suppress(OSError):
            self._lines.close()
        with suppress(OSError):
            self._sock.close()

    def broken(self, reason: str) -> Broken:
        """Hang up, and say why."""
        self.hang_up()
        return Broken(f"{self._server}: {reason}")

    @contextmanager
    def _breaking(self) -> Iterator[None]:
        try:
            yield
        except _Nonsense as error:
            raise self.broken(str(error)) from None
        except OSError as error:
            raise self.broken(self._goodbye or why(error)) from error
        except (EOFError, ValueError):
            raise self.broken(self._goodbye or "the connection broke") from None

    def _take(self, sock: socket.socket) -> None:
        sock.settimeout(READ_SECONDS)
        self._sock, self._lines = sock, cast("BufferedReader", sock.makefile("rb", BUFFER))

    def _say(self, command: Command) -> bytes:
        self._count += 1
        tag = b"A%d" % self._count
        self._replies[tag] = None
        self._out += tag
        for word in command:
            if not self._put(word, tag):
                return tag
        self._out += b"\r\n"
        return tag

    def _put(self, word: Word, tag: bytes) -> bool:
        """False when the server refused the command at its literal."""
        if isinstance(word, bytes):
            self._out += b" " + word
            return True
        if len(word.data) <= self.literals:
            self._out += b" {%d+}\r\n" % len(word.data) + word.data
            return True
        self._out += b" {%d}\r\n" % len(word.data)
        self._flush()
        allowed = self._leave_for(tag)
        if allowed:
            self._out += word.data
        return allowed

    def _leave_for(self, tag: bytes) -> bool:
        """Whether the server asks to go on, rather than ending the command."""
        self._leave = None
        while self._leave is None and self._replies[tag] is None:
            self._hear()
        return self._replies[tag] is None

    def _reply(self, tag: bytes) -> Reply:
        while (reply := self._replies[tag]) is None:
            self._hear()
        del self._replies[tag]
        return reply

    def _flush(self) -> None:
        """Piece by piece, since the timeout is for each."""
        out, self._out = memoryview(self._out), bytearray()
        for start in range(0, len(out), BUFFER):
            self._sock.sendall(out[start : start + BUFFER])

    def _hear(self) -> None:
        """Read one response. Exchange has been seen to leave out the `* OK` before a code."""
        line = self._line()
        if line.startswith(b"* "):
            self._heard.append(self._whole(line) if line.endswith((b"}\r\n", b"}\n")) else line[2:])
            if line[2:5].upper() == b"BYE":
                self._goodbye = f"the server ended the connection: {_text(line[5:])}"
        elif line.startswith(b"+"):
            self._leave = line[1:].strip()
        elif (tagged := _TAGGED.match(line)) and tagged[1] in self._replies:
            self._replies[tagged[1]] = Reply(tagged[2].decode().upper(), tagged[3].strip(), self._heard)
            self._heard, self._size = [], 0
        elif line.startswith(b"["):
            self._heard.append(b"OK " + line)
        elif line.strip():
            raise _Nonsense(f"this is no IMAP: {_text(line)}")

    def _whole(self, line: bytes) -> Response:
        """A response that may have literals in it."""
        pieces, line = [], line[2:]
        while match := _LITERAL.search(line):
            pieces += [line, self._literal(int(match[1]))]
            line = self._line()
        return (*pieces, line) if pieces else line

    def _literal(self, size: int) -> bytes:
        if size > LARGEST_LITERAL:
            raise _Nonsense(f"an answer of {size >> 20} MB is more than the {LARGEST_LITERAL >> 20} MB taken")
        self._counted(size)
        data = self._lines.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def _line(self) -> bytes:
        line = self._lines.readline(LARGEST_LINE)
        if not line.endswith(b"\n"):
            if len(line) >= LARGEST_LINE:
                raise _Nonsense("the server's line has no end")
            raise EOFError
        self._counted(len(line))
        return line

    def _counted(self, size: int) -> None:
        self._size += size
        if self._size > LARGEST_ANSWER:
            raise _Nonsense("the server's answer has no end")

    def _waiting(self) -> bool:
        """Whether something was read from the socket that no poll of it would show."""
        self._sock.setblocking(False)
        try:
            return bool(self._lines.peek(1))
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        finally:
            self._sock.settimeout(READ_SECONDS)


def _text(said: bytes) -> str:
    return shown(said.decode("utf-8", "replace").strip(), LONGEST_TEXT)
