"""The words of all mail, in cache.db: an FTS5 table that knows messages by `envelopes.id`, newest last.

A message is indexed by its header when it comes and once more, with its text, when its body does. FTS5 is
told word for word what to forget. Where that takes too long, as for a whole folder, the words stay and are
passed over: what is found is looked up in `envelopes`, and no other message is ever given the id. `indexed`
says of each id whether its text is there as well, or that it is `DEAD`.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from tuimail.mail.folder.covered import Covered
from tuimail.mail.folder.query import MOST_FOUND, Query
from tuimail.mail.letter import grams
from tuimail.mail.letter.gist import gist
from tuimail.store import index_sql as sql
from tuimail.store.cache_insert import insert

SCHEMA = """
CREATE VIRTUAL TABLE words USING fts5(
  subject, sender, receivers, copied, body, starts,
  content='', columnsize=0, tokenize='unicode61 remove_diacritics 2'
);
INSERT INTO words (words, rank) VALUES ('automerge', 8);
CREATE TABLE indexed (
  id INTEGER PRIMARY KEY,
  whole INTEGER NOT NULL
) STRICT;
CREATE TABLE answers (
  query TEXT NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (query, id)
) STRICT, WITHOUT ROWID"""

_HEAD = "subject, sender_name, sender_spec, recipients"
_COLUMNS = "rowid, subject, sender, receivers, copied, starts"
_INSERT_HEAD = f"INSERT INTO words ({_COLUMNS})"
_INSERT = f"INSERT INTO words ({_COLUMNS}, body) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_DELETE = f"INSERT INTO words (words, {_COLUMNS}, body) VALUES ('delete', ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608

_COVERED = """
SELECT account, name, max(total, iif(mark IS NULL, said_total, 0)),
  (SELECT count(*) FROM envelopes WHERE folder = folders.id AND body = 0)
  + iif(mark IS NULL, max(0, said_total - total), 0)
FROM folders WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1))
"""

_DROPPED = f"""
SELECT envelopes.id, {_HEAD}, whole, raw FROM json_each(?)
JOIN envelopes ON envelopes.id = value JOIN indexed ON indexed.id = value
LEFT JOIN bodies ON bodies.id = value
LIMIT ?
"""  # noqa: S608

DEAD = 2
FEW = 200
"""As many messages are taken out of the index as a person deletes at a time."""

_SUBJECT, _SENDER, *_RECEIVERS = sql.MARKS
_people = msgspec.json.Decoder(tuple[list[tuple[str, str]], list[tuple[str, str]]]).decode


Row = tuple[int, int, int]
"""The id of a message, that of its conversation, and whether it is unread."""


class Head(NamedTuple):
    """What is indexed of a message that has no text yet; `recipients` as in `envelopes`."""

    id: int
    subject: str
    name: str
    spec: str
    recipients: str


class Found(Struct, frozen=True):
    """The messages that answer a query, newest first; `more` when there are others beyond the limit."""

    rows: tuple[Row, ...]
    more: bool

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(id for id, _, _ in self.rows)


def put(connection: sqlite3.Connection, heads: Sequence[Head]) -> None:
    """Index the headers of messages that are new. Quickest by ascending id."""
    rows = [(head.id, *_fields(head.subject, head.name, head.spec, head.recipients)) for head in heads]
    insert(connection, _INSERT_HEAD, rows)
    indexed = _json(head.id for head in heads)
    connection.execute("INSERT INTO indexed SELECT value, 0 FROM json_each(?)", (indexed,))


class Words(Struct, frozen=True):
    """A text as the index takes it: the columns `body` and, without the header's share, `starts`."""

    body: str
    starts: str


def words(text: str) -> Words:
    """The words of a text. Takes no connection: what takes the longest can be done on another thread."""
    pairs, letters = grams.pairs(grams.fold(text))
    return Words(pairs, " ".join(letters))


def put_text(connection: sqlite3.Connection, texts: Mapping[int, Words]) -> None:
    """Index these messages with the text of their bodies, once."""
    rows = _rows(connection, texts, "coalesce(whole, 0) = 0")
    for id, *head, known in rows:
        *fields, starts = _fields(*head)
        if known:
            connection.execute(_DELETE, (id, *fields, starts, ""))
        connection.execute(_INSERT, (id, *fields, *_with(starts, texts[id])))
    connection.executemany("INSERT OR REPLACE INTO indexed VALUES (?, 1)", ((row[0],) for row in rows))


def drop(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """These rows are about to go from `envelopes` and `bodies`; of `FEW` the words go too."""
    asked = _json(ids)
    rows = connection.execute(_DROPPED, (asked, FEW + 1)).fetchall()
    forgotten: list[int] = []
    for id, *head, whole, packed in rows if len(rows) <= FEW else ():
        *fields, starts = _fields(*head)
        text = gist(zlib.decompress(packed)).text if packed else ""
        if bool(packed) == bool(whole):
            connection.execute(_DELETE, (id, *fields, *_with(starts, words(text))))
            forgotten.append(id)
    among = "WHERE id IN (SELECT value FROM json_each(?))"
    connection.execute(f"UPDATE indexed SET whole = ? {among}", (DEAD, asked))  # noqa: S608
    connection.execute(f"DELETE FROM indexed {among}", (_json(forgotten),))  # noqa: S608


def sweep(connection: sqlite3.Connection) -> None:
    """When nothing that is indexed is there any more, the index is as small as a new one."""
    alive = connection.execute("SELECT EXISTS (SELECT 1 FROM indexed WHERE whole <> ?)", (DEAD,))
    if not alive.fetchone()[0]:
        connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
        connection.execute("DELETE FROM indexed")


def find(
    connection: sqlite3.Connection,
    query: Query,
    folders: Iterable[int] | None = None,
    limit: int = MOST_FOUND,
) -> Found:
    """The newest `limit` messages that answer the query, in these rows of `folders` (in all without).

    Of those whose text is not here, the ones that a server found.
    """
    within = sql.places(connection, query, folders)
    rows: dict[int, Row] = {}
    for statement, values in (sql.answered(query, within), sql.select(query, within)):
        rows.update((row[0], row) for row in connection.execute(statement, (*values, limit + 1)))
    newest = tuple(rows[id] for id in sorted(rows, reverse=True)[:limit])
    return Found(newest, len(rows) > limit)


def answer(connection: sqlite3.Connection, query: Query, ids: Iterable[int]) -> None:
    """A server says that these messages answer the query; the answers of the last queries are kept."""
    values = [(sql.key(query), id) for id in ids]
    connection.execute(
        "DELETE FROM answers WHERE (SELECT count(*) FROM answers) > ? AND query <> ?",
        (MOST_FOUND, sql.key(query)),
    )
    connection.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?)", values)


def covered(
    connection: sqlite3.Connection, query: Query, folders: Iterable[int] | None
) -> tuple[Covered, ...]:
    """The folders in which the query looks, as far as they can be searched here."""
    within = sql.places(connection, query, folders)
    rows = connection.execute(_COVERED, (None if within is None else _json(within),))
    return tuple(Covered(*row) for row in rows)


def _rows(connection: sqlite3.Connection, ids: Iterable[int], which: str) -> list[tuple[Any, ...]]:
    """The fields of these messages and whether they are indexed, in the order that FTS5 takes quickest."""
    statement = (
        f"SELECT envelopes.id, {_HEAD}, indexed.id IS NOT NULL"  # noqa: S608
        " FROM envelopes LEFT JOIN indexed USING (id)"
        f" WHERE envelopes.id IN (SELECT value FROM json_each(?)) AND {which} ORDER BY envelopes.id"
    )
    return connection.execute(statement, (_json(ids),)).fetchall()


def _json(values: Iterable[int]) -> str:
    return str(msgspec.json.encode(list(values)), "utf-8")


def _fields(subject: str, name: str, spec: str, recipients: str) -> tuple[str, ...]:
    """The first four columns of `words`, and what of them is in `starts`."""
    fields = _field(subject, _SUBJECT), _field(f"{spec} {name}", _SENDER), *_receivers(recipients)
    return (*[pairs for pairs, _ in fields], " ".join([starts for _, starts in fields]))


@lru_cache(4096)
def _receivers(recipients: str) -> tuple[tuple[str, str], ...]:
    """The columns of To and Cc."""
    people = [" ".join([f"{spec} {name}" for spec, name in each]) for each in _people(recipients)]
    return tuple(_field(text, mark) for text, mark in zip(people, _RECEIVERS, strict=True))


@lru_cache(4096)
def _field(text: str, mark: str) -> tuple[str, str]:
    """A column, and what of it is in `starts`."""
    text = grams.fold(text)
    pairs, letters = grams.pairs(text)
    return pairs, " ".join(grams.beginnings(text, mark) | letters)


def _with(starts: str, text: Words) -> tuple[str, str]:
    """The columns `starts` and `body`."""
    return f"{starts} {text.starts}".rstrip(), text.body
