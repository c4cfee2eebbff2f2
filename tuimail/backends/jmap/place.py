"""A message on its way into a server's keeping: uploaded, imported into Drafts, removed if it has to be."""

import contextlib
from typing import Any

from msgspec import Struct

from tuimail.backends.jmap.answer import Object, a_list, an_id, an_object, maybe, refusal
from tuimail.backends.jmap.http import Rejected
from tuimail.backends.jmap.session import Session
from tuimail.mail.errors import MailboxError
from tuimail.mail.letter.address import check
from tuimail.mail.letter.submission import Submission

CREATION = "m"
PERMANENT = 554


class Message(Struct, frozen=True):
    """`email` is its id there, `identity` who sends it, `sender` and `recipients` the envelope in ASCII.

    `sent` is the mailbox it moves to, empty where there is none. `is_new` says that this attempt brought it.
    """

    email: str
    identity: str
    sender: str
    recipients: tuple[str, ...]
    sent: str
    is_new: bool


async def place(session: Session, submission: Submission) -> Message:
    """Put it into Drafts, byte for byte. Raises MailboxError and AddressError; then nothing stays there."""
    sender = check(submission.sender)
    recipients = tuple(check(spec) for spec in submission.recipients)
    identities, mailboxes = await session.calls(
        ("Identity/get", {"ids": None}), ("Mailbox/get", {"ids": None, "properties": ["id", "role"]})
    )
    roles = _roles(mailboxes)
    if "drafts" not in roles:
        raise Rejected("the server has no mailbox for drafts, where mail to be kept is put", PERMANENT)
    identity = _identity(identities, sender)
    email, is_new = await _imported(session, submission.wire, roles["drafts"])
    return Message(email, identity, sender, recipients, roles.get("sent", ""), is_new)


async def forget(session: Session, message: Message) -> None:
    """Remove it again, if it can be; nothing of it was submitted."""
    if message.is_new:
        with contextlib.suppress(MailboxError):
            await session.call("Email/set", destroy=[message.email])


async def _imported(session: Session, wire: bytes, drafts: str) -> tuple[str, bool]:
    """Its id, and whether it is new; the very bytes are stored once, however often they are imported."""
    email = {
        "blobId": await session.put(wire),
        "mailboxIds": {drafts: True},
        "keywords": {"$draft": True, "$seen": True},
    }
    answer = await session.call("Email/import", emails={CREATION: email})
    created = maybe(answer.get("created")).get(CREATION)
    if created is not None:
        return an_id(an_object(created, "the import").get("id"), "the import's id"), True
    error = maybe(answer.get("notCreated")).get(CREATION)
    if maybe(error).get("type") == "alreadyExists":
        return an_id(maybe(error).get("existingId"), "the import's id"), False
    raise refusal(error)


def _roles(mailboxes: Object) -> dict[str, str]:
    found = [maybe(mailbox) for mailbox in a_list(mailboxes.get("list"), "the list of mailboxes")]
    return {str(one.get("role")): an_id(one.get("id"), "a mailbox's id") for one in found}


def _identity(identities: Object, sender: str) -> str:
    """The identity of this address; else of any at its domain (RFC 8621 §6), else the first."""
    known = [maybe(one) for one in a_list(identities.get("list"), "the list of identities")]
    wanted: list[Any] = [sender.lower(), "*@" + sender.rpartition("@")[2].lower()]
    known.sort(key=lambda one: _rank(str(one.get("email")).lower(), wanted))
    if not known:
        raise Rejected("the server knows nobody to send as", PERMANENT)
    return an_id(known[0].get("id"), "the identity's id")


def _rank(email: str, wanted: list[Any]) -> int:
    return wanted.index(email) if email in wanted else len(wanted)
