"""What tuimail says to an IMAP server (RFC 9051, RFC 3501): a dozen sentences, and UIDs only.

Nothing is asked for whose answer would have to be parsed by recursion: no ENVELOPE, no BODYSTRUCTURE. This
module and `imap_channel` load imaplib; `imap_thread` imports them on its thread.
"""

import imaplib
import re
import ssl
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress

from msgspec.structs import replace

from tuimail.backends import header_line, imap_answer, imap_login
from tuimail.backends.imap_answer import Data, Fetched, Listed, quoted
from tuimail.backends.imap_channel import Channel
from tuimail.backends.imap_server import Broken, ImapServer
from tuimail.backends.network import why
from tuimail.mail.errors import MailboxError
from tuimail.mail.folder.sync import Mark
from tuimail.mail.letter.safe import line

HEADERS = "FROM TO CC SUBJECT DATE MESSAGE-ID IN-REPLY-TO REFERENCES CONTENT-TYPE"
ENVELOPE = f"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({HEADERS})])"
BODY = "(UID RFC822.SIZE BODY.PEEK[])"
BATCH = 500
FAREWELL_SECONDS = 0.5
LONGEST_TEXT = 300
FLAG = re.compile(r"\\?[!#$&'+,\-./0-9:;<=>?@A-Z^_`a-z|}~\[]+")
HEADER = re.compile(r"[!-9;-~]+")


class Refused(MailboxError):  # noqa: N818 (it is the server's answer)
    """The server understood, or did not, and said no."""


class Wire:
    """A connection to `server`: greeted, and under TLS unless it is this computer. One thread owns it.

    Every method raises Broken when the connection is gone (it was closed then) and MailboxError when the
    server says no. What they quote of the server is sanitised.
    """

    def __init__(self, server: ImapServer, context: ssl.SSLContext) -> None:
        self._server = server
        self._folder = ""
        self._validity = 0
        self.total = 0
        self._capabilities: frozenset[str] = frozenset()
        try:
            self._channel = Channel(server.host, server.port, server.security, context)
        except (imaplib.IMAP4.error, OSError) as error:
            raise Broken(f"{server}: {_reason(error)}") from error

    def login(self, secret: str) -> None:
        """Log in by the best way both know. Raises LoginError when the server won't have it."""
        try:
            imap_login.log_in(self._channel, self._server, secret)
        except (imaplib.IMAP4.abort, OSError) as error:
            raise self._broken(error) from error
        said = self._heard("CAPABILITY")
        if not said:
            self._do("CAPABILITY")
            said = self._heard("CAPABILITY")
        self._capabilities = imap_answer.words(said)

    def can(self, capability: str) -> bool:
        return capability in self._capabilities

    def folders(self) -> tuple[tuple[Listed, tuple[int, int]], ...]:
        """Every folder that can be entered, with its (messages, unread)."""
        wishes = ["SPECIAL-USE"] if self.can("SPECIAL-USE") else []
        wishes += ["STATUS (MESSAGES UNSEEN)"] if self.can("LIST-STATUS") else []
        options = [f"RETURN ({' '.join(wishes)})"] if self.can("LIST-STATUS") else []
        self._do("LIST", '""', '"*"', *options)
        status = imap_answer.counts(self._heard("STATUS"))
        listed = [each for each in imap_answer.listed(self._heard("LIST")) if each.selectable]
        return tuple((each, status.get(each.name) or self.counts(each.name)) for each in listed)

    def counts(self, folder: str) -> tuple[int, int]:
        """(messages, unread), zeros for a folder that the server won't count."""
        try:
            self._do("STATUS", _mailbox(folder), "(MESSAGES UNSEEN)")
        except Refused:
            return (0, 0)
        return next(iter(imap_answer.counts(self._heard("STATUS")).values()), (0, 0))

    def enter(self, folder: str, *, anew: bool = False) -> int:
        """Select the folder; its uidvalidity. `anew` also hears what came since it was entered."""
        if self._folder != folder:
            self._select(folder)
        elif anew:
            self._do("NOOP")
        return self._validity

    def mark(self, folder: str) -> Mark:
        """Select the folder anew; the point it has reached."""
        self._select(folder)
        return Mark(self._validity, self._number("UIDNEXT"), self._number("HIGHESTMODSEQ"), self.total)

    def create(self, folder: str) -> None:
        """Make a folder unless there is one."""
        self._do("LIST", '""', _mailbox(folder))
        if not any(each.selectable for each in imap_answer.listed(self._heard("LIST"))):
            self._do("CREATE", _mailbox(folder))

    def last_heads(self, total: int, count: int) -> dict[int, Fetched]:
        """As `heads`, of the last messages of the folder."""
        if not total:
            return {}
        self._do("FETCH", f"{max(1, total - count + 1)}:*", ENVELOPE)
        return {each.uid: each for each in imap_answer.fetched(self._heard("FETCH")) if each.size}

    def search_text(self, words: str) -> tuple[int, ...]:
        """The messages that have these words in them."""
        self._do("UID", "SEARCH", "CHARSET", "UTF-8", "TEXT", literal=words.encode("utf-8", "replace"))
        return imap_answer.uids(self._heard("SEARCH"))

    def move(self, uids: Sequence[int], to: str) -> dict[int, str]:
        """Move these messages; nothing is known of their new uids."""
        for some in _batches(uids):
            if self.can("MOVE"):
                self._do("UID", "MOVE", _set(some), _mailbox(to))
                continue
            self._do("UID", "COPY", _set(some), _mailbox(to))
            for uid in some:
                self.expunge(uid)
        return {}

    def flags(self, lower: int = 1, upper: int = 0) -> dict[int, frozenset[str]]:
        """Every message's flags, by uid, ascending."""
        if upper:
            self._do("FETCH", f"{lower}:{upper}", "(UID FLAGS)")
        else:
            self._do("UID", "FETCH", "1:*", "(UID FLAGS)")
        found = {each.uid: each.flags or frozenset() for each in imap_answer.fetched(self._heard("FETCH"))}
        return dict(sorted(found.items()))

    def heads(self, uids: Collection[int]) -> dict[int, Fetched]:
        """Header lines, flags, size and date of these messages; those that are gone are left out."""
        return self._fetch(uids, ENVELOPE)

    def body(self, uid: int) -> bytes | None:
        """The whole message; None when it is gone."""
        found = self._fetch((uid,), BODY).get(uid)
        return None if found is None else found.text or b""

    def file(self, folder: str, message: bytes, flags: frozenset[str]) -> str:
        """Append a message; `uidvalidity.uid` when the server says it. A folder that is missing is made."""
        words = (_mailbox(folder), _parenthesis(flags))
        if folder == self._folder:
            self._folder = ""
        try:
            return imap_answer.filed(self._do("APPEND", *words, literal=message))
        except Refused as no:
            if "[TRYCREATE]" not in str(no).upper():
                raise
        self._do("CREATE", _mailbox(folder))
        return imap_answer.filed(self._do("APPEND", *words, literal=message))

    def search(self, header: str, value: str) -> tuple[int, ...]:
        """The messages whose header has exactly this value; the server's own search takes any part of it."""
        if not HEADER.fullmatch(header):
            raise MailboxError("that is not the name of a header; nothing was asked")
        charset = () if value.isascii() else ("CHARSET", "UTF-8")
        self._do("UID", "SEARCH", *charset, "HEADER", header, literal=value.encode("utf-8", "replace"))
        likely = imap_answer.uids(self._heard("SEARCH"))
        heads = self._fetch(likely, f"(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({header})])")
        return tuple(uid for uid in likely if uid in heads and _holds(heads[uid], header, value))

    def store(self, uids: Collection[int], sign: str, flags: frozenset[str]) -> None:
        """Add (`+`) or take (`-`) flags."""
        words = _parenthesis(flags)
        for some in _batches(uids):
            self._do("UID", "STORE", _set(some), f"{sign}FLAGS.SILENT", words)

    def expunge(self, uid: int) -> None:
        """Delete this message and no other (RFC 4315); without UIDPLUS it stays, marked as deleted."""
        self.store((uid,), "+", frozenset({"\\Deleted"}))
        if self.can("UIDPLUS"):
            self._do("UID", "EXPUNGE", str(uid))

    def poll(self) -> bool:
        """Ask once whether anything happened in the folder."""
        self._do("NOOP")
        return self._channel.news()

    def idle(self, seconds: float) -> bool:
        """Wait until something happens in the folder (RFC 2177), `seconds` at most; whether it did."""
        with self._breaking():
            return self._channel.idle(seconds)

    def leave(self) -> None:
        """Say goodbye if that is quick, and close."""
        with suppress(MailboxError, OSError):
            self._channel.sock.settimeout(FAREWELL_SECONDS)
            self._do("LOGOUT")
        self.hang_up()

    def hang_up(self) -> None:
        """Close without a word."""
        self._channel.hang_up()

    def sever(self) -> None:
        """Break off whatever goes on; may be called from any thread."""
        self._channel.sever()

    def _select(self, folder: str) -> None:
        self._folder, self._channel.state = "", "AUTH"
        self._do("SELECT", _mailbox(folder))
        self._validity, self.total = self._number("UIDVALIDITY"), self._number("EXISTS")
        self._folder, self._channel.state = folder, "SELECTED"

    def _number(self, code: str) -> int:
        said = self._heard(code)
        return int(said[-1]) if said and isinstance(said[-1], bytes) and said[-1].isdigit() else 0

    def _fetch(self, uids: Collection[int], items: str) -> dict[int, Fetched]:
        """`items` asks for the size, which tells an answer from news of flags in between."""
        found: dict[int, Fetched] = {}
        for some in _batches(uids):
            self._do("UID", "FETCH", _set(some), items)
            for each in imap_answer.fetched(self._heard("FETCH")):
                if each.text is not None or each.size:
                    found[each.uid] = each
                elif each.uid in found:
                    found[each.uid] = replace(found[each.uid], flags=each.flags)
        return found

    def _do(self, command: str, *words: str | bytes, literal: bytes | None = None) -> bytes:
        """One command, which the server must answer by OK; the text of that answer."""
        with self._breaking():
            status, data = self._channel.say(command, *words, literal=literal)
        text = data[-1] if data and isinstance(data[-1], bytes) else b""
        if status not in ("OK", "BYE"):
            raise Refused(f"{self._server} said no: {line(text.decode('utf-8', 'replace'), LONGEST_TEXT)}")
        return text

    @contextmanager
    def _breaking(self) -> Iterator[None]:
        """What imaplib raises, in our words; a broken connection is closed."""
        try:
            yield
        except (imaplib.IMAP4.abort, OSError) as error:
            raise self._broken(error) from error
        except imaplib.IMAP4.error as error:
            raise Refused(f"{self._server} said no: {_reason(error)}") from error

    def _broken(self, error: Exception) -> Broken:
        self._channel.hang_up()
        return Broken(f"{self._server}: {_reason(error)}")

    def _heard(self, code: str) -> Data:
        return [each for each in self._channel.response(code)[1] if each is not None]


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return why(error)
    return "the connection broke" if "socket error" in str(error) else line(str(error), LONGEST_TEXT)


def _mailbox(folder: str) -> bytes:
    try:
        return quoted(folder.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        raise MailboxError("that can't be the name of a folder; nothing was asked") from None


def _parenthesis(flags: Collection[str]) -> str:
    if not all(FLAG.fullmatch(flag) for flag in flags):
        raise MailboxError("a flag must be one word of plain letters; nothing was changed")
    return f"({' '.join(sorted(flags))})"


def _holds(head: Fetched, header: str, value: str) -> bool:
    return header_line.holds(head.text or b"", header, value)


def _batches(uids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(uids)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))


def _set(uids: Sequence[int]) -> str:
    """Ascending uids as a sequence-set: 3:5,9."""
    runs: list[list[int]] = []
    for uid in uids:
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)
