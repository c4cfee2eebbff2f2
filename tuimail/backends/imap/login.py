"""Getting into an IMAP server (RFC 9051 §6.2): PLAIN, XOAUTH2, or LOGIN where there is nothing else."""

import re
from base64 import b64encode

from tuimail.backends.imap.channel import Channel, Reply
from tuimail.backends.imap.server import ImapServer
from tuimail.backends.imap.words import command, quoted
from tuimail.mail.errors import LoginError, MailboxError
from tuimail.mail.letter.safe import line

BUSY = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|THROTTLED|SERVERBUG)\]|too many .*connections", re.I)
LONGEST_TEXT = 300


def log_in(channel: Channel, server: ImapServer, secret: str, offered: frozenset[str]) -> Reply:
    """What the server said when it let us in, its capabilities often among it.

    `offered` are its capabilities so far. Raises LoginError when the server won't have it, MailboxError when
    it can't say now.
    """
    command(server.user, secret)
    reply = _offer(channel, server, secret, offered)
    if reply.status != "OK":
        raise _refused(server, reply.text.decode("utf-8", "replace"))
    return reply


def _offer(channel: Channel, server: ImapServer, secret: str, offered: frozenset[str]) -> Reply:
    if server.auth == "token":
        words = f"user={server.user}\1auth=Bearer {secret}\1\1"
        return _authenticate(channel, "XOAUTH2", words, offered)
    if "AUTH=PLAIN" in offered:
        return _authenticate(channel, "PLAIN", f"\0{server.user}\0{secret}", offered)
    if "LOGINDISABLED" in offered or not f"{server.user}{secret}".isascii():
        raise _refused(server, "it offers no way to give this password; nothing was sent")
    return channel.ask(command("LOGIN", quoted(server.user.encode()), quoted(secret.encode())))[0]


def _authenticate(channel: Channel, mechanism: str, words: str, offered: frozenset[str]) -> Reply:
    """One answer, then empty ones: a server that refuses a token first asks back what is wrong with it."""
    answer = b64encode(words.encode())
    if "SASL-IR" in offered:
        return channel.converse(command("AUTHENTICATE", mechanism, answer))
    return channel.converse(command("AUTHENTICATE", mechanism), answer)


def _refused(server: ImapServer, said: str) -> MailboxError:
    words = line(said, LONGEST_TEXT)
    if BUSY.search(words):
        return MailboxError(f"{server} can't log anybody in now: {words}")
    return LoginError(
        f"{server} refused the login of {line(server.user)}; look at user and password: {words}"
    )
