"""A query as SQL over `words` (FTS5) and `envelopes`."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from itertools import chain

from tuimail.mail.folder.query import WORDS, Query, Term
from tuimail.mail.letter import grams
from tuimail.mail.letter.envelope import Flag
from tuimail.store import cache_key

MARKS = ("0s", "0f", "0t", "0c")
"""Before how a word of the subject, the sender, the receivers or of Cc begins, in the column `starts`."""

_COLUMNS = {"from": "sender", "to": "receivers copied", "cc": "copied", "subject": "subject", "body": "body"}
_STARTS = {"": MARKS, "subject": ("0s",), "from": ("0f",), "to": ("0t", "0c"), "cc": ("0c",), "body": ()}
_IN_FOLDERS = "envelopes.folder IN (SELECT value FROM json_each(?))"

Condition = tuple[str, tuple[object, ...]]
Statement = tuple[str, tuple[object, ...]]

_TESTS: dict[str, Callable[[Term], Condition]] = {
    "has": lambda term: ("attached = 1", ()),
    "before": lambda term: ("{id} < ?", (_key(term.number),)),
    "after": lambda term: ("{id} >= ?", (_key(term.number),)),
    "larger": lambda term: ("size > ?", (term.number,)),
    "smaller": lambda term: ("size < ?", (term.number,)),
    "label": lambda term: ("instr(lower(labels), lower(?))", (term.value,)),
}


def select(query: Query, folders: Iterable[int] | None) -> Statement:
    """What answers the query, newest first: `index.Row`s. The value of the LIMIT is to be added."""
    words = [term for term in query.terms if term.field in WORDS]
    there = " AND ".join(_match(term) for term in words if not term.unwanted)
    absent = " OR ".join(_match(term) for term in words if term.unwanted)
    conditions = _conditions(query, folders)
    if there:
        conditions.insert(0, ("words MATCH ?", (f"({there}) NOT ({absent})" if absent else there,)))
    elif absent:
        conditions.append(("id NOT IN (SELECT rowid FROM words WHERE words MATCH ?)", (absent,)))
    source = "words CROSS JOIN envelopes ON envelopes.id = words.rowid" if there else "envelopes"
    return _statement(source, "words.rowid" if there else "envelopes.id", conditions)


def answered(query: Query, folders: Iterable[int] | None) -> Statement:
    """As `select`, of what a server found and can't be looked through here."""
    conditions = [("query = ?", (key(query),)), ("body = 0", ()), *_conditions(query, folders)]
    return _statement("answers CROSS JOIN envelopes USING (id)", "answers.id", conditions)


def key(query: Query) -> str:
    """What answers are remembered by."""
    return grams.fold(query.text)


def _conditions(query: Query, folders: Iterable[int] | None) -> list[Condition]:
    conditions = [_condition(term) for term in query.terms if term.field in ("is", *_TESTS)]
    return conditions if folders is None else [*conditions, (_IN_FOLDERS, (json.dumps(list(folders)),))]


def _statement(source: str, id: str, conditions: Iterable[Condition]) -> Statement:
    tests, values = zip(*conditions, strict=True) if conditions else ((), ())
    where = f" WHERE {' AND '.join(tests)}".replace("{id}", id) if tests else ""
    statement = f"SELECT {id}, thread, unread FROM {source}{where} ORDER BY {id} DESC LIMIT ?"  # noqa: S608
    return statement, tuple(chain(*values))


def places(
    connection: sqlite3.Connection, query: Query, folders: Iterable[int] | None
) -> Iterable[int] | None:
    """Those of the folders in which the query looks; None for all there are."""
    terms = [term for term in query.terms if term.field in ("in", "account")]
    if not terms:
        return folders
    within = None if folders is None else set(folders)
    rows = connection.execute("SELECT id, account, name, title, role FROM folders")
    return [
        id
        for id, account, *names in rows
        if (within is None or id in within) and all(_is_there(term, account, names) for term in terms)
    ]


def _is_there(term: Term, account: str, names: list[str]) -> bool:
    asked = term.value.casefold()
    names = [account] if term.field == "account" else [*names, names[0].rpartition("/")[2]]
    folded = [name.casefold() for name in names]
    return any(name.startswith(asked) if term.prefix else name == asked for name in folded) != term.unwanted


def _condition(term: Term) -> Condition:
    """What the columns of `envelopes` must be."""
    test, values = _flag(Flag(term.value)) if term.field == "is" else _TESTS[term.field](term)
    return (f"NOT ({test})" if term.unwanted else test), values


def _key(at: float) -> int:
    """The least key that a message of this instant can have."""
    return int(min(max(at, 0), cache_key.YEAR_2200)) << cache_key.SECOND


def _flag(flag: Flag) -> Condition:
    if flag is Flag.SEEN:
        return "unread = 0", ()
    return "instr(' ' || flags || ' ', ?)", (f" {flag.value} ",)


def _match(term: Term) -> str:
    """The FTS5 expression of a word or phrase.

    What is but one letter of Chinese or Japanese, or the one or two with which a word begins, is looked up in
    `starts`: hundreds of pairs and words begin so, and merging them all takes a fifth of a second.
    """
    word = grams.fold(term.value)
    if grams.is_letter(word) and not term.field:
        return f'({{starts}} : "{word}")'
    phrase, open = grams.phrase(word)
    columns = f"{{{_COLUMNS[term.field]}}} : " if term.field else ""
    if term.prefix and grams.is_beginning(word):
        begun = [f'{{starts}} : "{mark}{word}"' for mark in _STARTS[term.field]]
        return f"({' OR '.join([*begun, columns + _quoted(phrase)])})"
    return f"({columns}{_quoted(phrase)}{' *' if term.prefix or open else ''})"


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', " ").replace("\0", " ") + '"'
