"""Mail goes out by SMTP submission (RFC 6409). aiosmtplib is loaded with the first connection."""

import asyncio
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

from tuimail.backends.network import trusted
from tuimail.backends.smtp.server import Broken, Credential, Server, Stop
from tuimail.mail.errors import AddressError, LoginError, MailboxError
from tuimail.mail.hold.outcome import Denied, Outcome, Refused, Unreachable
from tuimail.mail.letter.address import check
from tuimail.mail.letter.submission import Submission
from tuimail.ports import BodyNext

if TYPE_CHECKING:
    from tuimail.backends.smtp.session import Session
    from tuimail.backends.smtp.wire import Reply

SYNTAX_ERROR = 553

More = Callable[["Session"], tuple[bytes, ...]]
"""Further parameters of MAIL FROM, by what the server offers. Raises Stop where it does not offer enough."""


class SmtpSubmitter:
    """ports.Submitter. One message at a time; the connection is kept for the next one for some seconds.

    `credential` gives the password or the access token; it is asked at every login and nothing is kept.
    `context` replaces the system's authorities.
    """

    def __init__(self, server: Server, credential: Credential, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._credential = credential
        self._context = context
        self._session: Session | None = None
        self._parting: asyncio.TimerHandle | None = None
        self._busy = asyncio.Lock()

    async def submit(
        self,
        submission: Submission,
        body_next: BodyNext,
        more: More = lambda session: (),
    ) -> Outcome:
        """Hand the message over; see ports. Cancelling it breaks the connection at that point."""
        fault = _fault(submission)
        if fault:
            return Refused(SYNTAX_ERROR, fault)
        async with self._busy:
            self._stay()
            try:
                return await self._deliver(submission, body_next, more)
            except Broken as broken:
                self._hang_up()
                return Unreachable(f"{self._server.host}: {broken}")
            except Stop as stop:
                self._leave()
                return stop.outcome
            except BaseException:
                self._hang_up()
                raise
            finally:
                self._rest()

    async def check(self) -> str:
        """Connect, log in, leave. One line about the server. Raises MailboxError, LoginError."""
        session = await self._enter()
        await session.quit()
        where = f"{self._server.host}:{self._server.port}"
        who = "no login" if self._server.auth == "none" else f"logged in as {self._server.user}"
        return f"{where} takes mail ({session.wire.security}, {who})"

    async def offers(self) -> dict[str, str]:
        """Connect, log in, leave; the server's extensions with their parameters. Raises as `check`."""
        session = await self._enter()
        await session.quit()
        return session.offers

    async def close(self) -> None:
        """Say goodbye, 2 seconds at most. A message in flight is cut off."""
        self._stay()
        session, self._session = self._session, None
        if session is not None and self._busy.locked():
            session.wire.hang_up()
        elif session is not None:
            await session.quit()

    async def _enter(self) -> "Session":
        where = f"{self._server.host}:{self._server.port}"
        try:
            return await self._open()
        except Broken as broken:
            raise MailboxError(f"{where}: {broken}") from broken
        except Stop as stop:
            raise _as_error(where, stop.outcome, self._server) from stop

    async def _deliver(self, submission: Submission, body_next: BodyNext, more: More) -> Outcome:
        from tuimail.backends.smtp.transaction import deliver

        session, reply = await self._begin(submission, more)
        return await deliver(session, reply, submission, body_next)

    async def _begin(self, submission: Submission, more: More) -> tuple["Session", "Reply"]:
        """MAIL FROM over the kept connection; over a new one when there is none or it has gone stale."""
        kept = self._session
        if kept is not None:
            try:
                return kept, await kept.mail(submission, *more(kept))
            except (Broken, Stop):
                self._leave()
        self._session = await self._open()
        return self._session, await self._session.mail(submission, *more(self._session))

    async def _open(self) -> "Session":
        from tuimail.backends.smtp.session import open_session

        if self._context is None:
            self._context = await asyncio.to_thread(trusted)
        return await open_session(self._server, self._context, self._credential)

    def _stay(self) -> None:
        if self._parting is not None:
            self._parting.cancel()
            self._parting = None

    def _rest(self) -> None:
        if self._session is not None and self._session.wire.is_connected:
            loop = asyncio.get_running_loop()
            self._parting = loop.call_later(self._server.timeouts.idle, self._leave)
        else:
            self._session = None

    def _leave(self) -> None:
        if self._session is not None:
            self._session.wire.bid_farewell()
        self._session = None

    def _hang_up(self) -> None:
        if self._session is not None:
            self._session.wire.hang_up()
        self._session = None


def _fault(submission: Submission) -> str:
    """A last look: why this must not reach a server, or empty."""
    wire = submission.wire
    if not all(submission.recipients) or not submission.recipients:
        return "the message has no recipients; nothing was sent"
    try:
        for spec in filter(None, (submission.sender, *submission.recipients)):
            check(spec)
    except AddressError as error:
        return str(error)
    if not wire.count(b"\r\n") == wire.count(b"\r") == wire.count(b"\n"):
        return "the message has a line that does not end in CRLF; nothing was sent"
    return ""


def _as_error(where: str, outcome: Outcome, server: Server) -> MailboxError:
    match outcome:
        case Denied(code, text):
            advice = "" if server.remedy else "; look at user and password"
            return LoginError(f"{where} refused the login{advice}: {code} {text}" if code else text)
        case Unreachable(why):
            return MailboxError(why)
        case _:
            return MailboxError(f"{where} takes no mail")
