"""Looks through an outbox once, so that what went bad is found before it is needed."""

import sqlite3
from contextlib import suppress

from tuimail.store import draft_row, item_row, quarantine, report
from tuimail.store.database import transaction
from tuimail.store.inspect import fault

DRAFT_GONE = "The draft of {} can't be found any more: that mail can be sent, but not taken back."


def run(connection: sqlite3.Connection) -> None:
    """Put right or set aside what can be, row by row. Raises DatabaseError when the file is damaged."""
    if said := fault(connection):
        error = sqlite3.DatabaseError(said)
        error.sqlite_errorname = "SQLITE_CORRUPT"
        raise error
    quarantine.items(connection, _unreadable_items(connection))
    quarantine.drafts(connection, _unreadable_drafts(connection))
    _look_for_drafts(connection)


def _unreadable_items(connection: sqlite3.Connection) -> list[str]:
    """Those whose text is not as it was written, once the columns beside it are made to agree with it."""
    broken = []
    for item_id, version, state, body in connection.execute(
        "SELECT id, version, state, body FROM items"
    ).fetchall():
        try:
            item = item_row.item(body)
        except sqlite3.DataError:
            broken.append(item_id)
            continue
        if item.id != item_id:
            broken.append(item_id)
        elif (item.version, item.state) != (version, state):
            values = (item.version, item.state.value, item_id)
            connection.execute("UPDATE items SET version = ?, state = ? WHERE id = ?", values)
    return broken


def _unreadable_drafts(connection: sqlite3.Connection) -> list[str]:
    readable = set()
    drafts = connection.execute("SELECT id, body FROM drafts").fetchall()
    for draft_id, body in drafts:
        with suppress(sqlite3.DataError):
            readable.update({draft_row.draft(body, {}).id} & {draft_id})
    return [draft_id for draft_id, _ in drafts if draft_id not in readable]


def _look_for_drafts(connection: sqlite3.Connection) -> None:
    """A mail that waits and its draft belong together."""
    query = (
        "SELECT id FROM items WHERE state IN ('waiting', 'paused', 'failed')"
        " AND draft NOT IN (SELECT id FROM drafts)"
    )
    lonely = connection.execute(query).fetchall()
    if lonely:
        with transaction(connection):
            for (item_id,) in lonely:
                report.add(connection, DRAFT_GONE.format(item_id))
