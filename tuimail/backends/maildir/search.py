"""Whether a message of a Maildir answers a query, by reading it."""

import unicodedata
from collections.abc import Callable, Iterable

from tuimail.mail.folder.query import Query, Term
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope

Text = Callable[[], str]
"""The words of the message's body, read when they are asked for."""


def answers(query: Query, envelope: Envelope, text: Text) -> bool:
    """Whether all terms hold; those that need the body are asked last."""
    terms = sorted(query.terms, key=lambda term: term.field in ("", "body"))
    return all(_holds(term, envelope, text) is not term.unwanted for term in terms)


def _holds(term: Term, envelope: Envelope, text: Text) -> bool:
    match term.field:
        case "":
            return _stands(term, _head(envelope)) or _stands(term, text())
        case "body":
            return _stands(term, text())
        case "is":
            return term.value in envelope.flags
        case "has":
            return envelope.attached
        case "in" | "account" | "label":
            return False
        case _:
            return _measured(term, envelope)


def _measured(term: Term, envelope: Envelope) -> bool:
    match term.field:
        case "before":
            return envelope.received < term.number
        case "after":
            return envelope.received >= term.number
        case "larger":
            return envelope.size > term.number
        case "smaller":
            return envelope.size < term.number
        case _:
            return _stands(term, _field(term.field, envelope))


def _field(name: str, envelope: Envelope) -> str:
    if name == "subject":
        return envelope.subject
    people = {"from": (envelope.sender,), "to": envelope.to, "cc": envelope.cc}
    return _names(people.get(name, ()))


def _head(envelope: Envelope) -> str:
    return f"{envelope.subject} {_names((envelope.sender, *envelope.to, *envelope.cc))}"


def _names(people: Iterable[Address]) -> str:
    return " ".join(f"{each.name} {each.spec}" for each in people)


def _stands(term: Term, text: str) -> bool:
    return _plain(term.value) in _plain(text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
