"""Rows that can't be read any more go out of the way of the others, and are told of. Nothing is dropped."""

import sqlite3
from collections.abc import Sequence

from tuimail.store import history, report
from tuimail.store.database import transaction

ITEM = "A mail in the outbox can't be read any more ({}): it may have left already. Its draft is kept."
DRAFT = "A draft can't be read any more ({}). What is left of it is kept in outbox.db."


def items(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Move these items with their bytes to `damaged`; their drafts show again."""
    if not ids:
        return
    with transaction(connection):
        for item_id in ids:
            connection.execute(
                "INSERT INTO damaged SELECT 'item', id, body FROM items WHERE id = ?", (item_id,)
            )
            connection.execute(
                "INSERT INTO damaged SELECT 'wire', item, wire FROM wires WHERE item = ?", (item_id,)
            )
            history.forget(connection, "id = ?", (item_id,))
            report.add(connection, ITEM.format(item_id))


def drafts(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Move these drafts with their files to `damaged`."""
    if not ids:
        return
    with transaction(connection):
        for draft_id in ids:
            connection.execute(
                "INSERT INTO damaged SELECT 'draft', id, body FROM drafts WHERE id = ?", (draft_id,)
            )
            connection.execute(
                "INSERT INTO damaged SELECT 'file', draft, data FROM files WHERE draft = ?", (draft_id,)
            )
            connection.execute("DELETE FROM drafts WHERE id = ?", (draft_id,))
            report.add(connection, DRAFT.format(draft_id))
