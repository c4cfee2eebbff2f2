"""Getting into an IMAP server (RFC 9051 §6.2): PLAIN, XOAUTH2, or LOGIN where there is nothing else."""

import imaplib
import re

from tuimail.backends.imap_channel import Channel, refuse
from tuimail.backends.imap_server import ImapServer
from tuimail.mail.errors import LoginError, MailboxError
from tuimail.mail.letter.safe import line

BUSY = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|THROTTLED|SERVERBUG)\]", re.I)
LONGEST_TEXT = 300


def log_in(channel: Channel, server: ImapServer, secret: str) -> None:
    """Raises LoginError when the server won't have it, MailboxError when it can't say now."""
    refuse(server.user, secret)
    channel.untagged_responses.clear()
    try:
        _offer(channel, server, secret)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise _refused(server, error) from None


def _offer(channel: Channel, server: ImapServer, secret: str) -> None:
    offered = channel.capabilities
    if server.auth == "token":
        _authenticate(channel, "XOAUTH2", f"user={server.user}\1auth=Bearer {secret}\1\1")
    elif "AUTH=PLAIN" in offered:
        _authenticate(channel, "PLAIN", f"\0{server.user}\0{secret}")
    elif "LOGINDISABLED" in offered or not f"{server.user}{secret}".isascii():
        raise channel.error("it offers no way to give this password; nothing was sent")
    else:
        channel.login(channel._quote(server.user), secret)


def _authenticate(channel: Channel, mechanism: str, words: str) -> None:
    """One answer, then empty ones: a server that refuses a token first asks back what is wrong with it."""
    answers = iter([words.encode()])
    channel.authenticate(mechanism, lambda _: next(answers, b""))


def _refused(server: ImapServer, error: imaplib.IMAP4.error) -> MailboxError:
    said = error.args[0] if error.args else ""
    words = line(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said), LONGEST_TEXT)
    if BUSY.search(words):
        return MailboxError(f"{server} can't log anybody in now: {words}")
    return LoginError(
        f"{server} refused the login of {line(server.user)}; look at user and password: {words}"
    )
