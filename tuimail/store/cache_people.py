"""The people met in mail: for completion, and to know whom one has never written to."""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope
from tuimail.mail.letter.safe import line
from tuimail.store.cache_row import many, recipients_of

COMMON = 2_000
"""When more words than this begin so, the likeliest people are gone through instead: it is found soon."""

WORDS = 24
CHARACTERS = 32

_MEET = """
INSERT INTO people (key, spec, name, first, last, named, written, first_written, words)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (key) DO UPDATE SET
  first = min(first, excluded.first), last = max(last, excluded.last),
  spec = iif(excluded.last >= last, excluded.spec, spec),
  written = max(written, excluded.written),
  first_written = coalesce(min(first_written, excluded.first_written), first_written, excluded.first_written)
"""
_NAME = "UPDATE people SET name = ?, named = ?, words = ? WHERE id = ?"
_RARE = """
SELECT spec, name FROM people
WHERE id IN (SELECT person FROM people_words WHERE word >= :from AND word < :to)
ORDER BY written DESC, last DESC LIMIT :limit
"""
_OFTEN = """
SELECT spec, name FROM people WHERE instr(words, :begins) ORDER BY written DESC, last DESC LIMIT :limit
"""


class _Met:
    """One person in one batch."""

    __slots__ = ("first", "first_written", "last", "name", "named", "spec")

    def __init__(self, spec: str, at: float) -> None:
        self.spec, self.name, self.named = spec, "", float("-inf")
        self.first = self.last = at
        self.first_written: float | None = None


def meet(connection: sqlite3.Connection, envelopes: Iterable[Envelope], sent: bool) -> None:
    """All people in these envelopes were met; with `sent`, those in To and Cc were written to."""
    met: dict[str, _Met] = {}
    for e in envelopes:
        at = e.received
        if e.sender.spec:
            _note(met, e.sender.spec, e.sender.name, at)
        for person in (*e.to, *e.cc):
            if person.spec:
                one = _note(met, person.spec, person.name, at)
                if sent and (one.first_written is None or at < one.first_written):
                    one.first_written = at
    _keep(connection, met)


def _note(met: dict[str, _Met], spec: str, name: str, at: float) -> _Met:
    key = spec.lower()
    one = met.get(key)
    if one is None:
        one = met[key] = _Met(spec, at)
    if at >= one.last:
        one.last, one.spec = at, spec
    one.first = min(one.first, at)
    if name and at >= one.named:
        one.name, one.named = name, at
    return one


def _keep(connection: sqlite3.Connection, met: dict[str, _Met]) -> None:
    query = "SELECT key, name, named, id FROM people WHERE key IN (SELECT value FROM json_each(?))"
    known = {key: row for key, *row in connection.execute(query, (many(met),))}
    rows = []
    renamed = []
    for key, one in met.items():
        named = known.get(key)
        rows.append(_row(key, one, "" if named else _words(key, one.name)))
        if named and one.name and one.name != named[0] and one.named >= named[1]:
            renamed.append((one.name, one.named, _words(key, one.name), named[2]))
    connection.executemany(_MEET, rows)
    connection.executemany(_NAME, renamed)
    fresh = [key for key in met if key not in known]
    _index(connection, fresh, [row[3] for row in renamed])


def _row(key: str, one: _Met, words: str) -> tuple[object, ...]:
    written = int(one.first_written is not None)
    return key, one.spec, one.name, one.first, one.last, one.named, written, one.first_written, words


def _index(connection: sqlite3.Connection, keys: list[str], renamed: list[int]) -> None:
    """The words of people who are new or have another name."""
    query = (
        "SELECT id, words FROM people WHERE key IN (SELECT value FROM json_each(?))"
        " UNION SELECT id, words FROM people WHERE id IN (SELECT value FROM json_each(?))"
    )
    if keys or renamed:
        rows = connection.execute(query, (many(keys), many(renamed))).fetchall()
        pairs = sorted((word, id) for id, words in rows for word in words.split("\n") if word)
        connection.executemany("INSERT OR IGNORE INTO people_words VALUES (?, ?)", pairs)


_GAPS = re.compile(r"[\s@._+'\"(),/\\|<>-]+")
_EAST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]+")


def _words(key: str, name: str) -> str:
    """The words by which a person is found, each after a line break.

    The whole address, the name's words; in Japanese and Chinese, which have no gaps, from each character on.
    """
    folded = _folded(name)
    local = key.partition("@")[0]
    found = dict.fromkeys([_folded(key), *_GAPS.split(_folded(local)), *folded.split(), *_GAPS.split(folded)])
    for run in _EAST.findall(folded):
        found.update(dict.fromkeys(run[at:] for at in range(min(len(run), CHARACTERS))))
    words = [word[:CHARACTERS] for word in found if word]
    return "".join("\n" + word for word in words[:WORDS])


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold()


def likeliest(connection: sqlite3.Connection, prefix: str, limit: int) -> tuple[Address, ...]:
    """Addresses with a word that begins so: first those one wrote to, of each the last met first."""
    begins = _folded(" ".join(prefix.split()))[:CHARACTERS]
    if not begins:
        return ()
    values = {"from": begins, "to": begins + "\U0010ffff", "begins": "\n" + begins, "limit": limit}
    query = "SELECT count(*) FROM (SELECT 1 FROM people_words WHERE word >= :from AND word < :to LIMIT :most)"
    common = connection.execute(query, {**values, "most": COMMON}).fetchone()[0] == COMMON
    rows = connection.execute(_OFTEN if common else _RARE, values)
    return tuple(Address(spec, line(name)) for spec, name in rows)


def first_before(
    connection: sqlite3.Connection, column: str, specs: Sequence[str], before: float
) -> frozenset[str]:
    """Those of the addresses (lower case) whose `first` or `first_written` was before an instant."""
    query = f"SELECT key FROM people WHERE key IN (SELECT value FROM json_each(?)) AND {column} < ?"  # noqa: S608
    return frozenset(key for (key,) in connection.execute(query, (many(specs), before)))


def remember(connection: sqlite3.Connection, folder: int) -> None:
    """The folder turns out to be one of sent mail: all in its To and Cc were written to."""
    met: dict[str, _Met] = {}
    query = "SELECT recipients, received FROM envelopes WHERE folder = ?"
    for recipients, at in connection.execute(query, (folder,)):
        for spec, name in recipients_of(recipients):
            if spec:
                one = _note(met, spec, name, at)
                one.first_written = at if one.first_written is None else min(at, one.first_written)
    _keep(connection, met)
