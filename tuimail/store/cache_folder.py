"""The folders of the cache: what was said of them, how far they are known, and which a view looks into."""

import sqlite3
from collections.abc import Sequence

import msgspec

from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.folder.sync import Mark
from tuimail.mail.folder.view import View
from tuimail.mail.letter.safe import line

_PUT = """
INSERT INTO folders (account, name, place, title, role, said_total, said_unread) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (account, name) DO UPDATE SET place = excluded.place, title = excluded.title,
  role = excluded.role, said_total = excluded.said_total, said_unread = excluded.said_unread
"""


def listed(connection: sqlite3.Connection, account: str) -> tuple[Folder, ...]:
    """The folders of an account in their order; with our own numbers where all of a folder was seen."""
    query = (
        "SELECT name, title, role, iif(mark IS NULL, said_total, total),"
        " iif(mark IS NULL, said_unread, unread)"
        " FROM folders WHERE account = ? AND place IS NOT NULL ORDER BY place"
    )
    rows = connection.execute(query, (account,))
    return tuple(Folder(account, n, line(t), Role(r), total, unread) for n, t, r, total, unread in rows)


def put(
    connection: sqlite3.Connection, account: str, folders: Sequence[Folder]
) -> tuple[list[int], list[int]]:
    """Note what is listed now; the ids of those that are listed no more, and of those newly for sent mail."""
    query = "SELECT name, id, role FROM folders WHERE account = ? AND place IS NOT NULL"
    before = {name: (id, role) for name, id, role in connection.execute(query, (account,))}
    rows = [(account, f.name, n, f.title, f.role.value, f.total, f.unread) for n, f in enumerate(folders)]
    connection.executemany(_PUT, rows)
    names = {f.name for f in folders}
    gone = [id for name, (id, _) in before.items() if name not in names]
    sent = [f.name for f in folders if f.role is Role.SENT and before.get(f.name, (0, ""))[1] != "sent"]
    return gone, [known(connection, account, name) for name in sent]


def forget(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    connection.executemany("DELETE FROM folders WHERE id = ?", [(id,) for id in ids])


def known(connection: sqlite3.Connection, account: str, name: str) -> int:
    """The folder's id; 0 for one that was never heard of."""
    row = connection.execute(
        "SELECT id FROM folders WHERE account = ? AND name = ?", (account, name)
    ).fetchone()
    return row[0] if row else 0


def made(connection: sqlite3.Connection, account: str, name: str) -> int:
    """The folder's id, which is given to it now when it has none."""
    statement = "INSERT INTO folders (account, name, title) VALUES (?, ?, ?) RETURNING id"
    found = known(connection, account, name)
    return found or connection.execute(statement, (account, name, line(name))).fetchone()[0]


def reached(connection: sqlite3.Connection, account: str, name: str) -> Mark | None:
    query = "SELECT mark FROM folders WHERE account = ? AND name = ?"
    row = connection.execute(query, (account, name)).fetchone()
    return msgspec.json.decode(row[0], type=Mark) if row and row[0] else None


def reach(connection: sqlite3.Connection, account: str, name: str, mark: Mark | None) -> None:
    text = None if mark is None else msgspec.json.encode(mark).decode()
    connection.execute("UPDATE folders SET mark = ? WHERE id = ?", (text, made(connection, account, name)))


def is_sent(connection: sqlite3.Connection, id: int) -> bool:
    row = connection.execute("SELECT role FROM folders WHERE id = ?", (id,)).fetchone()
    return bool(row == (Role.SENT.value,))


def places(connection: sqlite3.Connection) -> dict[int, tuple[str, str]]:
    """The account and the name of every folder."""
    rows = connection.execute("SELECT id, account, name FROM folders")
    return {id: (account, name) for id, account, name in rows}


def within(connection: sqlite3.Connection, view: View) -> dict[int, str]:
    """The folders that the view looks into, with their accounts."""
    wanted = {"account": view.account, "name": view.folder, "role": "" if view.folder else view.role.value}
    clauses = [f"{column} = :{column}" for column, value in wanted.items() if value]
    wide = not (view.folder or wanted["role"]) and view.query.terms
    if wide and not view.query.names_folder:
        clauses.append("role NOT IN ('junk', 'trash')")
    where = " AND ".join(clauses) or "1"
    return dict(connection.execute(f"SELECT id, account FROM folders WHERE {where}", wanted))  # noqa: S608
