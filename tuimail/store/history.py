"""The order of changes in outbox.db: each gets a number, so that the others can ask for what is new."""

import sqlite3

GONE_KEPT = 100_000


def next_seq(connection: sqlite3.Connection) -> int:
    """The number of the change being made; inside the caller's transaction."""
    row = connection.execute("UPDATE counters SET value = value + 1 WHERE name = 'seq' RETURNING value")
    return int(row.fetchone()[0])


def reached(connection: sqlite3.Connection) -> int:
    """The number of the last change."""
    return int(connection.execute("SELECT value FROM counters WHERE name = 'seq'").fetchone()[0])


def forget(connection: sqlite3.Connection, which: str, values: tuple[object, ...]) -> None:
    """Delete items, and leave word of it for the other processes, which look often."""
    seq = next_seq(connection)
    connection.execute(f"INSERT INTO gone SELECT id, ? FROM items WHERE {which}", (seq, *values))  # noqa: S608
    connection.execute(f"DELETE FROM items WHERE {which}", values)  # noqa: S608
    connection.execute("DELETE FROM gone WHERE seq < ?", (seq - GONE_KEPT,))
