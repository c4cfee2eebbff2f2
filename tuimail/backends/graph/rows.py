"""Messages as Graph tells of them in JSON, as the rows of a list. Anything in them may be of another kind."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tuimail.mail.letter.address import ADDRESSES_LIMIT, NAME_LIMIT, Address
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.header import message_ids
from tuimail.mail.letter.safe import line

Json = dict[str, Any]

SIZE, IN_REPLY_TO, REFERENCES, LAST_VERB = (
    "Integer 0x0e08",
    "String 0x1042",
    "String 0x1039",
    "Integer 0x1081",
)
"""Properties that a message has in Exchange and not in Graph (MS-OXPROPS)."""

REPLIED, REPLIED_TO_ALL, FORWARDED = 102, 103, 104
"""What PidTagLastVerbExecuted (MS-OXOMSG §2.2.1.12) has; only the last is remembered."""

WHERE = "id,parentFolderId"
STATE = ("isRead", "isDraft", "flag")
_SELECTED = (
    *("id", "parentFolderId", "internetMessageId", "receivedDateTime", "subject", "from"),
    *("toRecipients", "ccRecipients", "hasAttachments", *STATE),
)
_WANTED = " or ".join(f"id eq '{name}'" for name in (SIZE, IN_REPLY_TO, REFERENCES, LAST_VERB))
FIELDS = {
    "select": ",".join(_SELECTED),
    "expand": f"singleValueExtendedProperties($filter={_WANTED})",
}
"""What is asked of each message for a list."""

NEWEST_FIRST = "receivedDateTime desc"


def key(given: Json) -> str:
    """The message's id; empty where there is none."""
    return _text(given.get("id"))


def is_whole(given: Json) -> bool:
    """Whether all that was asked for is there: news of a message may have only what changed."""
    return all(name in given for name in ("receivedDateTime", *STATE))


def envelope(account: str, folder: str, given: Json) -> Envelope:
    """The row of a message."""
    more = _properties(given)
    return Envelope(
        ref=Ref(account, folder, key(given)),
        sender=_sender(given.get("from")),
        to=_people(given.get("toRecipients")),
        cc=_people(given.get("ccRecipients")),
        subject=line(_text(given.get("subject")).strip()),
        received=received(given),
        size=_number(more.get(_name(SIZE))),
        flags=flags(given),
        message_id=message_id(given),
        in_reply_to=next(iter(message_ids(more.get(_name(IN_REPLY_TO), ""))), ""),
        references=message_ids(more.get(_name(REFERENCES), "")),
        attached=given.get("hasAttachments") is True,
    )


def flags(given: Json) -> frozenset[str]:
    """Read, flagged, draft, and what was done with it last."""
    flag = given.get("flag")
    is_flagged = isinstance(flag, dict) and flag.get("flagStatus") == "flagged"
    verb = _number(_properties(given).get(_name(LAST_VERB)))
    return _flags(given.get("isRead") is True, given.get("isDraft") is True, is_flagged, verb)


def message_id(given: Json) -> str:
    """Its Message-ID with angle brackets; empty where there is none."""
    return next(iter(message_ids(_text(given.get("internetMessageId")))), "")


def received(given: Json) -> float:
    """When it came, in UTC seconds; 0 where nothing is said of it."""
    try:
        at = datetime.fromisoformat(_text(given.get("receivedDateTime")))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def verb(number: int) -> Json:
    """What a message remembers as done with it last, as a change of it."""
    return {"singleValueExtendedProperties": [{"id": LAST_VERB, "value": str(number)}]}


def rows(answer: Json) -> list[Json]:
    """What a collection has: everything in it that has an id."""
    given = answer.get("value")
    found = given if isinstance(given, list) else []
    return [each for each in found if isinstance(each, dict) and key(each)]


def count(given: Json, name: str) -> int:
    """A number of things; 0 where none is said."""
    value = given.get(name)
    return max(0, value) if isinstance(value, int) else 0


def link(answer: Json, name: str) -> str:
    """The URL with which a collection goes on (`nextLink`), or that is asked next time (`deltaLink`)."""
    return _text(answer.get(f"@odata.{name}"))


@lru_cache(256)
def _flags(is_read: bool, is_draft: bool, is_flagged: bool, verb: int) -> frozenset[str]:
    """The same few sets for all of a folder."""
    known = {
        Flag.SEEN: is_read,
        Flag.DRAFT: is_draft,
        Flag.FLAGGED: is_flagged,
        Flag.ANSWERED: verb in (REPLIED, REPLIED_TO_ALL),
        Flag.FORWARDED: verb == FORWARDED,
    }
    return frozenset(flag for flag, is_so in known.items() if is_so)


def _properties(given: Json) -> dict[tuple[str, int], str]:
    found = given.get("singleValueExtendedProperties")
    pairs = found if isinstance(found, list) else []
    return {
        _name(_text(pair.get("id"))): _text(pair.get("value")) for pair in pairs if isinstance(pair, dict)
    }


@lru_cache(64)
def _name(written: str) -> tuple[str, int]:
    """A property's kind and number: the server writes the number in its own way."""
    kind, _, number = written.partition(" ")
    try:
        return kind.lower(), int(number, 16)
    except ValueError:
        return kind.lower(), -1


def _sender(given: Any) -> Address:
    """Without a usable address, what is there as a name."""
    people = _people([given])
    if people:
        return people[0]
    mailbox = given.get("emailAddress") if isinstance(given, dict) else None
    shown = mailbox if isinstance(mailbox, dict) else {}
    return Address("", line(_text(shown.get("name")) or _text(shown.get("address")), NAME_LIMIT))


def _people(given: Any) -> tuple[Address, ...]:
    mailboxes = given[:ADDRESSES_LIMIT] if isinstance(given, list) else []
    return tuple(_addresses(each.get("emailAddress") for each in mailboxes if isinstance(each, dict)))


def _addresses(given: Iterable[Any]) -> Iterable[Address]:
    """Those that are addresses: a mailbox that is gone has its directory's name of it."""
    for mailbox in given:
        spec = _text(mailbox.get("address")) if isinstance(mailbox, dict) else ""
        if "@" in spec and line(spec) == spec:
            name = line(_text(mailbox.get("name")), NAME_LIMIT).strip()
            yield Address(spec, "" if name == spec else name)


def _number(text: str | None) -> int:
    return int(text) if text and len(text) < 19 and text.isascii() and text.isdecimal() else 0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
