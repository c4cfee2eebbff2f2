"""Mail is kept by a submission server with FUTURERELEASE (RFC 4865). There is no way to ask for it back."""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from tuimail.backends.smtp.server import Stop
from tuimail.backends.smtp.submitter import SmtpSubmitter
from tuimail.mail.errors import MailboxError
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.keeping import Offer, Whereabouts, at_most
from tuimail.mail.hold.outcome import Accepted, Kept, Outcome, Refused
from tuimail.mail.letter.submission import Submission
from tuimail.ports import BodyNext

if TYPE_CHECKING:
    from tuimail.backends.smtp.session import Session

KEYWORD = "FUTURERELEASE"
MOST_SECONDS = 99_999_999
PERMANENT = 554
OUT_OF_REACH = "mail that an SMTP server keeps can't be asked for; nothing changed there"


class Promise(Struct, frozen=True):
    """`longest` in seconds. `takes_dates` says that the server writes dates as the RFC has them, and so is
    told the very instant; one that does not is told how long, which a wrong clock here would change.
    """

    longest: float
    takes_dates: bool


class SmtpKeeper:
    """ports.Keeper over the account's own way out. `now` gives UTC seconds."""

    def __init__(self, submitter: SmtpSubmitter, now: Callable[[], float] = time.time) -> None:
        self._submitter = submitter
        self._now = now

    async def offer(self) -> Offer | None:
        """See ports; never cancellable."""
        promise = _promise((await self._submitter.offers()).get(KEYWORD), self._now())
        return Offer(promise.longest, cancellable=False) if promise else None

    async def hand_over(self, submission: Submission, until: float, body_next: BodyNext) -> Outcome:
        """See ports. Where a part of the recipients was refused this is what `Submitter.submit` says."""

        def more(session: "Session") -> tuple[bytes, ...]:
            promise = _promise(session.offers.get(KEYWORD), self._now())
            return (_parameter(session.server.host, promise, until, self._now()),)

        outcome = await self._submitter.submit(submission, body_next, more)
        if isinstance(outcome, Accepted) and not outcome.refused:
            return Kept("", outcome.text)
        return outcome

    async def find(self, item: Item) -> str:
        """See ports; a server's queue can't be searched."""
        return ""

    async def unsend(self, handle: str) -> Whereabouts:
        raise MailboxError(OUT_OF_REACH)

    async def whereabouts(self, handle: str) -> Whereabouts:
        raise MailboxError(OUT_OF_REACH)

    async def close(self) -> None:
        """The way out is its account's to close."""


def _promise(parameters: str | None, now: float) -> Promise | None:
    """From what EHLO says: the most seconds, and the last instant (RFC 4865 §3)."""
    interval, _, last = (parameters or "").partition(" ")
    if not interval.isascii() or not interval.isdigit():
        return None
    at = _instant(last)
    longest = min(float(interval[:12]), MOST_SECONDS, *([at - now] if at else []))
    return Promise(longest, at is not None) if longest > 0 else None


def _instant(text: str) -> float | None:
    try:
        told = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return told.timestamp() if told.tzinfo is not None else None


def _parameter(host: str, promise: Promise | None, until: float, now: float) -> bytes:
    """HOLDUNTIL or HOLDFOR, never both, and never a moment too early. Raises Stop."""
    if promise is None:
        raise Stop(Refused(PERMANENT, f"{host} keeps no mail for later (no FUTURERELEASE)"))
    if until - now > promise.longest:
        raise Stop(Refused(PERMANENT, f"{host} {at_most(promise.longest)}"))
    if until <= now:
        raise Stop(Refused(PERMANENT, "its time came before the server had it"))
    if promise.takes_dates:
        return f"HOLDUNTIL={datetime.fromtimestamp(math.ceil(until), UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    return f"HOLDFOR={math.ceil(until - now)}".encode()
