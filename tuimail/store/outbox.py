"""outbox.db: items, their wire bytes and trails, and the local drafts. Precious; synchronous=FULL.

A draft that was sent off stays in `drafts`, hidden from the Drafts list by its item as long as that is not
undone: the one field that moves the item also moves the draft. So a message is in one place always.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from msgspec.structs import replace

from tuimail.mail.errors import OutboxDamaged, OutboxError
from tuimail.mail.hold.item import Entry, Item, State
from tuimail.mail.hold.moment import Moment
from tuimail.mail.hold.move import Move
from tuimail.mail.hold.stop import Stop
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import line
from tuimail.mail.letter.submission import Submission
from tuimail.ports import Since
from tuimail.store import checkup, draft_row, history, item_row, quarantine, report
from tuimail.store.database import Database, lax, reading, transaction
from tuimail.store.guard import Guard
from tuimail.store.origin import Origin
from tuimail.store.schema import MIGRATIONS

FINISHED_SHOWN = 86_400.0
FINISHED_KEPT = 30 * 86_400.0

FINISHED = """(state = 'undone' OR state = 'sent' AND instr(body, '"filing":"due"') = 0)"""
SENT_OFF = "SELECT draft FROM items WHERE state <> 'undone'"

SENT_OFF_ALREADY = "This draft was already sent off and is in the outbox. Nothing was queued again."


class OutboxFile:
    """`ports.OutboxStore` on SQLite. With a `mark`, a file apart from it, a copy put back is noticed."""

    def __init__(self, path: Path, mark: Path | None = None) -> None:
        self._database = Database(path, MIGRATIONS, rescue=Guard(path))
        self._origin = Origin(path, mark)

    async def add(self, item: Item, submission: Submission, draft: Draft, entry: Entry) -> None:
        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                if _in_outbox(connection, draft.id):
                    raise OutboxError(SENT_OFF_ALREADY)
                connection.execute(
                    "INSERT INTO items (id, version, state, changed, body, draft, seq)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (*item_row.values(item, entry.at), draft.id, history.next_seq(connection)),
                )
                connection.execute(
                    "INSERT INTO wires VALUES (?, ?, ?, ?, ?)",
                    (
                        item.id,
                        submission.sender,
                        "\n".join(submission.recipients),
                        submission.wire,
                        sha256(submission.wire).hexdigest(),
                    ),
                )
                _write_entry(connection, item.id, entry)
                draft_row.write(connection, draft, entry.at)
            self._origin.advance(connection)

        await self._database.run(job)

    async def move(self, move: Move) -> bool:
        (took,) = await self.moves((move,))
        return took

    async def moves(self, moves: Sequence[Move]) -> tuple[bool, ...]:
        def job(connection: sqlite3.Connection) -> tuple[bool, ...]:
            with transaction(connection):
                took = tuple(_make_true(connection, move) for move in moves)
            self._origin.advance(connection)
            return took

        return await self._database.run(job)

    async def claim(self, claim: Move, first: Move | None) -> tuple[bool, Submission | None]:
        """Written for good with the next move; a power cut before that forgets both, which harms nobody:

        nothing of the claimed message has left, and the first one is looked for as probably sent.
        """

        def job(connection: sqlite3.Connection) -> tuple[bool, Submission | None]:
            with lax(connection), transaction(connection):
                took = first is not None and _make_true(connection, first)
                ours = _make_true(connection, claim)
                return took, _message(connection, claim.new, claim.new.id) if ours else None

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
            self._origin.advance(connection)
            return draft

        return await self._database.run(job)

    async def items(self) -> tuple[Item, ...]:
        def job(connection: sqlite3.Connection) -> tuple[Item, ...]:
            return _decoded(connection, _shown(connection))

        return await self._database.run(job)

    async def item(self, item_id: str) -> Item | None:
        def job(connection: sqlite3.Connection) -> Item | None:
            rows = connection.execute("SELECT id, body FROM items WHERE id = ?", (item_id,)).fetchall()
            return next(iter(_decoded(connection, rows)), None)

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
                history.forget(connection, "id = ?", (item.id,))
            self._origin.advance(connection)
            return True

        return await self._database.run(job)

    async def purge(self, now: Moment) -> None:
        """Forget sent and undone items that were finished a month ago."""

        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                history.forget(connection, f"{FINISHED} AND changed < ?", (now.wall - FINISHED_KEPT,))

        await self._database.run(job)

    async def save_draft(self, draft: Draft, now: Moment) -> None:
        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                if not _in_outbox(connection, draft.id):
                    draft_row.write(connection, draft, now.wall)
                    history.next_seq(connection)
            self._origin.advance(connection)

        await self._database.run(job)

    async def drafts(self) -> tuple[tuple[Draft, float], ...]:
        query = f"SELECT id, body, saved FROM drafts WHERE id NOT IN ({SENT_OFF}) ORDER BY saved DESC"  # noqa: S608

        def job(connection: sqlite3.Connection) -> tuple[tuple[Draft, float], ...]:
            return tuple(_listed(connection, connection.execute(query).fetchall()))

        return await self._database.run(job)

    async def draft(self, draft_id: str) -> Draft | None:
        def job(connection: sqlite3.Connection) -> Draft | None:
            try:
                return draft_row.read(connection, draft_id)
            except sqlite3.DataError:
                quarantine.drafts(connection, (draft_id,))
                return None

        return await self._database.run(job)

    async def drop_draft(self, draft_id: str) -> None:
        statement = f"DELETE FROM drafts WHERE id = ? AND id NOT IN ({SENT_OFF})"  # noqa: S608
        await self._database.run(lambda connection: connection.execute(statement, (draft_id,)).close())

    async def changes(self) -> int:
        return await self._database.writings()

    async def since(self, seen: int) -> Since:
        def job(connection: sqlite3.Connection) -> Since:
            with reading(connection):
                reached = history.reached(connection)
                gone = connection.execute("SELECT item FROM gone WHERE seq > ?", (seen,)).fetchall()
                rows = _shown(connection) if seen < 0 else _changed(connection, seen)
            left = () if seen < 0 else tuple(item_id for (item_id,) in gone)
            return Since(reached, _decoded(connection, rows), left)

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

    async def damage_report(self, look: bool = False) -> str:
        def job(connection: sqlite3.Connection) -> str:
            if look:
                checkup.run(connection)
            return report.take(connection)

        return await self._database.run(job)

    async def untold(self) -> str:
        return await self._database.run(report.peek)

    async def restored(self) -> bool:
        return await self._database.run(self._origin.is_copy)

    async def settle_in(self) -> None:
        await self._database.run(self._origin.settle)

    async def close(self) -> None:
        await self._database.close()
        self._origin.close()


Bodies = list[tuple[str, str]]
"""Ids and texts of items."""


def _shown(connection: sqlite3.Connection) -> Bodies:
    query = (
        f"SELECT id, body FROM items WHERE NOT {FINISHED}"  # noqa: S608
        " OR changed > (SELECT max(changed) FROM items) - ?"
    )
    return connection.execute(query, (FINISHED_SHOWN,)).fetchall()


def _changed(connection: sqlite3.Connection, seen: int) -> Bodies:
    return connection.execute("SELECT id, body FROM items WHERE seq > ? ORDER BY seq", (seen,)).fetchall()


def _decoded(connection: sqlite3.Connection, rows: Bodies) -> tuple[Item, ...]:
    """The items, newest first. One that can't be read is set aside and does not hold up the others."""
    items, broken = [], []
    for item_id, body in rows:
        try:
            items.append(item_row.item(body))
        except sqlite3.DataError:
            broken.append(item_id)
    quarantine.items(connection, broken)
    return tuple(sorted(items, key=lambda item: item.queued, reverse=True))


def _listed(
    connection: sqlite3.Connection, rows: list[tuple[str, str, float]]
) -> Iterator[tuple[Draft, float]]:
    """The drafts without their files; those that can't be read are set aside."""
    broken = []
    for draft_id, body, saved in rows:
        try:
            yield draft_row.draft(body, {}), saved
        except sqlite3.DataError:
            broken.append(draft_id)
    quarantine.drafts(connection, broken)


def _submission(connection: sqlite3.Connection, item_id: str) -> Submission:
    """Raises OutboxDamaged unless every byte is as it was frozen."""
    row = connection.execute("SELECT body FROM items WHERE id = ?", (item_id,)).fetchone()
    try:
        return _message(connection, item_row.item(row[0]) if row else None, item_id)
    except sqlite3.DataError as error:
        raise OutboxDamaged(f"{item_id} can't be read any more: {error}. Nothing was sent.") from error


def _message(connection: sqlite3.Connection, item: Item | None, item_id: str) -> Submission:
    query = "SELECT wire, sha256 FROM wires WHERE item = ?"
    row = connection.execute(query, (item_id,)).fetchone() if item else None
    if item is None or row is None:
        raise OutboxDamaged(f"The bytes of {item_id} are not in the outbox. Nothing was sent.")
    wire, checksum = row
    if sha256(wire).hexdigest() != checksum if checksum else len(wire) != item.size:
        raise OutboxDamaged(f"The bytes of {item_id} went bad on the disk. Nothing was sent; take it back.")
    return Submission(item.sender, tuple(r.spec for r in item.recipients), wire, item.message_id, item.token)


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
    seq = history.next_seq(connection)
    swapped = connection.execute(
        "UPDATE items SET version = ?, state = ?, changed = ?, body = ?, seq = ?"
        " WHERE id = ? AND version = ?",
        (*item_row.values(move.new, move.entry.at)[1:], seq, move.old.id, move.old.version),
    )
    if swapped.rowcount:
        _write_entry(connection, move.new.id, move.entry)
    return bool(swapped.rowcount)


def _write_entry(connection: sqlite3.Connection, item_id: str, entry: Entry) -> None:
    connection.execute(
        "INSERT INTO trail (item, at, before, after, why, answer) VALUES (?, ?, ?, ?, ?, ?)",
        (item_id, entry.at, entry.before, entry.after, entry.why, entry.answer),
    )
