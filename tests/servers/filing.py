"""A server that puts what it takes into Sent by itself, with the Message-ID as it is, or another."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from servers.sink import Received, Sink

MICROSOFT_HEADER = b"X-Microsoft-Original-Message-ID"
MESSAGE_ID = re.compile(rb"(?im)^message-id: *(\S+)\r\n")


def kept_as_it_is(wire: bytes) -> bytes:
    return wire


def by_exchange(wire: bytes) -> bytes:
    """A Message-ID of the server's own; ours in a header that says so."""
    new = rb"Message-ID: <AM0PR@outlook.example>\r\n" + MICROSOFT_HEADER + rb": \1\r\n"
    return MESSAGE_ID.sub(new, wire)


def by_ses(wire: bytes) -> bytes:
    """A Message-ID of the server's own; ours is gone."""
    return MESSAGE_ID.sub(b"Message-ID: <0102@eu-west-1.amazonses.example>\r\n", wire)


@dataclass(frozen=True)
class Style:
    """`files`: it puts what it takes into Sent, as `rewritten`; `known`: and the account says so."""

    files: bool
    known: bool
    rewritten: Callable[[bytes], bytes] = kept_as_it_is


STYLES = {
    "keeps the id": Style(files=True, known=True),
    "Exchange": Style(files=True, known=True, rewritten=by_exchange),
    "SES, files unasked": Style(files=True, known=False, rewritten=by_ses),
    "files nothing": Style(files=False, known=False),
}


class FilingSink(Sink):
    """Keeps what it accepts and files it in the Maildir at `folder`/Mail, as its style has it.

    While it has a script it does not `keep` what it takes, or only once it is told to `finish`.
    """

    def __init__(self, folder: Path, style: Style, keep: bool = True, late: bool = False) -> None:
        super().__init__(folder / "sink.log")
        self.style, self.keeps, self.is_late = style, keep, late
        self.sent = folder / "Mail" / ".Sent"
        self._later: list[Received] = []
        for part in ("cur", "new", "tmp"):
            (folder / "Mail" / part).mkdir(parents=True)
            (self.sent / part).mkdir(parents=True)

    def keep(self, message: Received) -> None:
        if self.script and self.is_late:
            self._later.append(message)
        elif not self.script or self.keeps:
            self._take(message)

    def heal(self) -> None:
        self.script = {}

    def finish(self) -> None:
        """What it was slow with is done now."""
        while self._later:
            self._take(self._later.pop())

    def copies(self) -> list[bytes]:
        """What is in Sent, whoever put it there."""
        return [file.read_bytes() for part in ("cur", "new") for file in (self.sent / part).iterdir()]

    def _take(self, message: Received) -> None:
        super().keep(message)
        if self.style.files:
            name = f"{len(self.received)}.server:2,S"
            (self.sent / "cur" / name).write_bytes(self.style.rewritten(message.wire))
