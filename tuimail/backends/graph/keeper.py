"""Mail is kept by Exchange until its time (deferred send), and asked back there.

Sent as a draft with the properties of a deferred delivery, never in one step: that was seen to deliver at
once, and once more at the time. Whether it can be taken back is for the organisation to say.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from tuimail.backends.graph import draft, outcome
from tuimail.backends.graph.http import Graph, at
from tuimail.backends.graph.large import TooLarge
from tuimail.backends.graph.people import stranger
from tuimail.backends.graph.place import DELETED, DRAFTS, OUTBOX, Place, place_of
from tuimail.backends.graph.refusal import Rejected
from tuimail.mail.errors import MailboxError
from tuimail.mail.hold.item import Item
from tuimail.mail.hold.keeping import Offer, Whereabouts, at_most
from tuimail.mail.hold.outcome import Accepted, Kept, Outcome, Refused, Withdrawn
from tuimail.mail.letter.submission import Submission
from tuimail.ports import BodyNext

LONGEST = 30 * 86_400.0
DEFERRED = ("SystemTime 0x3FEF", "SystemTime 0x000F")
"""PidTagDeferredSendTime and PidTagDeferredDeliveryTime."""

FORBIDDEN = 403
NOT_ALLOWED = "your organisation does not allow cancelling here, use Outlook"


class GraphKeeper:
    """ports.Keeper. `now` gives UTC seconds."""

    def __init__(self, graph: Graph, now: Callable[[], float] = time.time) -> None:
        self._graph = graph
        self._now = now

    async def offer(self) -> Offer | None:
        """See ports."""
        return Offer(LONGEST, cancellable=True, perhaps=True)

    async def hand_over(self, submission: Submission, until: float, body_next: BodyNext) -> Outcome:
        """See ports. Where it stands afterwards is looked at: Kept is said of what waits there."""
        host = self._graph.server.host
        if until - self._now() > LONGEST:
            return Refused(outcome.FAILED, f"{host} {at_most(LONGEST)}")
        if somebody := stranger(submission):
            return Refused(outcome.FAILED, f"{host} would send it to {somebody} too, who is not to get it")
        try:
            handle = submission.handle or await draft.place(self._graph, submission)
            await self._defer(handle, until)
        except TooLarge as error:
            return Refused(outcome.TOO_LARGE, f"{host} {error}")
        except MailboxError as error:
            return outcome.before_sending(error)
        try:
            go = await body_next(f"{host}: the message is there, to be kept until its time", (), handle)
        except BaseException:
            if handle != submission.handle:
                await draft.discard(self._graph, handle)
            raise
        if not go:
            await draft.discard(self._graph, handle)
            return Withdrawn()
        return await self._send(handle)

    async def find(self, item: Item) -> str:
        """See ports: only in the outbox it surely waits. A draft may be one that was never handed in."""
        place = await place_of(self._graph, item.remote) if item.remote else None
        return item.remote if place is not None and place.folder == OUTBOX else ""

    async def unsend(self, handle: str) -> Whereabouts:
        """See ports. It is moved away first: what is a draft even there was not sent, and then it goes."""
        if (where := await self.whereabouts(handle)) is not Whereabouts.KEPT:
            return where
        await self._away("POST", f"{at(handle)}/move", {"destinationId": DELETED})
        if (where := await self.whereabouts(handle)) is Whereabouts.CANCELED:
            await self._away("DELETE", at(handle))
            after = await self.whereabouts(handle)
            return where if after is Whereabouts.NOWHERE else after
        return where

    async def whereabouts(self, handle: str) -> Whereabouts:
        """See ports. A draft in Deleted Items was taken off; what is gone without a copy may have left."""
        place = await place_of(self._graph, handle)
        if place is None:
            return Whereabouts.NOWHERE
        if place.draft and place.folder == DELETED:
            return Whereabouts.CANCELED
        return Whereabouts.KEPT if _waits(place) else Whereabouts.GONE

    async def close(self) -> None:
        await self._graph.close()

    async def _defer(self, handle: str, until: float) -> None:
        then = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        properties = [{"id": name, "value": then} for name in DEFERRED]
        await self._graph.ask("PATCH", at(handle), {"singleValueExtendedProperties": properties})

    async def _send(self, handle: str) -> Outcome:
        try:
            await draft.send(self._graph, handle)
        except MailboxError as error:
            return outcome.sending(error)
        try:
            place = await place_of(self._graph, handle)
        except MailboxError as error:
            return Kept(handle, f"202 Accepted; where it waits can't be told: {error}")
        if place is not None and not _waits(place):
            return Accepted("202 Accepted; it did not wait, but went out at once")
        return Kept(handle, f"202 Accepted; it waits in {place.folder if place else 'a place unknown'}")

    async def _away(self, method: str, path: str, payload: object = None) -> None:
        try:
            await self._graph.ask(method, path, payload)
        except Rejected as error:
            if error.code == FORBIDDEN:
                raise MailboxError(f"{self._graph.server.host}: {NOT_ALLOWED}") from error
            if not error.is_gone:
                raise


def _waits(place: Place) -> bool:
    return (place.draft and place.folder != DELETED) or place.folder in (DRAFTS, OUTBOX)
