"""Mail goes out by Microsoft Graph: a draft is made, its name is written down here, then it is sent."""

from tuimail.backends.graph import draft, outcome
from tuimail.backends.graph.http import ME, Graph, at, query
from tuimail.backends.graph.large import TooLarge
from tuimail.backends.graph.people import LISTS, are_more, stranger
from tuimail.backends.graph.place import DELETED, OUTBOX, place_of
from tuimail.mail.errors import MailboxError
from tuimail.mail.hold.outcome import Accepted, Outcome, Refused, Vanished, Withdrawn
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.submission import Submission
from tuimail.ports import BodyNext

TAKEN = "202 Accepted"


class GraphSubmitter:
    """ports.Submitter. A message has one draft there, whatever happens; only that is ever sent."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def submit(self, submission: Submission, body_next: BodyNext) -> Outcome:
        """See ports. A lost answer to `/send` is Vanished; a lost one before it leaves a draft at most."""
        host = self._graph.server.host
        if somebody := stranger(submission):
            said = f"{host} would send it to {somebody} too, who stands in To or Cc and is not to get it"
            return Refused(outcome.FAILED, said)
        try:
            if submission.handle and (ended := await self._ended(submission)):
                return ended
            handle = submission.handle or await draft.place(self._graph, submission)
        except TooLarge as error:
            return Refused(outcome.TOO_LARGE, f"{host} {error}")
        except MailboxError as error:
            return outcome.before_sending(error)
        try:
            go = await body_next(f"{host}: the message is there as a draft", (), handle)
        except BaseException:
            await self._forget(submission, handle)
            raise
        if not go:
            await draft.discard(self._graph, handle)
            return Withdrawn()
        return await self._send(handle)

    async def check(self) -> str:
        """Ask who one is there. One line about it; raises MailboxError, LoginError."""
        me = await self._graph.json("GET", query(ME, select="mail,userPrincipalName"))
        who = me.get("mail") or me.get("userPrincipalName") or self._graph.server.user
        return f"{self._graph.server.host} takes mail (signed in as {line(str(who), 100)})"

    async def close(self) -> None:
        await self._graph.close()

    async def _ended(self, submission: Submission) -> Outcome | None:
        """What became of the draft of an earlier attempt; None when it can be sent. Raises MailboxError."""
        host = self._graph.server.host
        place = await place_of(self._graph, submission.handle)
        if place is None:
            return Vanished(f"{host}: the draft of an earlier try is gone")
        if place.draft and place.folder != DELETED:
            found = await self._graph.json("GET", query(at(submission.handle), select=",".join(LISTS)))
            return Refused(outcome.FAILED, f"{host} {draft.OTHERS}") if are_more(found, submission) else None
        if place.draft:
            return Refused(outcome.FAILED, f"{host}: somebody threw away the draft of an earlier try")
        if place.folder == OUTBOX:
            return Vanished(f"{host}: it waits in the server's outbox since an earlier try")
        return Accepted(f"{host}: it went out with an earlier try")

    async def _send(self, handle: str) -> Outcome:
        try:
            await draft.send(self._graph, handle)
        except MailboxError as error:
            return outcome.sending(error)
        return Accepted(f"{self._graph.server.host}: {TAKEN}")

    async def _forget(self, submission: Submission, handle: str) -> None:
        """The name of a new draft could not be written down: better none than one that nobody knows."""
        if handle != submission.handle:
            await draft.discard(self._graph, handle)
