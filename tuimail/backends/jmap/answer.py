"""What a JMAP server answers, with every type checked: nothing in it is believed before (RFC 8620 §3)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tuimail.backends.jmap.http import Broken, Rejected
from tuimail.mail.letter.safe import line

LONGEST_TEXT = 300
MOST_LISTED = 100
PERMANENT = 554

_ID = re.compile("[!-~]{1,255}")

PUT_OFF = ("serverUnavailable", "rateLimit", "overQuota")
HALF_DONE = ("serverPartialFail",)

WORDS = {
    "invalidRecipients": "it refuses some of the recipients",
    "tooManyRecipients": "it refuses so many recipients",
    "forbiddenMailFrom": "it does not let you send as this address",
    "forbiddenFrom": "it does not let you send as this address",
    "forbiddenToSend": "it does not let you send",
    "tooLarge": "the message is too large for it",
    "cannotUnsend": "it can't be taken back any more",
}

Object = Mapping[str, Any]


def an_object(value: Any, what: str) -> Object:
    """`value` as a JSON object. Raises Broken."""
    if isinstance(value, dict):
        return value
    raise Broken(f"the server's answer makes no sense ({what} is missing)")


def maybe(value: Any) -> Object:
    """`value` as a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def an_id(value: Any, what: str) -> str:
    """`value` as an Id (RFC 8620 §1.2), or what servers make of one. Raises Broken."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise Broken(f"the server's answer makes no sense ({what} is missing)")


def a_list(value: Any, what: str) -> list[Any]:
    """`value` as a JSON array. Raises Broken."""
    if isinstance(value, list):
        return value
    raise Broken(f"the server's answer makes no sense ({what} is missing)")


def seconds(value: Any) -> float:
    """A number of seconds; 0 for anything else."""
    return float(value) if isinstance(value, int | float) and 0 < value < 1e12 else 0.0


def instant(value: Any) -> float:
    """A UTCDate as UTC seconds (RFC 8620 §1.4); 0 for anything else."""
    try:
        return datetime.fromisoformat(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def result(answer: Any, call: str, method: str) -> Object:
    """The arguments of one response. Raises Broken, and Rejected when the call was turned down whole."""
    for response in a_list(maybe(answer).get("methodResponses"), "its responses"):
        match response:
            case [str(name), dict(arguments), str(number)] if number == call and name in (method, "error"):
                if name == "error":
                    raise refusal(arguments)
                return arguments
    raise Broken(f"the server's answer makes no sense (nothing about {method})")


def refusal(error: Any) -> Broken | Rejected:
    """A method error or a SetError (RFC 8620 §3.6.2, §5.3) as the exception it means."""
    told = maybe(error)
    kind = told.get("type")
    text = _text(kind if isinstance(kind, str) else "no reason given", told)
    if kind in HALF_DONE:
        return Broken(text)
    listed = told.get("invalidRecipients")
    recipients = (
        tuple(line(str(one), 100) for one in listed[:MOST_LISTED]) if isinstance(listed, list) else ()
    )
    return Rejected(text, 450 if kind in PUT_OFF else PERMANENT, recipients)


def _text(kind: str, told: Object) -> str:
    said = [WORDS.get(kind, kind)]
    if isinstance(listed := told.get("properties"), list):
        said += [str(one) for one in listed[:MOST_LISTED]]
    if isinstance(description := told.get("description"), str):
        said.append(description)
    return line("the server says no: " + " · ".join(said), LONGEST_TEXT)
