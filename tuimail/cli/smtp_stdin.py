"""SMTP on stdin and stdout (`sendmail -bs`, RFC 5321), for programs that speak it with their sendmail."""

import re
from collections.abc import Awaitable, Callable
from typing import BinaryIO

from tuimail.cli.parser import LARGEST
from tuimail.mail.errors import AddressError, DraftError, TuimailError
from tuimail.mail.letter.address import check
from tuimail.mail.letter.safe import line

LONGEST_LINE = 4_096
LONGEST_REPLY = 400
MOST_RECIPIENTS = 1_000
CHUNK = 65_536

Deliver = Callable[[str, tuple[str, ...], bytes], Awaitable[str]]
"""Queues a message: its sender, its recipients and its bytes; the id of its item. Raises TuimailError."""

_PATH = re.compile(r'\s*<(?:@[^:<>]*:)?((?:"(?:[^"\\]|\\.)*"|[^"<>])*)>\s*(.*)|\s*([^\s<>]+)\s*(.*)')
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_BODIES = ("BODY=7BIT", "BODY=8BITMIME", "SMTPUTF8")
_HELLO = ("tuimail", "PIPELINING", f"SIZE {LARGEST}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")


class Refusal(Exception):  # noqa: N818 (a reply of the protocol, no error of the program)
    """A reply that says no; it leaves everything as it was."""


class Dialogue:
    """One conversation, from the greeting to QUIT. Each DATA is queued with its own envelope.

    `own` is the address that a name without a domain stands for. Lines and messages are bounded.
    """

    def __init__(
        self, source: BinaryIO, sink: BinaryIO, deliver: Deliver, own: str, largest: int = LARGEST
    ) -> None:
        self._source = source
        self._sink = sink
        self._deliver = deliver
        self._own = own
        self._largest = largest
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def run(self) -> bool:
        """Talk until QUIT or the end; False when a message was cut off, which was not queued then."""
        self._say("220 tuimail ready")
        try:
            while (given := self._line()) is not None:
                verb, _, rest = given.strip().partition(" ")
                try:
                    self._say(await self._reply(verb.upper(), rest))
                except Refusal as refusal:
                    self._say(str(refusal))
                if verb.upper() == "QUIT":
                    return True
        except EOFError:
            return False
        return True

    async def _reply(self, verb: str, rest: str) -> str:
        match verb:
            case "DATA":
                return await self._data()
            case "MAIL":
                return self._mail(rest)
            case "RCPT":
                return self._rcpt(rest)
            case _:
                return self._other(verb)

    def _other(self, verb: str) -> str:
        match verb:
            case "EHLO" | "HELO" | "RSET":
                self._forget()
                return _listed(_HELLO) if verb == "EHLO" else "250 2.0.0 tuimail"
            case "NOOP":
                return "250 2.0.0 nothing was done"
            case "QUIT":
                return "221 2.0.0 bye"
            case "VRFY":
                return "252 2.1.5 it is looked at when it is sent to"
            case "STARTTLS" | "AUTH" | "EXPN" | "HELP" | "ETRN":
                return "502 5.5.1 not offered here"
            case _:
                return "500 5.5.1 not understood"

    def _mail(self, rest: str) -> str:
        if self._sender is not None:
            return "503 5.5.1 there is a sender already"
        path, options = _path(rest, "FROM:")
        size = next((word[5:] for word in options if word.startswith("SIZE=")), "0")
        if not all(word in _BODIES or word.startswith(("SIZE=", "AUTH=")) for word in options):
            return "555 5.5.4 an option is not understood"
        if not size.isdecimal() or int(size) > self._largest:
            return "552 5.3.4 the message is too large"
        self._sender = self._spec(path) if path else ""
        return "250 2.1.0 ok"

    def _rcpt(self, rest: str) -> str:
        if self._sender is None:
            return "503 5.5.1 MAIL comes first"
        path, options = _path(rest, "TO:")
        if options:
            return "555 5.5.4 an option is not understood"
        if len(self._recipients) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        self._recipients.append(self._spec(path))
        return "250 2.1.5 ok"

    async def _data(self) -> str:
        if not self._recipients or self._sender is None:
            return "503 5.5.1 MAIL and RCPT come first"
        self._say("354 end with a line that has only a dot")
        message = self._message()
        sender, recipients = self._sender, tuple(self._recipients)
        self._forget()
        if message is None:
            return "552 5.3.4 the message is too large; it was not queued"
        try:
            return f"250 2.0.0 queued as {await self._deliver(sender, recipients, message)}"
        except DraftError as error:
            return f"554 5.6.0 {line(str(error))}"
        except TuimailError as error:
            return f"451 4.3.0 {line(str(error))}"

    def _message(self) -> bytes | None:
        """What comes before the lone dot; None when it is too large. Raises EOFError without a dot."""
        rows: list[bytes] = []
        size, fresh = 0, True
        while row := self._source.readline(CHUNK):
            if fresh and row.rstrip(b"\r\n") == b"." and row.endswith(b"\n"):
                return b"".join(rows) if size <= self._largest else None
            text = row[1:] if fresh and row.startswith(b".") else row
            size += len(text)
            rows.append(text)
            if size > self._largest:
                rows.clear()
            fresh = row.endswith(b"\n")
        raise EOFError

    def _line(self) -> str | None:
        """A command; an empty one for what is too long, None at the end."""
        row = self._source.readline(LONGEST_LINE)
        if not row.endswith(b"\n"):
            while row and not row.endswith(b"\n"):
                row = self._source.readline(CHUNK)
            return "" if row else None
        return row.decode("utf-8", "replace")

    def _spec(self, path: str) -> str:
        """An address; a name without a domain is the user of this computer."""
        if _LOCAL.fullmatch(path):
            return self._own
        try:
            return check(path)
        except AddressError as error:
            raise Refusal(f"553 5.1.3 {error}") from None

    def _forget(self) -> None:
        self._sender = None
        self._recipients = []

    def _say(self, reply: str) -> None:
        for row in reply.split("\n"):
            self._sink.write(line(row, LONGEST_REPLY).encode() + b"\r\n")
        self._sink.flush()


def _path(text: str, word: str) -> tuple[str, list[str]]:
    """What stands in the angle brackets (RFC 5321 §4.1.2), and the options after it."""
    found = _PATH.fullmatch(text[len(word) :]) if text.upper().startswith(word) else None
    if found is None:
        raise Refusal(f"501 5.5.4 it reads: {word}<address>")
    bracketed = found[1] is not None
    return found[1] if bracketed else found[3], (found[2] if bracketed else found[4]).upper().split()


def _listed(words: tuple[str, ...]) -> str:
    return "\n".join([*(f"250-{word}" for word in words[:-1]), f"250 {words[-1]}"])
