"""Queries in the words of Exchange's own search (KQL), and what of them is compared here."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tuimail.mail.errors import MailboxRefused
from tuimail.mail.folder.query import Query, Term

WORDS = ("", "from", "to", "cc", "subject", "body")
ELSEWHERE = ("in", "account")
OPERATORS = ("AND", "OR", "NOT", "NEAR", "ONEAR", "XRANK", "WORDS")
_PLAIN = re.compile(r"[^\W_][\w@.-]*")
EARLIEST, LATEST = 0.0, 253_402_128_000.0


def asked(query: Query) -> str:
    """The words for the server; empty when it is asked for everything.

    Raises MailboxRefused for a query that names only words that shall not be there: the search of Exchange
    finds nothing by those.
    """
    said = [each for term in query.terms for each in _said(term)]
    unwanted = any(term.unwanted and term.field in WORDS for term in query.terms)
    if unwanted and all(each.startswith("NOT ") for each in said):
        raise MailboxRefused("Microsoft 365 finds nothing by words that are not there; add one that is")
    return " AND ".join(said)


def quoted(words: str) -> str:
    """The words as the value of `$search`."""
    return '"' + words.replace('"', '\\"') + '"'


def compared(query: Query) -> Query:
    """What is asked of each message that the server found: all but words, and where to look."""
    left = (term for term in query.terms if term.field not in (*WORDS, *ELSEWHERE))
    return Query("", tuple(term for term in left if not (term.field == "label" and term.unwanted)))


def _said(term: Term) -> Iterable[str]:
    """Days and sizes are rounded so that nothing is missed."""
    if term.field in WORDS:
        return _words(term)
    if term.unwanted:
        return ()
    match term.field:
        case "after":
            return (f"received>={_day(term.number - 86_400)}",)
        case "before":
            return (f"received<={_day(term.number + 86_400)}",)
        case "has":
            return ("hasattachments:true",)
        case _:
            return ()


def _words(term: Term) -> Iterable[str]:
    """A word or phrase. Only of a plain word its beginning can be asked for."""
    plain = " ".join("".join(" " if letter in '"\\*' else letter for letter in term.value).split())
    if not plain:
        return ()
    is_plain = _PLAIN.fullmatch(plain) and plain not in OPERATORS
    word = f"{plain}{'*' if term.prefix else ''}" if is_plain else f'"{plain}"'
    return (f"{'NOT ' if term.unwanted else ''}{term.field}{':' if term.field else ''}{word}",)


def _day(instant: float) -> str:
    at = timedelta(seconds=min(max(instant, EARLIEST), LATEST))
    return (datetime(1970, 1, 1, tzinfo=UTC) + at).strftime("%Y-%m-%d")
