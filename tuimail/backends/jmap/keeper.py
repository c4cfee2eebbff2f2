"""Mail is kept by a JMAP server (RFC 8621 §7) and given back by it. httpx loads with the first question.

The message is imported into Drafts, and moves to Sent when the server takes it in keeping, so that Sent
is right when it goes out while this computer is off. Taking it back removes it there.
"""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tuimail.backends.jmap.server import JmapServer
from tuimail.backends.network import trusted
from tuimail.mail.errors import AddressError, LoginError, MailboxError
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.keeping import Offer, Whereabouts, at_most
from tuimail.mail.hold.outcome import Denied, Kept, Outcome, Refusal, Refused, Unreachable, Withdrawn
from tuimail.mail.letter.submission import Submission
from tuimail.ports import BodyNext

if TYPE_CHECKING:
    from tuimail.backends.jmap.http import Http
    from tuimail.backends.jmap.session import Session

NO_CODE = 0
PERMANENT, NO_MAILBOX = 554, 550


class JmapKeeper:
    """ports.Keeper, for several questions at once.

    `credential` is asked anew for each request; `context` replaces the system's authorities.

    `now` gives UTC seconds; the server's own clock is believed where its answers tell it.
    """

    def __init__(
        self,
        server: JmapServer,
        credential: Callable[[], Awaitable[str]],
        context: ssl.SSLContext | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._server = server
        self._credential = credential
        self._context = context
        self._now = now
        self._http: Http | None = None
        self._session: Session | None = None
        self._entering = asyncio.Lock()

    async def offer(self) -> Offer | None:
        """See ports; None where the server has no submission, or keeps nothing."""
        session = await self._fresh()
        return Offer(session.longest, cancellable=True) if session.longest else None

    async def hand_over(self, submission: Submission, until: float, body_next: BodyNext) -> Outcome:
        """See ports. An answer lost after `body_next` is looked for; what stays unknown has Vanished."""
        from tuimail.backends.jmap.http import Rejected

        try:
            return await self._hand_over(submission, until, body_next)
        except LoginError as error:
            return Denied(NO_CODE, str(error))
        except Rejected as error:
            refused = tuple(Refusal(one, NO_MAILBOX, "refused by the server") for one in error.recipients)
            return Refused(PERMANENT, str(error), refused)
        except AddressError as error:
            return Refused(PERMANENT, str(error))
        except MailboxError as error:
            self._session = None
            return Unreachable(str(error))

    async def find(self, item: Item) -> str:
        """See ports."""
        from tuimail.backends.jmap.submission import find

        return await find(await self._entered(), item.token)

    async def unsend(self, handle: str) -> Whereabouts:
        """See ports. Canceled is said only when the server said so; its copy of the mail goes with it."""
        from tuimail.backends.jmap.submission import unsend

        return await unsend(await self._entered(), handle, self._now)

    async def whereabouts(self, handle: str) -> Whereabouts:
        """See ports."""
        from tuimail.backends.jmap.submission import whereabouts

        return await whereabouts(await self._entered(), handle, self._now)

    async def close(self) -> None:
        http, self._http, self._session = self._http, None, None
        if http is not None:
            await http.close()

    async def _hand_over(self, submission: Submission, until: float, body_next: BodyNext) -> Outcome:
        from tuimail.backends.jmap.place import place
        from tuimail.backends.jmap.submission import standing, submit, withdraw

        session = await self._fresh()
        if reason := _obstacle(session, until - self._now()):
            return Refused(PERMANENT, f"{self._server.host} {reason}")
        message = await place(session, submission)
        handle = await standing(session, message)
        try:
            go = await body_next(f"{self._server.host}: the message is there, to be kept until its time")
        except BaseException:
            await withdraw(session, message, handle, self._now)
            raise
        if not go:
            await withdraw(session, message, handle, self._now)
            return Withdrawn()
        if handle:
            return Kept(handle, "the server keeps it already")
        return await submit(session, message, until, self._now, self._server.limits.looks)

    async def _fresh(self) -> "Session":
        """What the server offers today."""
        self._session = None
        return await self._entered()

    async def _entered(self) -> "Session":
        from tuimail.backends.jmap.session import discover

        async with self._entering:
            if self._session is None:
                self._session = await discover(await self._connected(), self._server)
            return self._session

    async def _connected(self) -> "Http":
        from tuimail.backends.jmap.http import Http

        if self._http is None:
            if self._context is None:
                self._context = await asyncio.to_thread(trusted)
            self._http = Http(self._server, self._credential, self._context, self._now)
        return self._http


def _obstacle(session: "Session", seconds: float) -> str:
    """Why it can't be kept there; empty when it can."""
    if not session.longest:
        return "keeps no mail for later"
    if seconds > session.longest:
        return at_most(session.longest)
    return ""
