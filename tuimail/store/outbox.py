"""outbox.db: items, their wire bytes and trails, and the local drafts. Precious; synchronous=FULL.

A draft that was sent off stays in `drafts`, hidden from the Drafts list by its item as long as that is not
undone: the one field that moves the item also moves the draft. So a message is in one place always.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tuimail.mail.errors import OutboxDamaged, OutboxError
from tuimail.mail.hold.item import Entry, Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move
from tuimail.mail.hold.stop import Stop
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.submission import Submission
from tuimail.ports import Since
from tuimail.store import draft_row, item_row
from tuimail.store.database import Database, reading, transaction

FINISHED_SHOWN = 86_400.0
FINISHED_KEPT = 30 * 86_400.0
GONE_KEPT = 100_000

FINISHED = "(state = 'undone' OR state = 'sent' AND json_extract(body, '$.filing') <> 'due')"
SENT_OFF = "SELECT draft FROM items WHERE state <> 'undone'"

SENT_OFF_ALREADY = "This draft was already sent off and is in the outbox. Nothing was queued again."

SCHEMA_1 = f"""
CREATE TABLE items (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ({", ".join(f"'{s}'" for s in State)})),
  changed REAL NOT NULL,
  body TEXT NOT NULL,
  draft TEXT NOT NULL
) STRICT;
CREATE INDEX items_by_state ON items (state, changed);
CREATE UNIQUE INDEX items_by_draft ON items (draft) WHERE state <> 'undone';
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
  saved REAL NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE files (
  draft TEXT NOT NULL REFERENCES drafts ON DELETE CASCADE,
  n INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (draft, n)
) STRICT"""
SCHEMA_2 = """
ALTER TABLE items ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
CREATE INDEX items_by_seq ON items (seq);
CREATE TABLE gone (item TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
CREATE INDEX gone_by_seq ON gone (seq);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counters VALUES ('seq', 0);
CREATE TABLE stops (account TEXT PRIMARY KEY, since REAL NOT NULL, why TEXT NOT NULL) STRICT"""
MIGRATIONS = (SCHEMA_1, SCHEMA_2)


class OutboxFile:
    """`ports.OutboxStore` on SQLite."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, MIGRATIONS)

    async def add(self, item: Item, submission: Submission, draft: Draft, entry: Entry) -> None:
        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                if _in_outbox(connection, draft.id):
                    raise OutboxError(SENT_OFF_ALREADY)
                connection.execute(
                    "INSERT INTO items (id, version, state, changed, body, draft, seq)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (*item_row.values(item, entry.at), draft.id, _next_seq(connection)),
                )
                connection.execute(
                    "INSERT INTO wires VALUES (?, ?, ?, ?)",
                    (item.id, submission.sender, "\n".join(submission.recipients), submission.wire),
                )
                _write_entry(connection, item.id, entry)
                draft_row.write(connection, draft, entry.at)

        await self._database.run(job)

    async def move(self, move: Move) -> bool:
        (took,) = await self.moves((move,))
        return took

    async def moves(self, moves: Sequence[Move]) -> tuple[bool, ...]:
        def job(connection: sqlite3.Connection) -> tuple[bool, ...]:
            with transaction(connection):
                return tuple(_make_true(connection, move) for move in moves)

        return await self._database.run(job)

    async def claim(self, claim: Move, first: Move | None) -> tuple[bool, Submission | None]:
        def job(connection: sqlite3.Connection) -> tuple[bool, Submission | None]:
            with transaction(connection):
                took = first is not None and _make_true(connection, first)
                ours = _make_true(connection, claim)
                return took, _submission(connection, claim.old.id) if ours else None

        return await self._database.run(job)

    async def take_back(self, move: Move) -> Draft | None:
        def job(connection: sqlite3.Connection) -> Draft | None:
            with transaction(connection):
                row = connection.execute("SELECT draft FROM items WHERE id = ?", (move.old.id,)).fetchone()
                draft = draft_row.read(connection, row[0]) if row else None
                if draft is None or not _swap(connection, move):
                    return None
                draft = replace(draft, schedule=move.old.schedule)
                draft_row.write(connection, draft, move.entry.at)
                connection.execute("DELETE FROM wires WHERE item = ?", (move.old.id,))
            return draft

        return await self._database.run(job)

    async def items(self) -> tuple[Item, ...]:
        return await self._database.run(_shown)

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
        return await self._database.run(lambda connection: _submission(connection, item_id))

    async def delete(self, item: Item) -> bool:
        query = "SELECT 1 FROM items WHERE id = ? AND version = ?"

        def job(connection: sqlite3.Connection) -> bool:
            with transaction(connection):
                if connection.execute(query, (item.id, item.version)).fetchone() is None:
                    return False
                _drop_draft_of(connection, item.id)
                _forget(connection, "id = ?", (item.id,))
            return True

        return await self._database.run(job)

    async def purge(self, now: Moment) -> None:
        """Forget sent and undone items that were finished a month ago."""

        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                _forget(connection, f"{FINISHED} AND changed < ?", (now.wall - FINISHED_KEPT,))

        await self._database.run(job)

    async def save_draft(self, draft: Draft, now: Moment) -> None:
        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                if not _in_outbox(connection, draft.id):
                    draft_row.write(connection, draft, now.wall)

        await self._database.run(job)

    async def drafts(self) -> tuple[tuple[Draft, float], ...]:
        query = f"SELECT body, saved FROM drafts WHERE id NOT IN ({SENT_OFF}) ORDER BY saved DESC"  # noqa: S608

        def job(connection: sqlite3.Connection) -> tuple[tuple[Draft, float], ...]:
            return tuple((draft_row.draft(body, {}), saved) for body, saved in connection.execute(query))

        return await self._database.run(job)

    async def draft(self, draft_id: str) -> Draft | None:
        return await self._database.run(lambda connection: draft_row.read(connection, draft_id))

    async def drop_draft(self, draft_id: str) -> None:
        statement = f"DELETE FROM drafts WHERE id = ? AND id NOT IN ({SENT_OFF})"  # noqa: S608
        await self._database.run(lambda connection: connection.execute(statement, (draft_id,)).close())

    async def changes(self) -> int:
        def job(connection: sqlite3.Connection) -> int:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

        return await self._database.run(job)

    async def since(self, seen: int) -> Since:
        def job(connection: sqlite3.Connection) -> Since:
            with reading(connection):
                (reached,) = connection.execute("SELECT value FROM counters WHERE name = 'seq'").fetchone()
                if seen < 0:
                    return Since(reached, _shown(connection), ())
                rows = connection.execute("SELECT body FROM items WHERE seq > ? ORDER BY seq", (seen,))
                items = tuple(item_row.item(body) for (body,) in rows)
                gone = connection.execute("SELECT item FROM gone WHERE seq > ?", (seen,)).fetchall()
            return Since(reached, items, tuple(item_id for (item_id,) in gone))

        return await self._database.run(job)

    async def stops(self) -> tuple[Stop, ...]:
        def job(connection: sqlite3.Connection) -> tuple[Stop, ...]:
            rows = connection.execute("SELECT account, since, why FROM stops ORDER BY since").fetchall()
            return tuple(Stop(account, since, line(why)) for account, since, why in rows)

        return await self._database.run(job)

    async def stop(self, stop: Stop) -> None:
        values = (stop.account, stop.since, stop.why)
        await self._database.run(
            lambda connection: connection.execute("INSERT OR REPLACE INTO stops VALUES (?, ?, ?)", values)
        )

    async def go(self, account: str) -> None:
        await self._database.run(
            lambda connection: connection.execute("DELETE FROM stops WHERE account = ?", (account,))
        )

    async def close(self) -> None:
        await self._database.close()


def _shown(connection: sqlite3.Connection) -> tuple[Item, ...]:
    query = (
        f"SELECT body FROM items WHERE NOT {FINISHED} OR changed > (SELECT max(changed) FROM items) - ?"  # noqa: S608
        " ORDER BY json_extract(body, '$.queued') DESC"
    )
    rows = connection.execute(query, (FINISHED_SHOWN,)).fetchall()
    return tuple(item_row.item(body) for (body,) in rows)


def _submission(connection: sqlite3.Connection, item_id: str) -> Submission:
    query = "SELECT sender, recipients, wire, body FROM wires JOIN items ON id = item WHERE item = ?"
    row = connection.execute(query, (item_id,)).fetchone()
    if row is None:
        raise OutboxDamaged(f"The bytes of {item_id} are not in the outbox. Nothing was sent.")
    item = item_row.item(row[3])
    return Submission(row[0], tuple(row[1].split("\n")), row[2], item.message_id, item.token)


def _make_true(connection: sqlite3.Connection, move: Move) -> bool:
    if not _swap(connection, move):
        return False
    if move.new.state is State.SENT:
        _drop_draft_of(connection, move.new.id)
    return True


def _in_outbox(connection: sqlite3.Connection, draft_id: str) -> bool:
    return connection.execute(f"{SENT_OFF} AND draft = ?", (draft_id,)).fetchone() is not None


def _drop_draft_of(connection: sqlite3.Connection, item_id: str) -> None:
    connection.execute(f"DELETE FROM drafts WHERE id IN ({SENT_OFF} AND id = ?)", (item_id,))  # noqa: S608


def _swap(connection: sqlite3.Connection, move: Move) -> bool:
    swapped = connection.execute(
        "UPDATE items SET version = ?, state = ?, changed = ?, body = ? WHERE id = ? AND version = ?",
        (*item_row.values(move.new, move.entry.at)[1:], move.old.id, move.old.version),
    )
    if swapped.rowcount:
        connection.execute("UPDATE items SET seq = ? WHERE id = ?", (_next_seq(connection), move.old.id))
        _write_entry(connection, move.new.id, move.entry)
    return bool(swapped.rowcount)


def _forget(connection: sqlite3.Connection, which: str, values: tuple[object, ...]) -> None:
    """Delete items, and leave word of it for the other processes, which look often."""
    seq = _next_seq(connection)
    connection.execute(f"INSERT INTO gone SELECT id, ? FROM items WHERE {which}", (seq, *values))  # noqa: S608
    connection.execute(f"DELETE FROM items WHERE {which}", values)  # noqa: S608
    connection.execute("DELETE FROM gone WHERE seq < ?", (seq - GONE_KEPT,))


def _next_seq(connection: sqlite3.Connection) -> int:
    row = connection.execute("UPDATE counters SET value = value + 1 WHERE name = 'seq' RETURNING value")
    return int(row.fetchone()[0])


def _write_entry(connection: sqlite3.Connection, item_id: str, entry: Entry) -> None:
    connection.execute(
        "INSERT INTO trail (item, at, before, after, why, answer) VALUES (?, ?, ?, ?, ?, ?)",
        (item_id, entry.at, entry.before, entry.after, entry.why, entry.answer),
    )
