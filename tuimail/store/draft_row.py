"""A draft as a row of outbox.db: its text as JSON, the contents of its files as blobs beside it.

The JSON is ASCII, so that the path of a file whose name is no UTF-8 (PEP 383) survives too.
"""

import json
import sqlite3
from dataclasses import replace

import msgspec

from tuimail.mail.letter.draft import Draft


def write(connection: sqlite3.Connection, draft: Draft, saved: float) -> None:
    """Insert or replace the draft and its files; inside the caller's transaction."""
    connection.execute("DELETE FROM drafts WHERE id = ?", (draft.id,))
    connection.execute("INSERT INTO drafts VALUES (?, ?, ?)", (draft.id, saved, _body(draft)))
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
    """The draft of a row; `files` are the contents by place. Raises sqlite3.DataError."""
    try:
        bare = msgspec.convert(json.loads(body), Draft)
    except ValueError as error:
        raise sqlite3.DataError(f"a draft in it can't be read ({error})") from error
    attachments = tuple(replace(a, data=files.get(n)) for n, a in enumerate(bare.attachments))
    return replace(bare, attachments=attachments)


def _body(draft: Draft) -> str:
    bare = tuple(replace(a, data=None) for a in draft.attachments)
    return json.dumps(msgspec.to_builtins(replace(draft, attachments=bare), enc_hook=str))
