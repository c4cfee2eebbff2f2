"""What happened to outbox.db and a person has not been told yet; kept in it until then."""

import sqlite3


def add(connection: sqlite3.Connection, text: str) -> None:
    """One more sentence to tell; one that waits to be told already is not said twice."""
    told = peek(connection)
    if text not in told:
        put(connection, f"{told} {text}".strip())


def put(connection: sqlite3.Connection, text: str) -> None:
    """This is to be told, in place of what was."""
    connection.execute("INSERT OR REPLACE INTO facts VALUES ('report', ?)", (text,))


def peek(connection: sqlite3.Connection) -> str:
    """What is to be told; empty for nothing."""
    row = connection.execute("SELECT value FROM facts WHERE name = 'report'").fetchone()
    return str(row[0]) if row else ""


def take(connection: sqlite3.Connection) -> str:
    """What is to be told, told with this; empty for nothing. Of several that ask, one is answered."""
    if not peek(connection):
        return ""
    taken = connection.execute("DELETE FROM facts WHERE name = 'report' RETURNING value").fetchall()
    return str(taken[0][0]) if taken else ""
