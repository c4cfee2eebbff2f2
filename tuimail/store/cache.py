"""cache.db: what is known of the mailboxes. Disposable: it can be deleted at any time and fills again."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from tuimail.mail.folder.folder import Folder, Listing, Role
from tuimail.mail.folder.view import View
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Flag, Ref
from tuimail.mail.letter.safe import line
from tuimail.store.database import Database, transaction

SCHEMA_1 = """
CREATE TABLE folders (
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  place INTEGER NOT NULL,
  title TEXT NOT NULL,
  role TEXT NOT NULL,
  total INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  PRIMARY KEY (account, name)
) STRICT;
CREATE TABLE envelopes (
  account TEXT NOT NULL,
  folder TEXT NOT NULL,
  uid TEXT NOT NULL,
  received REAL NOT NULL,
  seen INTEGER NOT NULL,
  flags TEXT NOT NULL,
  size INTEGER NOT NULL,
  sender_name TEXT NOT NULL,
  sender_spec TEXT NOT NULL,
  recipients TEXT NOT NULL,
  subject TEXT NOT NULL,
  ids TEXT NOT NULL,
  attached INTEGER NOT NULL,
  PRIMARY KEY (account, folder, uid)
) STRICT;
CREATE INDEX envelopes_newest ON envelopes (account, folder, received DESC, uid DESC, seen);
CREATE TABLE bodies (
  account TEXT NOT NULL,
  folder TEXT NOT NULL,
  uid TEXT NOT NULL,
  raw BLOB NOT NULL,
  PRIMARY KEY (account, folder, uid)
) STRICT;
CREATE TABLE addresses (
  spec TEXT PRIMARY KEY COLLATE NOCASE,
  name TEXT NOT NULL,
  met INTEGER NOT NULL,
  last REAL NOT NULL
) STRICT"""

REMEMBER = """
INSERT INTO written
SELECT lower(json_extract(person.value, '$[0]')), min(received)
FROM envelopes
JOIN folders ON folders.account = envelopes.account AND folders.name = envelopes.folder AND role = 'sent',
json_each(recipients) AS field, json_each(field.value) AS person
WHERE folders.account = coalesce(:account, folders.account)
GROUP BY 1
ON CONFLICT (spec) DO UPDATE SET first = min(first, excluded.first)
"""
"""Whom the mail in Sent folders went to, and when for the first time."""

SCHEMA_2 = f"""
ALTER TABLE addresses ADD COLUMN first REAL NOT NULL DEFAULT 0;
UPDATE addresses SET first = last;
CREATE TABLE written (
  spec TEXT PRIMARY KEY COLLATE NOCASE,
  first REAL NOT NULL
) STRICT;
{REMEMBER.replace(":account", "NULL")}"""  # noqa: S608 (nothing in it came from outside)

COLUMNS = (
    "account, folder, uid, received, seen, flags, size,"
    " sender_name, sender_spec, recipients, subject, ids, attached"
)
SEARCHED = "subject || ' ' || sender_name || ' ' || sender_spec || ' ' || recipients"


class CacheFile:
    """`ports.MailCache` on SQLite."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, (SCHEMA_1, SCHEMA_2), disposable=True)

    async def folders(self, account: str) -> tuple[Folder, ...]:
        query = "SELECT name, title, role, total, unread FROM folders WHERE account = ? ORDER BY place"

        def job(connection: sqlite3.Connection) -> tuple[Folder, ...]:
            rows = connection.execute(query, (account,)).fetchall()
            return tuple(
                Folder(account, n, line(t), Role(r), total, unread) for n, t, r, total, unread in rows
            )

        return await self._database.run(job)

    async def put_folders(self, account: str, folders: Sequence[Folder]) -> None:
        rows = [
            (account, f.name, place, f.title, f.role.value, f.total, f.unread)
            for place, f in enumerate(folders)
        ]

        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                before = _sent_folders(connection, account)
                connection.execute("DELETE FROM folders WHERE account = ?", (account,))
                connection.executemany("INSERT INTO folders VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
                if _sent_folders(connection, account) - before:
                    connection.execute(REMEMBER, {"account": account})

        await self._database.run(job)

    async def listing(self, account: str, folder: str) -> Listing:
        query = "SELECT uid, flags FROM envelopes WHERE account = ? AND folder = ? ORDER BY received, uid"

        def job(connection: sqlite3.Connection) -> Listing:
            rows = connection.execute(query, (account, folder))
            return Listing({uid: frozenset(flags.split()) for uid, flags in rows})

        return await self._database.run(job)

    async def put(self, envelopes: Sequence[Envelope]) -> None:
        rows = [_values(e) for e in envelopes]
        met = [(a.spec, a.name, e.received) for e in envelopes for a in (e.sender, *e.to, *e.cc) if a.spec]

        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                connection.executemany(
                    f"INSERT OR REPLACE INTO envelopes ({COLUMNS}) VALUES ({','.join('?' * 13)})",  # noqa: S608
                    rows,
                )
                connection.executemany(_MEET, met)
                connection.executemany(_WRITE, _written(connection, envelopes))

        await self._database.run(job)

    async def drop(self, account: str, folder: str, uids: Sequence[str]) -> None:
        keys = [(account, folder, uid) for uid in uids]

        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                for table in ("envelopes", "bodies"):
                    connection.executemany(
                        f"DELETE FROM {table} WHERE account = ? AND folder = ? AND uid = ?",  # noqa: S608
                        keys,
                    )

        await self._database.run(job)

    async def reflag(self, account: str, folder: str, flags: dict[str, frozenset[str]]) -> None:
        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                _reflag(connection, account, folder, flags)

        await self._database.run(job)

    async def mark(
        self, account: str, folder: str, uids: Sequence[str], add: frozenset[str], drop: frozenset[str]
    ) -> dict[str, frozenset[str]]:
        query = "SELECT flags FROM envelopes WHERE account = ? AND folder = ? AND uid = ?"

        def job(connection: sqlite3.Connection) -> dict[str, frozenset[str]]:
            with transaction(connection):
                rows = {uid: connection.execute(query, (account, folder, uid)).fetchone() for uid in uids}
                before = {uid: frozenset(row[0].split()) for uid, row in rows.items() if row}
                after = {uid: (flags | add) - drop for uid, flags in before.items()}
                _reflag(connection, account, folder, after)
            return before

        return await self._database.run(job)

    async def count(self, view: View) -> tuple[int, int]:
        where, values = _where(view)
        query = f"SELECT count(*), coalesce(sum(seen = 0), 0) FROM envelopes WHERE {where}"  # noqa: S608

        def job(connection: sqlite3.Connection) -> tuple[int, int]:
            total, unread = connection.execute(query, values).fetchone()
            return total, unread

        return await self._database.run(job)

    async def page(self, view: View, start: int, length: int) -> tuple[Envelope, ...]:
        where, values = _where(view)
        query = (
            f"SELECT {COLUMNS} FROM envelopes WHERE {where}"  # noqa: S608
            " ORDER BY received DESC, uid DESC LIMIT ? OFFSET ?"
        )

        def job(connection: sqlite3.Connection) -> tuple[Envelope, ...]:
            return tuple(_envelope(row) for row in connection.execute(query, (*values, length, start)))

        return await self._database.run(job)

    async def body(self, account: str, folder: str, uid: str) -> bytes | None:
        query = "SELECT raw FROM bodies WHERE account = ? AND folder = ? AND uid = ?"

        def job(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute(query, (account, folder, uid)).fetchone()
            return row[0] if row else None

        return await self._database.run(job)

    async def put_body(self, account: str, folder: str, uid: str, raw: bytes) -> None:
        values = (account, folder, uid, raw)

        def job(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO bodies VALUES (?, ?, ?, ?)", values)

        await self._database.run(job)

    async def written_to(self, specs: Sequence[str], before: float) -> frozenset[str]:
        return await self._first_before("written", specs, before)

    async def met(self, specs: Sequence[str], before: float) -> frozenset[str]:
        return await self._first_before("addresses", specs, before)

    async def _first_before(self, table: str, specs: Sequence[str], before: float) -> frozenset[str]:
        query = (
            f"SELECT lower(spec) FROM {table}"  # noqa: S608
            " WHERE spec IN (SELECT value FROM json_each(?)) AND first < ?"
        )
        values = json.dumps(specs), before

        def job(connection: sqlite3.Connection) -> frozenset[str]:
            return frozenset(spec for (spec,) in connection.execute(query, values))

        return await self._database.run(job)

    async def seen(self, prefix: str, limit: int) -> tuple[Address, ...]:
        begins = _like(prefix) + "%"
        query = (
            "SELECT spec, name FROM addresses WHERE spec LIKE :p ESCAPE '\\' OR name LIKE :p ESCAPE '\\'"
            " OR name LIKE '% ' || :p ESCAPE '\\' ORDER BY met DESC, last DESC LIMIT :n"
        )

        def job(connection: sqlite3.Connection) -> tuple[Address, ...]:
            rows = connection.execute(query, {"p": begins, "n": limit})
            return tuple(Address(spec, line(name)) for spec, name in rows)

        return await self._database.run(job)

    async def close(self) -> None:
        await self._database.close()


_MEET = """
INSERT INTO addresses (spec, name, met, last, first) VALUES (?1, ?2, 1, ?3, ?3)
ON CONFLICT (spec) DO UPDATE SET met = met + 1,
  name = CASE WHEN excluded.name <> '' AND excluded.last >= last THEN excluded.name ELSE name END,
  last = max(last, excluded.last), first = min(first, excluded.first)
"""

_WRITE = """
INSERT INTO written VALUES (?, ?) ON CONFLICT (spec) DO UPDATE SET first = min(first, excluded.first)
"""


def _sent_folders(connection: sqlite3.Connection, account: str) -> set[str]:
    rows = connection.execute("SELECT name FROM folders WHERE account = ? AND role = 'sent'", (account,))
    return {name for (name,) in rows}


def _written(connection: sqlite3.Connection, envelopes: Sequence[Envelope]) -> list[tuple[str, float]]:
    """Whom those of the envelopes that are in a Sent folder went to, and when."""
    accounts = {e.ref.account for e in envelopes}
    sent = {(account, name) for account in accounts for name in _sent_folders(connection, account)}
    ours = [e for e in envelopes if (e.ref.account, e.ref.folder) in sent]
    return [(address.spec.lower(), e.received) for e in ours for address in (*e.to, *e.cc) if address.spec]


def _reflag(
    connection: sqlite3.Connection, account: str, folder: str, flags: dict[str, frozenset[str]]
) -> None:
    statement = "UPDATE envelopes SET flags = ?, seen = ? WHERE account = ? AND folder = ? AND uid = ?"
    rows = [(" ".join(sorted(f)), Flag.SEEN in f, account, folder, uid) for uid, f in flags.items()]
    connection.executemany(statement, rows)


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _where(view: View) -> tuple[str, tuple[str, ...]]:
    """The rows of a view: each word of its query stands in the subject or in somebody's name or address."""
    words = [term.value for term in view.query.terms]
    where = ["account = ?", "folder = ?", *[f"{SEARCHED} LIKE ? ESCAPE '\\'" for _ in words]]
    return " AND ".join(where), (view.account, view.folder, *[f"%{_like(w)}%" for w in words])


def _values(e: Envelope) -> tuple[object, ...]:
    return (
        e.ref.account,
        e.ref.folder,
        e.ref.uid,
        e.received,
        int(e.seen),
        " ".join(sorted(e.flags)),
        e.size,
        e.sender.name,
        e.sender.spec,
        json.dumps([[(a.spec, a.name) for a in e.to], [(a.spec, a.name) for a in e.cc]], ensure_ascii=False),
        e.subject,
        json.dumps([e.message_id, e.in_reply_to, *e.references]),
        int(e.attached),
    )


def _envelope(row: tuple[str, str, str, float, int, str, int, str, str, str, str, str, int]) -> Envelope:
    account, folder, uid, received, _, flags, size, name, spec, recipients, subject, ids, attached = row
    to, cc = json.loads(recipients)
    message_id, in_reply_to, *references = json.loads(ids)
    return Envelope(
        ref=Ref(account, folder, uid),
        sender=Address(spec, line(name)),
        to=_addresses(to),
        cc=_addresses(cc),
        subject=line(subject),
        received=received,
        size=size,
        flags=frozenset(flags.split()),
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=tuple(references),
        attached=bool(attached),
    )


def _addresses(rows: list[list[str]]) -> tuple[Address, ...]:
    return tuple(Address(spec, line(name)) for spec, name in rows)
