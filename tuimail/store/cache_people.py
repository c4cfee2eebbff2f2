"""The people met in mail: for completion, and to know whom one has never written to."""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice

from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope
from tuimail.mail.letter.safe import line
from tuimail.store.cache_row import many, recipients_of

COMMON = 600
"""When more words than this begin so, the likeliest people are gone through instead: it is found soon."""

WORDS = 24
CHARACTERS = 32
NEVER = float("-inf")

_COLUMNS = "key, spec, name, first, last, named, written, first_written"
_KNOWN = f"SELECT {_COLUMNS} FROM people WHERE key IN (SELECT value FROM json_each(?))"  # noqa: S608
_NEW = f"INSERT INTO people ({_COLUMNS}, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_OLDER = "UPDATE people SET first = ? WHERE key = ?"
_CHANGED = """
UPDATE people SET spec = ?2, name = ?3, first = ?4, last = ?5, named = ?6, written = ?7, first_written = ?8
WHERE key = ?1
"""
_WORDS = "UPDATE people SET words = ? WHERE key = ?"
_RARE = """
SELECT spec, name FROM people
WHERE id IN (SELECT person FROM people_words WHERE word >= :from AND word < :to)
ORDER BY written DESC, last DESC LIMIT :limit
"""
_OFTEN = """
SELECT spec, name FROM people WHERE instr(words, :begins) ORDER BY written DESC, last DESC LIMIT :limit
"""


class _Met:
    """What is known of one person: `named` is when the name was met, `first_written` is None for never."""

    __slots__ = ("first", "first_written", "last", "name", "named", "spec", "written")

    def __init__(
        self,
        spec: str,
        name: str,
        first: float,
        last: float,
        named: float,
        written: int = 0,
        first_written: float | None = None,
    ) -> None:
        self.spec, self.name = spec, name
        self.first, self.last, self.named = first, last, named
        self.written, self.first_written = written, first_written

    def row(self, key: str) -> tuple[object, ...]:
        return (
            *(key, self.spec, self.name, self.first, self.last, self.named),
            *(self.written, self.first_written),
        )

    def again(self, other: "_Met") -> None:
        """The same person was met at other times."""
        if other.first < self.first:
            self.first = other.first
        if other.last >= self.last:
            self.last, self.spec = other.last, other.spec
        if other.name and other.named >= self.named:
            self.name, self.named = other.name, other.named
        if other.first_written is not None:
            self.wrote(other.first_written)

    def wrote(self, at: float) -> None:
        if self.first_written is None or at < self.first_written:
            self.written, self.first_written = 1, at


def meet(connection: sqlite3.Connection, envelopes: Iterable[Envelope], sent: bool) -> None:
    """All people in these envelopes were met; with `sent`, those in To and Cc were written to."""
    met: dict[str, _Met] = {}
    for e in envelopes:
        at = e.received
        for person in (e.sender, *e.to, *e.cc):
            if person.spec:
                _note(met, person.spec, person.name, at)
        for person in (*e.to, *e.cc) if sent else ():
            if person.spec:
                met[person.spec.lower()].wrote(at)
    _keep(connection, met)


def _note(met: dict[str, _Met], spec: str, name: str, at: float) -> None:
    key = spec.lower()
    one = met.get(key)
    if one is None:
        met[key] = _Met(spec, name, at, at, at if name else NEVER)
        return
    if at < one.first:
        one.first = at
    if at >= one.last:
        one.last, one.spec = at, spec
    if name and at >= one.named:
        one.name, one.named = name, at


def _keep(connection: sqlite3.Connection, met: dict[str, _Met]) -> None:
    rows = connection.execute(_KNOWN, (many(met),)).fetchall()
    older, changed, renamed = [], [], []
    for row in rows:
        key = row[0]
        one = _Met(*row[1:])
        one.again(met.pop(key))
        after = one.row(key)
        if after[4:] != row[4:] or after[1:3] != row[1:3]:
            changed.append(after)
        elif one.first != row[3]:
            older.append((one.first, key))
        if one.name != row[2]:
            renamed.append((_words(key, one.name), key))
    connection.executemany(_OLDER, older)
    connection.executemany(_CHANGED, changed)
    connection.executemany(_WORDS, renamed)
    connection.executemany(_NEW, [(*one.row(key), _words(key, one.name)) for key, one in met.items()])
    _index(connection, [*met, *(key for _, key in renamed)])


def _index(connection: sqlite3.Connection, keys: list[str]) -> None:
    """The words of people who are new or have another name."""
    query = "SELECT id, words FROM people WHERE key IN (SELECT value FROM json_each(?))"
    rows = connection.execute(query, (many(keys),)) if keys else ()
    pairs = sorted([(word, id) for id, words in rows for word in words.split("\n") if word])
    connection.executemany("INSERT OR IGNORE INTO people_words VALUES (?, ?)", pairs)


_GAPS = re.compile(r"[\s@._+'\"(),/\\|<>-]+")
_EAST = "[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]+"


def _words(key: str, name: str) -> str:
    """The words by which a person is found, each after a line break.

    The whole address, the name's words; in Japanese and Chinese, which have no gaps, from each character on.
    """
    folded = _folded(name)
    local = key.partition("@")[0]
    found = [_folded(key), folded, *_GAPS.split(_folded(local)), *folded.split(), *_GAPS.split(folded)]
    for run in () if folded.isascii() else re.findall(_EAST, folded):
        found += [run[at:] for at in range(min(len(run), CHARACTERS))]
    words = dict.fromkeys(word[:CHARACTERS] for word in found if word)
    return "".join(["\n" + word for word in islice(words, WORDS)])


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
                _note(met, spec, name, at)
                met[spec.lower()].wrote(at)
    _keep(connection, met)
