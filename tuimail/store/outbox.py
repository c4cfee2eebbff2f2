"""outbox.db: items, their wire bytes and trails, and the local drafts. Precious; synchronous=FULL.

A draft that was sent off stays in `drafts` with its item's id beside it, hidden from the Drafts list; taking
it back clears that one field in the transaction that moves the item. So a message is in one place always.
"""

import sqlite3
from pathlib import Path

from tuimail.mail.errors import OutboxError
from tuimail.mail.hold.item import Entry, Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.submission import Submission
from tuimail.store import draft_row, item_row
from tuimail.store.database import Database, transaction

FINISHED_SHOWN = 86_400.0
FINISHED_KEPT = 30 * 86_400.0

SENT_OFF_ALREADY = "This draft was already sent off and is in the outbox. Nothing was queued again."

SCHEMA_1 = f"""
CREATE TABLE items (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ({", ".join(f"'{s}'" for s in State)})),
  changed REAL NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX items_by_state ON items (state, changed);
CREATE TABLE wires (
  item TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  wire BLOB NOT NULL
) STRICT;
CREATE TABLE trail (
  n INTEGER PRIMARY KEY,
  item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
  at REAL NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  why TEXT NOT NULL,
  answer TEXT NOT NULL
) STRICT;
CREATE INDEX trail_by_item ON trail (item, n);
CREATE TABLE drafts (
  id TEXT PRIMARY KEY,
  item TEXT REFERENCES items ON DELETE SET NULL,
  saved REAL NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX drafts_by_item ON drafts (item);
CREATE TABLE files (
  draft TEXT NOT NULL REFERENCES drafts ON DELETE CASCADE,
  n INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (draft, n)
) STRICT"""


class OutboxFile:
    """`ports.OutboxStore` on SQLite."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, (SCHEMA_1,), synchronous="FULL")

    async def add(self, item: Item, submission: Submission, draft: Draft, entry: Entry) -> None:
        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                if _in_outbox(connection, draft.id):
                    raise OutboxError(SENT_OFF_ALREADY)
                connection.execute(
                    "INSERT INTO items VALUES (?, ?, ?, ?, ?)", item_row.values(item, entry.at)
                )
                connection.execute(
                    "INSERT INTO wires VALUES (?, ?, ?, ?)",
                    (item.id, submission.sender, " ".join(submission.recipients), submission.wire),
                )
                _write_entry(connection, item.id, entry)
                draft_row.write(connection, draft, item.id, entry.at)

        await self._database.run(job)

    async def move(self, move: Move) -> bool:
        def job(connection: sqlite3.Connection) -> bool:
            with transaction(connection):
                if not _swap(connection, move):
                    return False
                if move.new.state is State.SENT:
                    connection.execute("DELETE FROM drafts WHERE item = ?", (move.new.id,))
            return True

        return await self._database.run(job)

    async def take_back(self, move: Move) -> Draft | None:
        def job(connection: sqlite3.Connection) -> Draft | None:
            with transaction(connection):
                row = connection.execute("SELECT id FROM drafts WHERE item = ?", (move.old.id,)).fetchone()
                if row is None or not _swap(connection, move):
                    return None
                connection.execute(
                    "UPDATE drafts SET item = NULL, saved = ? WHERE id = ?", (move.entry.at, row[0])
                )
            return draft_row.read(connection, row[0])

        return await self._database.run(job)

    async def items(self) -> tuple[Item, ...]:
        query = (
            "SELECT body FROM items WHERE state NOT IN ('sent', 'undone')"
            " OR changed > (SELECT max(changed) FROM items) - ? ORDER BY json_extract(body, '$.queued') DESC"
        )

        def job(connection: sqlite3.Connection) -> tuple[Item, ...]:
            rows = connection.execute(query, (FINISHED_SHOWN,)).fetchall()
            return tuple(item_row.item(body) for (body,) in rows)

        return await self._database.run(job)

    async def item(self, item_id: str) -> Item | None:
        def job(connection: sqlite3.Connection) -> Item | None:
            row = connection.execute("SELECT body FROM items WHERE id = ?", (item_id,)).fetchone()
            return item_row.item(row[0]) if row else None

        return await self._database.run(job)

    async def trail(self, item_id: str) -> tuple[Entry, ...]:
        query = "SELECT at, before, after, why, answer FROM trail WHERE item = ? ORDER BY n"

        def job(connection: sqlite3.Connection) -> tuple[Entry, ...]:
            return tuple(item_row.entry(row) for row in connection.execute(query, (item_id,)))

        return await self._database.run(job)

    async def submission(self, item_id: str) -> Submission:
        query = "SELECT sender, recipients, wire, body FROM wires JOIN items ON id = item WHERE item = ?"

        def job(connection: sqlite3.Connection) -> Submission:
            row = connection.execute(query, (item_id,)).fetchone()
            if row is None:
                raise OutboxError(f"The bytes of {item_id} are not in the outbox. Nothing was sent.")
            item = item_row.item(row[3])
            return Submission(row[0], tuple(row[1].split(" ")), row[2], item.message_id, item.token)

        return await self._database.run(job)

    async def delete(self, item: Item) -> bool:
        def job(connection: sqlite3.Connection) -> bool:
            with transaction(connection):
                connection.execute("DELETE FROM drafts WHERE item = ?", (item.id,))
                gone = connection.execute(
                    "DELETE FROM items WHERE id = ? AND version = ?", (item.id, item.version)
                )
                if not gone.rowcount:
                    raise _QuickerError
            return True

        try:
            return await self._database.run(job)
        except _QuickerError:
            return False

    async def purge(self, now: Moment) -> None:
        """Forget sent and undone items that were finished a month ago."""
        statement = "DELETE FROM items WHERE state IN ('sent', 'undone') AND changed < ?"

        def job(connection: sqlite3.Connection) -> None:
            connection.execute(statement, (now.wall - FINISHED_KEPT,))

        await self._database.run(job)

    async def save_draft(self, draft: Draft, now: Moment) -> None:
        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                if not _in_outbox(connection, draft.id):
                    draft_row.write(connection, draft, None, now.wall)

        await self._database.run(job)

    async def drafts(self) -> tuple[tuple[Draft, float], ...]:
        query = "SELECT body, saved FROM drafts WHERE item IS NULL ORDER BY saved DESC"

        def job(connection: sqlite3.Connection) -> tuple[tuple[Draft, float], ...]:
            return tuple((draft_row.draft(body, {}), saved) for body, saved in connection.execute(query))

        return await self._database.run(job)

    async def draft(self, draft_id: str) -> Draft | None:
        return await self._database.run(lambda connection: draft_row.read(connection, draft_id))

    async def drop_draft(self, draft_id: str) -> None:
        statement = "DELETE FROM drafts WHERE id = ? AND item IS NULL"
        await self._database.run(lambda connection: connection.execute(statement, (draft_id,)).close())

    async def changes(self) -> int:
        def job(connection: sqlite3.Connection) -> int:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

        return await self._database.run(job)

    async def close(self) -> None:
        await self._database.close()


class _QuickerError(Exception):
    """Another process moved the item first; rolls the transaction back."""


def _in_outbox(connection: sqlite3.Connection, draft_id: str) -> bool:
    query = "SELECT 1 FROM drafts WHERE id = ? AND item IS NOT NULL"
    return connection.execute(query, (draft_id,)).fetchone() is not None


def _swap(connection: sqlite3.Connection, move: Move) -> bool:
    swapped = connection.execute(
        "UPDATE items SET version = ?, state = ?, changed = ?, body = ? WHERE id = ? AND version = ?",
        (*item_row.values(move.new, move.entry.at)[1:], move.old.id, move.old.version),
    )
    if swapped.rowcount:
        _write_entry(connection, move.new.id, move.entry)
    return bool(swapped.rowcount)


def _write_entry(connection: sqlite3.Connection, item_id: str, entry: Entry) -> None:
    connection.execute(
        "INSERT INTO trail (item, at, before, after, why, answer) VALUES (?, ?, ?, ?, ?, ?)",
        (item_id, entry.at, entry.before, entry.after, entry.why, entry.answer),
    )
