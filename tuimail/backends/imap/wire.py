"""A session with an IMAP server (RFC 9051, RFC 3501): greeted, logged in, a folder selected.

Messages are spoken of by UID alone, and nothing is asked for whose answer would have to be parsed by
recursion: no ENVELOPE, no BODYSTRUCTURE. What is asked is in `look`, `fetch` and `deed`.
"""

import ssl
import time
from collections.abc import Iterator
from contextlib import suppress

from msgspec import Struct

from tuimail.backends.imap import answer, login
from tuimail.backends.imap.answer import LARGEST_MODSEQ, LARGEST_UID
from tuimail.backends.imap.channel import Channel, Reply, Response
from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.words import Command, Word, command, mailbox
from tuimail.mail.errors import MailboxError, MailboxRefused
from tuimail.mail.folder.sync import Mark
from tuimail.mail.letter.safe import line

FAREWELL_SECONDS = 0.5
LONGEST_TEXT = 300
LOOK_UP_SECONDS = 15.0
SLEPT_SECONDS = 30.0
NAME = '("name" "tuimail")'


class Refused(MailboxRefused):
    """The server understood, or did not, and said no."""


class Selected(Struct, frozen=True):
    """A folder as it was when it was selected, and what the server said on that occasion."""

    mark: Mark
    heard: list[Response]


class Wire:
    """A connection to `server`: greeted, and under TLS unless it is this computer. One thread owns it.

    Every method raises Broken when the connection is gone (it was closed then) and MailboxError when the
    server says no. What they quote of the server is sanitised.
    """

    def __init__(self, server: ImapServer, context: ssl.SSLContext) -> None:
        self._server = server
        self._prelude: list[Command] = []
        self.folder = ""
        self.validity = self.total = 0
        self._channel = Channel(server, context)
        try:
            self._capabilities = self._greeted()
            if server.security == "starttls":
                self._capabilities = self._secured()
        except BaseException:
            self._channel.hang_up()
            raise

    def login(self, secret: str) -> None:
        """Log in by the best way both know. Raises LoginError when the server won't have it."""
        reply = login.log_in(self._channel, self._server, secret, self._capabilities)
        self._capabilities = self._said(reply) or self._asked()
        self._channel.literals = next(
            (size for word, size in (("LITERAL+", 1 << 40), ("LITERAL-", 4096)) if self.can(word)), 0
        )
        self._prelude = [command("ID", NAME)] if self.can("ID") else []
        self._prelude += [command("ENABLE", "QRESYNC")] if self.can("QRESYNC") and self.can("ENABLE") else []

    def can(self, capability: str) -> bool:
        return capability in self._capabilities

    def do(self, *words: str | Word) -> Reply:
        """One command, which the server must answer by OK."""
        return self.settled(self.ask(command(*words))[0])

    def ask(self, *commands: Command) -> list[Reply]:
        """Several commands in one go, however they end."""
        first, self._prelude = self._prelude, []
        return list(self.answers(*first, *commands))[len(first) :]

    def answers(self, *commands: Command) -> Iterator[Reply]:
        """How they end, one after the other, while the server is still busy with the rest."""
        for reply in self._channel.answers(*commands):
            self.total = answer.total(reply.heard, self.total)
            yield reply

    def settled(self, reply: Reply) -> Reply:
        """The reply. Raises Refused unless it is OK."""
        if reply.status != "OK":
            said = line(reply.text.decode("utf-8", "replace"), LONGEST_TEXT)
            raise Refused(f"{self._server} said no: {said}")
        return reply

    def enter(self, folder: str) -> int:
        """Select the folder unless it is selected; its uidvalidity."""
        if self.folder != folder:
            self.select(folder)
        return self.validity

    def refresh(self, folder: str) -> int:
        """As `enter`, and hear of what came and went since."""
        if self.folder == folder:
            self.do("NOOP")
        return self.enter(folder)

    def select(
        self, folder: str, *since: str, then: tuple[Command, ...] = ()
    ) -> tuple[Selected, list[Reply]]:
        """Select the folder anew, with parameters, and say what is to be said next in the same breath."""
        self.folder = ""
        first, *others = self.ask(command("SELECT", mailbox(folder), *since), *then)
        heard = _since_closed(self.settled(first).heard)
        codes = answer.codes(heard, first.text)
        mark = Mark(
            answer.number(codes.get("UIDVALIDITY", b""), LARGEST_UID),
            answer.number(codes.get("UIDNEXT", b""), LARGEST_UID),
            answer.number(codes.get("HIGHESTMODSEQ", b""), LARGEST_MODSEQ),
            answer.total(heard, 0),
        )
        self.folder, self.validity, self.total = folder, mark.validity, mark.total
        for reply in others:
            self.total = answer.total(reply.heard, self.total)
        return Selected(mark, heard), others

    def forget(self, folder: str) -> None:
        """The folder will have changed: select it anew when it is next entered."""
        if folder == self.folder:
            self.folder = ""

    def poll(self) -> bool:
        """Ask once whether anything happened in the folder."""
        return _is_news(self.do("NOOP").heard)

    def idle(self, seconds: float) -> bool:
        """Wait until something happens in the folder (RFC 2177), `seconds` at most; whether it did.

        A computer that slept has a connection nobody answers on: that is Broken.
        """
        tag = self._channel.begin(command("IDLE"))
        if tag is None:
            raise Refused(f"{self._server} won't IDLE")
        until, drift = time.monotonic() + seconds, time.time() - time.monotonic()
        heard: list[Response] = []
        while not _is_news(heard) and (left := until - time.monotonic()) > 0:
            heard = self._channel.overhear(min(left, LOOK_UP_SECONDS))
            if abs(time.time() - time.monotonic() - drift) > SLEPT_SECONDS:
                raise self._channel.broken("this computer slept or its clock was set")
        return _is_news(self.settled(self._channel.finish(tag, b"DONE")).heard)

    def leave(self) -> None:
        """Say goodbye if that is quick, and close."""
        self._channel.hasten(FAREWELL_SECONDS)
        with suppress(MailboxError):
            self._channel.ask(command("LOGOUT"))
        self.hang_up()

    def hang_up(self) -> None:
        """Close without a word."""
        self._channel.hang_up()

    def sever(self) -> None:
        """Break off whatever goes on; may be called from any thread."""
        self._channel.sever()

    def _greeted(self) -> frozenset[str]:
        """What the server can do before anybody is logged in."""
        greeting = self._channel.greeting()
        said = greeting if isinstance(greeting, bytes) else b""
        if said[:7].upper() == b"PREAUTH":
            raise self._channel.broken("the server took us for somebody before we logged in (PREAUTH)")
        if said[:2].upper() != b"OK":
            words = line(said.decode("utf-8", "replace").strip(), LONGEST_TEXT)
            raise self._channel.broken(f"the server would not speak with us: {words or 'no greeting'}")
        offered = answer.codes([said]).get("CAPABILITY")
        return answer.capabilities(offered) if offered else self._asked()

    def _secured(self) -> frozenset[str]:
        if not self.can("STARTTLS"):
            raise self._channel.broken("the server offers no STARTTLS; nothing was sent")
        if self._channel.ask(command("STARTTLS"))[0].status != "OK":
            raise self._channel.broken("the server won't begin TLS; nothing was sent")
        self._channel.secure()
        return self._asked()

    def _asked(self) -> frozenset[str]:
        return answer.words(self.settled(self._channel.ask(command("CAPABILITY"))[0]).heard)

    def _said(self, reply: Reply) -> frozenset[str]:
        """The capabilities that came with a login."""
        code = answer.codes(reply.heard, reply.text).get("CAPABILITY", b"")
        return answer.words(reply.heard) or answer.capabilities(code)


def _since_closed(heard: list[Response]) -> list[Response]:
    """What is said of the new folder: behind a CLOSED code (RFC 7162 §3.2.11), where there is one."""
    closed = [
        n for n, each in enumerate(heard) if isinstance(each, bytes) and b"[CLOSED]" in each[:40].upper()
    ]
    return heard[closed[-1] + 1 :] if closed else heard


def _is_news(heard: list[Response]) -> bool:
    return any(answer.NEWS.match(each if isinstance(each, bytes) else each[0]) is not None for each in heard)
