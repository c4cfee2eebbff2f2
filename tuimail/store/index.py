"""The words of all mail, in cache.db: FTS5 tables that know messages by `envelopes.id`, newest last.

A message is indexed by its header when it comes and once more, with its text, when its body does. What is
deleted stays in the tables and is passed over, since no id is ever used twice.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from tuimail.mail.folder.query import WORDS, Query, Term
from tuimail.mail.letter import grams
from tuimail.mail.letter.envelope import Flag
from tuimail.mail.letter.gist import Gist

SCHEMA = """
CREATE VIRTUAL TABLE words USING fts5(
  subject, sender, receivers, copied, body,
  content='', columnsize=0, tokenize='unicode61 remove_diacritics 2'
);
CREATE TABLE indexed (
  id INTEGER PRIMARY KEY,
  whole INTEGER NOT NULL
) STRICT"""

CAP = 10_000
"""So many of the newest that answer a query are found."""

_COLUMNS = {"from": "sender", "to": "receivers copied", "cc": "copied", "subject": "subject", "body": "body"}
_FIELDS = "subject, sender_name, sender_spec, recipients"
_INSERT = "INSERT INTO words (rowid, subject, sender, receivers, copied, body) VALUES (?, ?, ?, ?, ?, ?)"
_DELETE = (
    "INSERT INTO words (words, rowid, subject, sender, receivers, copied, body)"
    " VALUES ('delete', ?, ?, ?, ?, ?, ?)"
)


class Found(Struct, frozen=True):
    """The messages that answer a query, newest first; `more` when there are others beyond the limit."""

    ids: tuple[int, ...]
    more: bool


def put(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Index the headers of these rows of `envelopes`; those that are indexed already stay as they are."""
    for id, *fields in _rows(connection, ids, "indexed.id IS NULL"):
        connection.execute(_INSERT, (id, *_head(*fields), ""))
        connection.execute("INSERT INTO indexed VALUES (?, 0)", (id,))


def put_text(connection: sqlite3.Connection, gists: Iterable[tuple[int, Gist]]) -> None:
    """Index these messages with the text of their bodies, once."""
    texts = dict(gists)
    for id, *fields, known in _rows(connection, texts, "coalesce(whole, 0) = 0", ", indexed.id IS NOT NULL"):
        head = _head(*fields)
        if known:
            connection.execute(_DELETE, (id, *head, ""))
        connection.execute(_INSERT, (id, *head, grams.indexed(texts[id].text)))
        connection.execute("INSERT OR REPLACE INTO indexed VALUES (?, 1)", (id,))


def drop(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """These rows are about to go from `envelopes`."""
    connection.executemany("DELETE FROM indexed WHERE id = ?", [(id,) for id in ids])


def find(
    connection: sqlite3.Connection, query: Query, folders: Sequence[int] | None = None, limit: int = CAP
) -> Found:
    """The newest `limit` messages that answer the query, in these rows of `folders` (in all without)."""
    words = [term for term in query.terms if term.field in WORDS]
    conditions, values = _conditions(query)
    if folders is not None:
        conditions.append("folder IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(list(folders)))
    expression = _expression(words)
    if expression:
        conditions.insert(0, "words MATCH ?")
        values.insert(0, expression)
    source = "words CROSS JOIN envelopes ON envelopes.id = words.rowid" if expression else "envelopes"
    order = "words.rowid" if expression else "id"
    if without := _unwanted(words):
        conditions.append("envelopes.id NOT IN (SELECT rowid FROM words WHERE words MATCH ?)")
        values.append(without)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = f"SELECT envelopes.id FROM {source} {where} ORDER BY {order} DESC LIMIT ?"  # noqa: S608
    ids = tuple(id for (id,) in connection.execute(statement, (*values, limit + 1)))
    return Found(ids[:limit], len(ids) > limit)


def _rows(
    connection: sqlite3.Connection, ids: Iterable[int], which: str, more: str = ""
) -> list[tuple[Any, ...]]:
    """The fields of these messages, oldest first, as FTS5 takes them quickest."""
    statement = (
        f"SELECT envelopes.id, {_FIELDS}{more} FROM envelopes LEFT JOIN indexed USING (id)"  # noqa: S608
        f" WHERE envelopes.id IN (SELECT value FROM json_each(?)) AND {which} ORDER BY envelopes.id"
    )
    return connection.execute(statement, (json.dumps(list(ids)),)).fetchall()


def _head(subject: str, name: str, spec: str, recipients: str) -> tuple[str, str, str, str]:
    to, cc = json.loads(recipients)
    return grams.indexed(subject), grams.indexed(f"{name} {spec}"), _people(to), _people(cc)


def _people(people: list[list[str]]) -> str:
    return grams.indexed(", ".join(" ".join(person) for person in people))


def _expression(words: Sequence[Term]) -> str:
    """The FTS5 expression of the words that must be there."""
    return " AND ".join(_match(term) for term in words if not term.unwanted)


def _unwanted(words: Sequence[Term]) -> str:
    return " OR ".join(_match(term) for term in words if term.unwanted)


def _match(term: Term) -> str:
    text, prefix = grams.wanted(term.value, term.prefix)
    quoted = '"' + text.replace('"', " ").replace("\0", " ") + '"'
    column = f"{{{_COLUMNS[term.field]}}} : " if term.field else ""
    return f"({column}{quoted}{' *' if prefix else ''})"


def _conditions(query: Query) -> tuple[list[str], list[object]]:
    """What the columns of `envelopes` must be."""
    conditions: list[str] = []
    values: list[object] = []
    for term in query.terms:
        if term.field in _TESTS:
            test, value = _TESTS[term.field], _value(term)
            conditions.append(f"NOT ({test})" if term.unwanted else test)
            values.append(value)
    return conditions, values


_TESTS = {
    "is": "instr(' ' || flags || ' ', ?)",
    "has": "attached = ?",
    "before": "received < ?",
    "after": "received >= ?",
    "larger": "size > ?",
    "smaller": "size < ?",
    "in": "folder IN (SELECT id FROM folders WHERE ? IN (lower(title), lower(name), role))",
    "account": "folder IN (SELECT id FROM folders WHERE lower(account) = ?)",
    "label": "instr(lower(labels), ?)",
}


def _value(term: Term) -> object:
    if term.field == "is":
        return f" {Flag(term.value).value} "
    if term.field == "has":
        return 1
    return term.number if term.field in ("before", "after", "larger", "smaller") else term.value.lower()
