"""Held submissions: making one, finding it, asking for it back (RFC 8621 §7).

A server may forget a submission that ended, as Cyrus does. Then its message tells what became of it: taken
back before its time, or a draft again, it was canceled; in Sent, it went out.
"""

import asyncio
import contextlib
import math
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tuimail.backends.jmap.answer import Object, a_list, an_id, an_object, instant, maybe, refusal
from tuimail.backends.jmap.http import Broken, Rejected
from tuimail.backends.jmap.place import Message, forget
from tuimail.backends.jmap.session import Session
from tuimail.mail.errors import MailboxError
from tuimail.mail.hold.keeping import Whereabouts
from tuimail.mail.hold.outcome import Accepted, Kept, Outcome, Vanished
from tuimail.mail.letter.submission import OWN_HEADER

CREATION = "s"
PERMANENT = 554
MOST_FOUND = 20
CLOCKS_APART = 60.0
STATES = {"pending": Whereabouts.KEPT, "final": Whereabouts.GONE, "canceled": Whereabouts.CANCELED}


class Handle(Struct, frozen=True):
    """A submission, its message, and when the server lets it go (UTC seconds by the server's clock)."""

    submission: str
    email: str
    at: int

    def __str__(self) -> str:
        return f"{self.submission} {self.email} {self.at}"


async def submit(
    session: Session, message: Message, until: float, now: Callable[[], float], looks: tuple[float, ...]
) -> Outcome:
    """From here on the server may come to own the message; a lost answer is looked for after `looks`."""
    try:
        hold = math.ceil(until - now() - session.http.skew)
        if hold <= 0:
            raise Rejected("its time came before the server had it", PERMANENT)
        return await _submit(session, message, hold, until)
    except Broken as error:
        return await _look(session, message, looks) or Vanished(str(error))
    except MailboxError:
        await forget(session, message)
        raise


async def standing(session: Session, message: Message) -> str:
    """The handle of a submission of it that an earlier attempt left there; empty when there is none."""
    return "" if message.is_new else await _pending(session, [message.email])


async def withdraw(session: Session, message: Message, handle: str, now: Callable[[], float]) -> None:
    """It was taken back: what is there of it goes, if it can."""
    if not handle:
        await forget(session, message)
        return
    with contextlib.suppress(MailboxError):
        await unsend(session, handle, now)


async def _submit(session: Session, message: Message, hold: int, until: float) -> Outcome:
    after: dict[str, Any] = {"keywords/$draft": None}
    if message.sent:
        after["mailboxIds"] = {message.sent: True}
    answer = await session.call(
        "EmailSubmission/set",
        create={CREATION: _creation(message, hold)},
        onSuccessUpdateEmail={f"#{CREATION}": after},
    )
    created = maybe(answer.get("created")).get(CREATION)
    if created is None:
        error = maybe(answer.get("notCreated")).get(CREATION)
        raise refusal(error) if error else Broken("the server does not say whether it keeps the message")
    told = an_object(created, "the submission")
    if told.get("undoStatus") == "final":
        return Accepted("the server sent it at once")
    at = instant(told.get("sendAt")) or until
    return Kept(str(Handle(an_id(told.get("id"), "the submission's id"), message.email, int(at))), "kept")


def _creation(message: Message, hold: int) -> Object:
    return {
        "identityId": message.identity,
        "emailId": message.email,
        "envelope": {
            "mailFrom": {"email": message.sender, "parameters": {"HOLDFOR": str(hold)}},
            "rcptTo": [{"email": spec, "parameters": None} for spec in message.recipients],
        },
    }


async def _look(session: Session, message: Message, looks: tuple[float, ...]) -> Kept | None:
    """Whether the server has the submission whose answer was lost."""
    for pause in looks:
        await asyncio.sleep(pause)
        with contextlib.suppress(MailboxError):
            if handle := await _pending(session, [message.email]):
                return Kept(handle, "kept; the answer was lost, and looked for")
    return None


async def find(session: Session, token: str) -> str:
    """The handle of a held submission of the message with this token; empty when there is none."""
    answer = await session.call("Email/query", filter={"header": [OWN_HEADER, token]}, limit=MOST_FOUND)
    return await _pending(session, a_list(answer.get("ids"), "the messages found"))


async def _pending(session: Session, emails: list[Any]) -> str:
    if not emails:
        return ""
    ids = [an_id(email, "a message's id") for email in emails[:MOST_FOUND]]
    answer = await session.call("EmailSubmission/query", filter={"emailIds": ids}, limit=MOST_FOUND)
    found = a_list(answer.get("ids"), "the submissions found")[:MOST_FOUND]
    for told in await _get(session, found) if found else []:
        if told.get("undoStatus") == "pending":
            known = an_id(told.get("id"), "the submission's id"), an_id(told.get("emailId"), "its message")
            return str(Handle(*known, int(instant(told.get("sendAt")))))
    return ""


async def whereabouts(session: Session, text: str, now: Callable[[], float]) -> Whereabouts:
    """Where a held message is. Raises MailboxError."""
    handle = _parsed(text)
    return await _state(session, handle) or await _by_its_message(session, handle, now)


async def unsend(session: Session, text: str, now: Callable[[], float]) -> Whereabouts:
    """Cancel, and read back what is true then. Raises MailboxError."""
    handle = _parsed(text)
    answer = await session.call(
        "EmailSubmission/set",
        update={handle.submission: {"undoStatus": "canceled"}},
        onSuccessDestroyEmail=[handle.submission],
    )
    where = await _state(session, handle)
    if where is None:
        canceled = handle.submission in maybe(answer.get("updated"))
        where = Whereabouts.CANCELED if canceled else await _by_its_message(session, handle, now)
    if where is Whereabouts.CANCELED:
        with contextlib.suppress(MailboxError):
            await session.call("Email/set", destroy=[handle.email])
    return where


async def _state(session: Session, handle: Handle) -> Whereabouts | None:
    """What the submission itself says; None when the server knows none of this name."""
    told = [one for one in await _get(session, [handle.submission]) if one.get("id") == handle.submission]
    if not told:
        return None
    status = told[0].get("undoStatus")
    if not isinstance(status, str) or status not in STATES:
        raise Broken("the server does not say what became of the message")
    return STATES[status]


async def _by_its_message(session: Session, handle: Handle, now: Callable[[], float]) -> Whereabouts:
    """Where the server forgot the submission. One that is gone too did not go out, as far as it says."""
    answer = await session.call("Email/get", ids=[handle.email], properties=["id", "keywords"])
    listed = [maybe(one) for one in a_list(answer.get("list"), "the messages")]
    told = [one for one in listed if one.get("id") == handle.email]
    too_early = now() + session.http.skew < handle.at - CLOCKS_APART
    if too_early or not told or maybe(told[0].get("keywords")).get("$draft"):
        return Whereabouts.CANCELED
    return Whereabouts.GONE


async def _get(session: Session, ids: list[Any]) -> list[Object]:
    answer = await session.call(
        "EmailSubmission/get", ids=ids, properties=["id", "emailId", "undoStatus", "sendAt"]
    )
    return [maybe(one) for one in a_list(answer.get("list"), "the submissions")]


def _parsed(text: str) -> Handle:
    try:
        submission, email, at = text.split(" ")
        return Handle(submission, email, int(at))
    except ValueError:
        raise MailboxError(f"the server can't be asked: {text!r} names no submission") from None
