"""A draft as a row of outbox.db: its text as JSON, the contents of its files as blobs beside it."""

import sqlite3
from dataclasses import replace

import msgspec

from tuimail.mail.letter.draft import Draft


def write(connection: sqlite3.Connection, draft: Draft, item_id: str | None, saved: float) -> None:
    """Insert or replace the draft and its files; inside the caller's transaction."""
    connection.execute("DELETE FROM drafts WHERE id = ?", (draft.id,))
    connection.execute("INSERT INTO drafts VALUES (?, ?, ?, ?)", (draft.id, item_id, saved, _body(draft)))
    connection.executemany(
        "INSERT INTO files VALUES (?, ?, ?)",
        [(draft.id, n, a.data) for n, a in enumerate(draft.attachments) if a.data is not None],
    )


def read(connection: sqlite3.Connection, draft_id: str) -> Draft | None:
    """The draft with the contents of its files; None when there is none."""
    row = connection.execute("SELECT body FROM drafts WHERE id = ?", (draft_id,)).fetchone()
    if row is None:
        return None
    files = connection.execute("SELECT n, data FROM files WHERE draft = ?", (draft_id,)).fetchall()
    return draft(row[0], dict(files))


def draft(body: str, files: dict[int, bytes]) -> Draft:
    """The draft of a row; `files` are the contents by place."""
    bare = msgspec.json.decode(body, type=Draft)
    attachments = tuple(replace(a, data=files.get(n)) for n, a in enumerate(bare.attachments))
    return replace(bare, attachments=attachments)


def _body(draft: Draft) -> str:
    bare = tuple(replace(a, data=None) for a in draft.attachments)
    return msgspec.json.encode(replace(draft, attachments=bare)).decode()
