"""Queries in the words of an IMAP server (RFC 9051 §6.4.4), or of Gmail."""

import re
import time
from collections.abc import Iterable, Sequence

from tuimail.backends.imap import answer, fetch
from tuimail.backends.imap.channel import Reply
from tuimail.backends.imap.fetched import Fetched
from tuimail.backends.imap.wire import Wire
from tuimail.backends.imap.words import Literal, Word, command, parenthesis, text
from tuimail.mail.errors import MailboxError, MailboxRefused
from tuimail.mail.folder.query import Query, Term
from tuimail.mail.letter import scan
from tuimail.mail.letter.envelope import Flag, Ref

DAY = 86_400
LAST_DAY = 253_402_128_000
WORDS = {"": "TEXT", "from": "FROM", "to": "TO", "cc": "CC", "subject": "SUBJECT", "body": "BODY"}
STATES: dict[str, str] = {
    Flag.SEEN: "SEEN",
    Flag.FLAGGED: "FLAGGED",
    Flag.ANSWERED: "ANSWERED",
    Flag.DRAFT: "DRAFT",
}
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
ELSEWHERE = frozenset({"in", "account"})
COMPARED = 2_000
_HEADER = re.compile(r"[!-9;-~]+")


class NoLetters(MailboxRefused):
    """The server can look for ASCII alone."""


def find(wire: Wire, header: str, value: str) -> tuple[int, ...]:
    """The messages whose header has exactly this value; the server's own search takes any part of it."""
    if not _HEADER.fullmatch(header):
        raise MailboxError("that is not the name of a header; nothing was asked")
    return fetch.having(wire, _found(wire, ["HEADER", header, text(value)]), header, value)


def search(wire: Wire, query: Query) -> tuple[int, ...]:
    """What answers the query, ascending; a server thinks in whole days. Raises MailboxError.

    Terms that name a folder or an account are left to whoever chose the folder. Of a server that knows no
    letters but ASCII (Exchange Online is one), the newest headers are read and compared here.
    """
    terms = [term for term in query.terms if term.field not in ELSEWHERE]
    speak = _gmail if wire.can("X-GM-EXT-1") else _keys
    try:
        return _found(wire, [word for term in terms for word in speak(term)])
    except NoLetters:
        plain = [word for term in terms if term.value.isascii() for word in speak(term)]
        likely = _found(wire, plain)[-COMPARED:]
        heads = fetch.heads(wire, likely)
        rest = [term for term in terms if not term.value.isascii()]
        return tuple(uid for uid in likely if uid in heads and _answers(heads[uid], rest))


def _answers(head: Fetched, terms: Sequence[Term]) -> bool:
    """Whether all of these stand, or don't, in the header lines. Of bodies nothing is known: not found."""
    found = scan.envelope(Ref("", "", ""), head.text or b"", 0, 0, frozenset())
    people = {"from": (found.sender,), "to": found.to, "cc": found.cc}
    texts = {name: " ".join(f"{one.name} {one.spec}" for one in some) for name, some in people.items()}
    texts |= {"subject": found.subject, "": " ".join((found.subject, *texts.values()))}
    return all(
        (term.value.casefold() in texts.get(term.field, "").casefold()) is not term.unwanted for term in terms
    )


def _found(wire: Wire, keys: Sequence[str | Word]) -> tuple[int, ...]:
    wishes = ("RETURN", "(ALL)") if wire.can("ESEARCH") else ()
    charset = () if all(map(_is_ascii, keys)) else ("CHARSET", "UTF-8")
    reply = wire.ask(command("UID", "SEARCH", *wishes, *charset, *(keys or ("ALL",))))[0]
    if charset and _knows_no_charset(reply):
        raise NoLetters("the server can't look for letters beyond ASCII; nothing was found by it")
    return answer.uids(wire.settled(reply).heard)


def _knows_no_charset(reply: Reply) -> bool:
    return reply.status == "BAD" or (reply.status == "NO" and b"CHARSET" in reply.text.upper())


def _is_ascii(word: str | Word) -> bool:
    return word.data.isascii() if isinstance(word, Literal) else word.isascii()


def _keys(term: Term) -> Iterable[str | Word]:
    if term.field == "label":
        return () if term.unwanted else ("NOT", "ALL")
    if term.field == "is":
        return _state(term)
    wish = ("NOT",) if term.unwanted else ()
    return (*wish, *_condition(term))


def _condition(term: Term) -> Iterable[str | Word]:
    match term.field:
        case "has":
            return ("HEADER", "CONTENT-TYPE", '"multipart/mixed"')
        case "before":
            return ("BEFORE", _day(term.number - 1 + DAY))
        case "after":
            return ("SINCE", _day(term.number))
        case "larger" | "smaller":
            return (term.field.upper(), str(max(0, int(term.number))))
        case field:
            return (WORDS.get(field, "TEXT"), text(term.value))


def _state(term: Term) -> Iterable[str]:
    un = "UN" if term.unwanted else ""
    known = STATES.get(term.value)
    return (f"{un}{known}",) if known else (f"{un}KEYWORD", parenthesis((term.value,)).strip("()"))


def _gmail(term: Term) -> Iterable[str | Word]:
    """Gmail's own search knows words, where others compare letters."""
    if term.field not in ("", "label", "has"):
        return _keys(term)
    asked = f"{term.field}:" if term.field else ""
    value = term.value if term.field == "has" else '"' + term.value.replace('"', " ") + '"'
    return ("X-GM-RAW", text(f"{'-' if term.unwanted else ''}{asked}{value}"))


def _day(instant: float) -> str:
    """A date as the person's clock has it."""
    at = time.localtime(min(max(instant, 0), LAST_DAY))
    return f"{at.tm_mday}-{MONTHS[at.tm_mon - 1]}-{at.tm_year:04}"
