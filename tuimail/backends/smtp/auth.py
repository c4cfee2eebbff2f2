"""Logging in to a submission server: PLAIN, LOGIN, OAUTHBEARER and XOAUTH2 (RFC 4954, 4616, 7628)."""

import base64
from collections.abc import Awaitable, Callable

from tuimail.backends import sasl
from tuimail.backends.smtp.server import Credential, Server, Stop
from tuimail.backends.smtp.wire import Reply
from tuimail.mail.errors import LoginError, SecretError, TuimailError
from tuimail.mail.hold.outcome import Denied, Unreachable
from tuimail.mail.letter.safe import line

Say = Callable[..., Awaitable[Reply]]

NO_CODE = 0
LOGGED_IN, GO_ON = 235, 334
METHODS = {"password": ("PLAIN", "LOGIN"), "token": sasl.TOKEN_MECHANISMS, "none": ()}


async def log_in(server: Server, say: Say, offered: list[str], credential: Credential) -> None:
    """Log in by the first method that is offered and fits. The secret is asked for only now, tried once.

    `say` sends one command. Raises Stop: with Denied when a person has to act, else with Unreachable.
    """
    method = next((known for known in METHODS[server.auth] if known in offered), None)
    if method is None:
        listed = line(" ".join(offered)) or "none at all"
        raise Stop(Denied(NO_CODE, f"{server.host} offers no login that fits; it offers {listed}"))
    reply = await _converse(say, method, server, await _secret(credential))
    if reply.code == LOGGED_IN:
        return
    if reply.permanent:
        text = f"{reply.text}; {server.remedy}" if server.remedy else reply.text
        raise Stop(Denied(reply.code, text))
    raise Stop(Unreachable(f"{server.host} can't check the login now: {reply.code} {reply.text}"))


async def _secret(credential: Credential) -> str:
    try:
        return await credential()
    except (LoginError, SecretError) as error:
        raise Stop(Denied(NO_CODE, str(error))) from error
    except TuimailError as error:
        raise Stop(Unreachable(str(error))) from error


async def _converse(say: Say, method: str, server: Server, secret: str) -> Reply:
    match method:
        case "PLAIN":
            return await say(b"AUTH", b"PLAIN", _base64(f"\0{server.user}\0{secret}"))
        case "LOGIN":
            return await _login(say, server.user, secret)
    words = sasl.bearer(method, server.user, secret, server.host, server.port)
    reply = await say(b"AUTH", method.encode(), _base64(words))
    return await say(_base64(sasl.GIVE_UP[method])) if reply.code == GO_ON else reply


async def _login(say: Say, user: str, secret: str) -> Reply:
    reply = await say(b"AUTH", b"LOGIN")
    for answer in (user, secret):
        if reply.code != GO_ON:
            break
        reply = await say(_base64(answer))
    return reply


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())
