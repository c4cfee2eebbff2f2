"""What only a Microsoft 365 account can do: its organisation, mail tips, and asking for delivered copies."""

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import quote

from tuimail.backends.graph import rows, tips
from tuimail.backends.graph.http import ME, Graph, query
from tuimail.backends.graph.place import SENT, in_sent, place_of
from tuimail.backends.graph.refusal import TOO_MANY_REQUESTS, Busy, Rejected
from tuimail.backends.response import AnswerLost
from tuimail.mail.after.kind import Kind
from tuimail.mail.after.recall import Asked, AskOutcome, Lost, NotAsked
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.tip import Tip
from tuimail.mail.after.verdict import Tenant
from tuimail.mail.errors import LoginError, MailboxError, SecretError
from tuimail.mail.letter.safe import line

RECALL = "/beta/me/mailFolders/sentitems/messages/{}/recall"
DAY = 86_400.0
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of all personal accounts."""

ELSEWHERE = ("extensionError", "MailboxNotEnabledForRESTAPI", "ErrorMailboxNotEnabledForRESTAPI")
"""Codes of a mailbox that stands on the organisation's own server."""

ACCEPTED, BAD_REQUEST, UNAUTHORIZED, NOT_FOUND = 202, 400, 401, 404
_REQUEST = re.compile(r'MessageId is ([^\s"<>]+?)\.?(?:["\s}]|$)')


class GraphExchange:
    """ports.Exchange. `kind` is what signing in told of the account; `now` gives UTC seconds."""

    def __init__(
        self,
        graph: Graph,
        kind: Callable[[], Awaitable[Kind]] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._graph = graph
        self._kind = kind
        self._now = now
        self._tenant: Tenant | None = None
        self._asked = 0.0

    async def tenant(self) -> Tenant:
        """See ports."""
        if self._tenant is None or not 0 <= self._now() - self._asked < DAY:
            self._tenant = await self._ask_tenant()
            self._asked = self._now()
        return self._tenant

    async def tips(self, specs: Sequence[str]) -> tuple[Tip, ...]:
        """See ports."""
        return await tips.ask(self._graph, specs) if specs else ()

    async def find_sent(self, mail: SentMail) -> str:
        """See ports: the immutable id first, which the copy in Sent Items keeps."""
        if mail.handle:
            place = await place_of(self._graph, mail.handle)
            if place is not None and place.folder == SENT and not place.draft:
                return mail.handle
        return await in_sent(self._graph, mail.message_id, mail.token)

    async def recall(self, sent_id: str) -> AskOutcome:
        """See ports. What a 202 says is text, not JSON, whatever it looks like."""
        try:
            return await self._recall(sent_id)
        except Rejected as error:
            if error.code != BAD_REQUEST:
                return NotAsked(error.code, str(error))
            return await self._recall_by_ordinary_id(sent_id, error)
        except MailboxError as error:
            return _not_asked(error)

    async def _recall_by_ordinary_id(self, sent_id: str, refused: Rejected) -> AskOutcome:
        """A 400 is a definite no: nothing was asked. It may have been about the kind of id."""
        try:
            ordinary = await self._ordinary(sent_id)
            if not ordinary or ordinary == sent_id:
                return NotAsked(refused.code, str(refused))
        except MailboxError:
            return NotAsked(refused.code, str(refused))
        try:
            return await self._recall(ordinary, immutable=False)
        except MailboxError as error:
            return _not_asked(error)

    async def _recall(self, sent_id: str, immutable: bool = True) -> AskOutcome:
        headers = None if immutable else {"Prefer": ""}
        path = RECALL.format(quote(sent_id, safe=""))
        answer = await self._graph.ask("POST", path, body=b"", headers=headers)
        said = answer.body[:1_000].decode("utf-8", "replace")
        if answer.code != ACCEPTED:
            return Lost(f"{self._graph.server.host} answered {answer.code}: {line(said, 300)}")
        found = _REQUEST.search(said)
        return Asked(f"<{line(found[1], 300).strip('<>')}>" if found else "", line(said, 500))

    async def _ordinary(self, sent_id: str) -> str:
        """The id of the same message that changes on a move, found by its Message-ID."""
        path = query(f"{ME}/messages/{quote(sent_id, safe='')}", select="id,internetMessageId")
        named = str((await self._graph.json("GET", path)).get("internetMessageId", ""))
        return await in_sent(self._graph, named, ordinary=True) if named else ""

    async def _ask_tenant(self) -> Tenant:
        if await self._signed_in_as() is Kind.PERSONAL:
            return Tenant(Kind.PERSONAL)
        try:
            await self._graph.json("GET", query(f"{ME}/mailFolders/inbox", select="id"))
        except Rejected as error:
            if error.name in ELSEWHERE:
                return Tenant(Kind.ON_PREMISES, await self._domains())
            raise
        return await self._organisation()

    async def _signed_in_as(self) -> Kind:
        try:
            return await self._kind() if self._kind is not None else Kind.OTHER
        except SecretError as error:
            raise LoginError(str(error)) from error

    async def _organisation(self) -> Tenant:
        path = query("/v1.0/organization", select="id,displayName,verifiedDomains")
        try:
            found = await self._graph.json("GET", path)
        except Rejected as error:
            if error.code in (BAD_REQUEST, NOT_FOUND):
                return Tenant(Kind.PERSONAL)
            raise
        if not isinstance(found.get("value"), list):
            raise AnswerLost(f"{self._graph.server.host} does not tell which organisation this is")
        organisations = rows.rows(found)
        if not organisations or str(organisations[0].get("id", "")).lower() == PERSONAL:
            return Tenant(Kind.PERSONAL)
        return Tenant(Kind.WORK, _domains(organisations[0].get("verifiedDomains")))

    async def _domains(self) -> tuple[str, ...]:
        try:
            return (await self._organisation()).domains
        except MailboxError:
            return ()


def _domains(value: Any) -> tuple[str, ...]:
    """Those that mail is taken for."""
    listed = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    mail = (row for row in listed if "Email" in str(row.get("capabilities", "")))
    named = (str(row.get("name", "")).lower() for row in mail)
    return tuple(name for name in named if name)


def _not_asked(error: MailboxError) -> AskOutcome:
    match error:
        case AnswerLost():
            return Lost(str(error))
        case LoginError():
            return NotAsked(UNAUTHORIZED, str(error))
        case Busy():
            return NotAsked(TOO_MANY_REQUESTS, str(error))
        case Rejected(code=code):
            return NotAsked(code, str(error))
        case _:
            return NotAsked(0, str(error))
