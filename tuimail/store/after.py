"""after.db: what was done about mail that had left. Precious; synchronous=FULL.

A row is one value as sealed JSON, found by its kind and id; `about` is the Message-ID it belongs to, `at`
when it happened. What is remembered of sent mail and what was said of it goes after a year.
"""

import sqlite3
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct

from tuimail.mail.letter.safe import Safe, line
from tuimail.store import report
from tuimail.store.database import Database, transaction
from tuimail.store.records import RecordGuard, Rows
from tuimail.store.seal import is_broken, sealed

if TYPE_CHECKING:
    from tuimail.mail.after.incident import Incident
    from tuimail.mail.after.near_miss import NearMiss
    from tuimail.mail.after.recall import Recall
    from tuimail.mail.after.receipt import Receipt
    from tuimail.mail.after.sent_mail import SentMail

T = TypeVar("T", bound=Struct)

SCHEMA_1 = """
CREATE TABLE records (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  about TEXT NOT NULL,
  at REAL NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (kind, id)
) STRICT;
CREATE INDEX records_about ON records (kind, about, at);
CREATE INDEX records_at ON records (kind, at);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE damaged (kind TEXT NOT NULL, id TEXT NOT NULL, row ANY NOT NULL) STRICT"""
MIGRATIONS = (SCHEMA_1,)

REMEMBERED = 365 * 86_400.0
RECEIPTS_KEPT = 2_000
"""Of one mail, and no more: anybody can write receipts, and what is forged drives nothing out."""
NEAR_MISSES_KEPT = 20_000

UNREADABLE = "A record about mail that had left can't be read any more, and was set aside."
SAVED = "{} records about mail that had left were saved."

Row = tuple[str, str, str, float, int, str]
"""Kind, id, about, at, version, body."""


class AfterFile:
    """`ports.AfterStore` on SQLite."""

    def __init__(self, path: Path) -> None:
        self._database = Database(
            path, MIGRATIONS, rescue=RecordGuard(path, MIGRATIONS, _legible, _fill, SAVED)
        )

    async def keep_sent(self, mail: "SentMail") -> None:
        row = _row("sent", mail.message_id, mail, mail.message_id, mail.sent)

        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                _write(connection, row)
                old = (mail.sent - REMEMBERED,)
                connection.execute("DELETE FROM records WHERE kind IN ('sent', 'receipt') AND at < ?", old)

        await self._database.run(job)

    async def sent(self, message_id: str) -> "SentMail | None":
        from tuimail.mail.after.sent_mail import SentMail

        return next(iter(await self._read("sent", SentMail, message_id, limit=1)), None)

    async def latest_sent(self, limit: int = 1) -> "tuple[SentMail, ...]":
        from tuimail.mail.after.sent_mail import SentMail

        return await self._read("sent", SentMail, limit=limit)

    async def put_recall(self, recall: "Recall") -> bool:
        row = _row("recall", recall.id, recall, recall.message_id, recall.asked, recall.version)
        return await self._database.run(lambda connection: _put(connection, row))

    async def recalls(self, message_id: str = "") -> "tuple[Recall, ...]":
        from tuimail.mail.after.recall import Recall

        return await self._read("recall", Recall, message_id)

    async def keep_receipt(self, receipt: "Receipt") -> bool:
        key = msgspec.json.encode((receipt.message_id, receipt.spec.lower(), receipt.fate)).decode()
        row = _row("receipt", key, receipt, receipt.message_id, receipt.at)
        return await self._database.run(lambda connection: _keep_receipt(connection, row))

    async def receipts(self, message_id: str) -> "tuple[Receipt, ...]":
        from tuimail.mail.after.receipt import Receipt

        return (await self._read("receipt", Receipt, message_id))[::-1] if message_id else ()

    async def put_incident(self, incident: "Incident") -> bool:
        about = incident.mail.message_id
        row = _row("incident", incident.id, incident, about, incident.noticed, incident.version)
        return await self._database.run(lambda connection: _put(connection, row))

    async def incidents(self) -> "tuple[Incident, ...]":
        from tuimail.mail.after.incident import Incident

        return await self._read("incident", Incident)

    async def count(self, near_miss: "NearMiss") -> None:
        row = _row("near miss", "", near_miss, "", near_miss.at)

        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                (unique,) = connection.execute("SELECT lower(hex(randomblob(8)))").fetchone()
                _write(connection, (row[0], unique, *row[2:]))
                _trim(connection, "near miss", "", NEAR_MISSES_KEPT)

        await self._database.run(job)

    async def near_misses(self, since: float = 0.0) -> "tuple[NearMiss, ...]":
        from tuimail.mail.after.near_miss import NearMiss

        return (await self._read("near miss", NearMiss, since=since))[::-1]

    async def writings(self) -> int:
        return await self._database.writings()

    async def damage_report(self) -> str:
        return await self._database.run(report.take)

    async def close(self) -> None:
        await self._database.close()

    async def _read(
        self, kind: str, type_: type[T], about: str = "", since: float | None = None, limit: int = -1
    ) -> tuple[T, ...]:
        """Newest first."""
        query = (
            "SELECT id, body FROM records WHERE kind = ? AND (? = '' OR about = ?) AND at >= ?"
            " ORDER BY at DESC, n DESC LIMIT ?"
        )
        asked = (kind, about, about, -1e300 if since is None else since, limit)

        def job(connection: sqlite3.Connection) -> tuple[T, ...]:
            return _decoded(connection, kind, connection.execute(query, asked).fetchall(), type_)

        return await self._database.run(job)


def _row(kind: str, name: str, value: Struct, about: str, at: float, version: int = 0) -> Row:
    return kind, name, about, at, version, sealed(msgspec.json.encode(value, enc_hook=str).decode())


def _write(connection: sqlite3.Connection, row: Row) -> None:
    connection.execute(
        "INSERT INTO records (kind, id, about, at, version, body) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (kind, id) DO UPDATE SET"
        " about = excluded.about, at = excluded.at, version = excluded.version, body = excluded.body",
        row,
    )


def _put(connection: sqlite3.Connection, row: Row) -> bool:
    kind, name, _, _, version, _ = row
    query = "SELECT version FROM records WHERE kind = ? AND id = ?"
    with transaction(connection):
        (known,) = connection.execute(query, (kind, name)).fetchone() or (0,)
        if known != version - 1:
            return False
        _write(connection, row)
    return True


def _keep_receipt(connection: sqlite3.Connection, row: Row) -> bool:
    kind, name, about, *_ = row
    query = "SELECT 1 FROM records WHERE kind = ? AND id = ?"
    with transaction(connection):
        if connection.execute(query, (kind, name)).fetchone():
            return False
        counted = "SELECT count(*) >= ? FROM records WHERE kind = ? AND about = ?"
        if connection.execute(counted, (RECEIPTS_KEPT, kind, about)).fetchone()[0]:
            return False
        _write(connection, row)
    return True


def _trim(connection: sqlite3.Connection, kind: str, about: str, most: int) -> None:
    """The newest of a kind stay, or of that about one mail."""
    query = "SELECT n FROM records WHERE kind = ? AND about = ? ORDER BY n DESC LIMIT 1 OFFSET ?"
    if beyond := connection.execute(query, (kind, about, most)).fetchone():
        connection.execute(
            "DELETE FROM records WHERE kind = ? AND about = ? AND n <= ?", (kind, about, *beyond)
        )


def _decoded(
    connection: sqlite3.Connection, kind: str, rows: list[tuple[str, str]], type_: type[T]
) -> tuple[T, ...]:
    """Those that can be read; the others are set aside, and do not hold them up."""
    read = [(name, _value(body, type_)) for name, body in rows]
    if broken := [name for name, value in read if value is None]:
        _quarantine(connection, kind, broken)
    return tuple(value for _, value in read if value is not None)


def _value(body: Any, type_: type[T]) -> T | None:
    """The value of a row; None when it is not as it was written."""
    if not isinstance(body, str) or is_broken(body):
        return None
    try:
        return msgspec.json.decode(body.encode(errors="surrogateescape"), type=type_, dec_hook=_safe)
    except (msgspec.DecodeError, UnicodeError):
        return None


def _safe(kind: type, value: Any) -> Safe:
    if kind is Safe:
        return line(str(value))
    raise NotImplementedError(kind)


def _quarantine(connection: sqlite3.Connection, kind: str, names: list[str]) -> None:
    with transaction(connection):
        for each in names:
            where = (kind, each)
            connection.execute(
                "INSERT INTO damaged SELECT kind, id, body FROM records WHERE kind = ? AND id = ?", where
            )
            connection.execute("DELETE FROM records WHERE kind = ? AND id = ?", where)
        report.add(connection, UNREADABLE)


def _fill(connection: sqlite3.Connection, rows: Rows) -> None:
    for row in rows:
        _write(connection, row)


def _legible(path: Path) -> list[Row]:
    """What is as it was sealed; read in the order of the table, not of an index that may be damaged."""
    rows: list[Row] = []
    query = "SELECT kind, id, about, at, version, body FROM records NOT INDEXED ORDER BY n"
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        for row in connection.execute(query):
            rows += [row] if isinstance(row[-1], str) and not is_broken(row[-1]) else []
    return rows
