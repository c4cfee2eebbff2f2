"""Looks through an outbox once, so that what went bad is found before it is needed."""

import sqlite3

from tuimail.store import quarantine, report
from tuimail.store.database import transaction
from tuimail.store.inspect import fault
from tuimail.store.seal import is_broken

DRAFT_GONE = "The draft of {} can't be found any more: that mail can be sent, but not taken back."


def run(connection: sqlite3.Connection) -> None:
    """Put right or set aside what can be, row by row. Raises DatabaseError when the file is damaged."""
    if said := fault(connection):
        error = sqlite3.DatabaseError(said)
        error.sqlite_errorname = "SQLITE_CORRUPT"
        raise error
    quarantine.items(connection, _unreadable_items(connection))
    quarantine.drafts(connection, _broken(connection, "drafts"))
    _look_for_drafts(connection)


def _unreadable_items(connection: sqlite3.Connection) -> list[str]:
    """Those whose text is not as it was written, once the columns beside it are made to agree with it."""
    broken = _broken(connection, "items")
    connection.execute(
        "UPDATE items SET version = json_extract(body, '$.version'), state = json_extract(body, '$.state')"
        " WHERE json_valid(body) AND id = json_extract(body, '$.id')"
        " AND (version, state) <> (json_extract(body, '$.version'), json_extract(body, '$.state'))"
    )
    return broken


def _broken(connection: sqlite3.Connection, table: str) -> list[str]:
    rows = connection.execute(f"SELECT id, body FROM {table}")  # noqa: S608
    altered = [row_id for row_id, body in rows if is_broken(body)]
    strays = connection.execute(
        f"SELECT id FROM {table} WHERE NOT json_valid(body) OR id <> json_extract(body, '$.id')"  # noqa: S608
    )
    return list({*altered, *(row_id for (row_id,) in strays)})


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
