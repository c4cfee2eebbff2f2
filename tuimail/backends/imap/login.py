"""Getting into an IMAP server (RFC 9051 §6.2): PLAIN or a token, or LOGIN where there is nothing else."""

import re
from base64 import b64encode

from tuimail.backends import sasl
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
        mechanism = sasl.chosen([name.removeprefix("AUTH=") for name in offered]) or "XOAUTH2"
        words = sasl.bearer(mechanism, server.user, secret, server.host, server.port)
        return _authenticate(channel, mechanism, words, offered, sasl.GIVE_UP[mechanism])
    if "AUTH=PLAIN" in offered:
        return _authenticate(channel, "PLAIN", f"\0{server.user}\0{secret}", offered)
    if "LOGINDISABLED" in offered or not f"{server.user}{secret}".isascii():
        raise _refused(server, "it offers no way to give this password; nothing was sent")
    return channel.ask(command("LOGIN", quoted(server.user.encode()), quoted(secret.encode())))[0]


def _authenticate(
    channel: Channel, mechanism: str, words: str, offered: frozenset[str], give_up: str = ""
) -> Reply:
    """One answer, then another: a server that refuses a token first says what is wrong with it."""
    answer, last = b64encode(words.encode()), b64encode(give_up.encode())
    if "SASL-IR" in offered:
        return channel.converse(command("AUTHENTICATE", mechanism, answer), last)
    return channel.converse(command("AUTHENTICATE", mechanism), answer, last)


def _refused(server: ImapServer, said: str) -> MailboxError:
    words = line(said, LONGEST_TEXT)
    if BUSY.search(words):
        return MailboxError(f"{server} can't log anybody in now: {words}")
    return LoginError(f"{server} refused the login of {line(server.user)}; {server.remedy}: {words}")
