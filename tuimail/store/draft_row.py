"""A draft as a row of outbox.db: its text as JSON, the contents of its files as blobs beside it.

The JSON is ASCII, so that the path of a file whose name is no UTF-8 (PEP 383) survives too.
"""

import hashlib
import json
import sqlite3

import msgspec
from msgspec.structs import replace

from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.safe import line
from tuimail.store import report
from tuimail.store.seal import is_broken, sealed

FILE = "{} went bad on the disk and was left out of its draft; attach it again."


def write(connection: sqlite3.Connection, draft: Draft, saved: float) -> None:
    """Insert or replace the draft and its files; inside the caller's transaction."""
    files = {n: a.data for n, a in enumerate(draft.attachments) if a.data is not None}
    connection.execute("DELETE FROM drafts WHERE id = ?", (draft.id,))
    connection.execute("INSERT INTO drafts VALUES (?, ?, ?)", (draft.id, saved, body(draft)))
    connection.executemany(
        "INSERT INTO files VALUES (?, ?, ?)", [(draft.id, n, data) for n, data in files.items()]
    )


def read(connection: sqlite3.Connection, draft_id: str) -> Draft | None:
    """The draft with the contents of its files; None when there is none.

    A file that is not as it was is left out, and told of. Raises sqlite3.DataError.
    """
    row = connection.execute("SELECT body FROM drafts WHERE id = ?", (draft_id,)).fetchone()
    if row is None:
        return None
    files = dict(connection.execute("SELECT n, data FROM files WHERE draft = ?", (draft_id,)).fetchall())
    for name in altered(row[0], files):
        report.add(connection, FILE.format(name))
    return draft(row[0], files)


def draft(body: str, files: dict[int, bytes]) -> Draft:
    """The draft of a row; `files` are the contents by place. Raises sqlite3.DataError."""
    if is_broken(body):
        raise sqlite3.DataError("a draft in it was changed by something else")
    try:
        bare = msgspec.convert(json.loads(body), Draft)
    except ValueError as error:
        raise sqlite3.DataError(f"a draft in it can't be read ({error})") from error
    attachments = tuple(replace(a, data=files.get(n)) for n, a in enumerate(bare.attachments))
    return replace(bare, attachments=attachments)


def altered(body: str, files: dict[int, bytes]) -> tuple[str, ...]:
    """The names of files that are missing or not as they were; what is there of them leaves `files`.

    Raises sqlite3.DataError.
    """
    bare = draft(body, {})
    sums = json.loads(body).get("sums", {})
    wrong = [n for n, a in enumerate(bare.attachments) if _is_wrong(sums.get(str(n)), files.get(n))]
    for n in wrong:
        files.pop(n, None)
    return tuple(line(bare.attachments[n].name) for n in wrong)


def body(draft: Draft) -> str:
    """The text of a row, with the SHA-256 of each file in `sums`."""
    bare = tuple(replace(a, data=None) for a in draft.attachments)
    fields = msgspec.to_builtins(replace(draft, attachments=bare), enc_hook=str)
    sums = {n: _sum(a.data) for n, a in enumerate(draft.attachments) if a.data is not None}
    return sealed(json.dumps({"sums": sums, **fields}))


def _is_wrong(expected: str | None, data: bytes | None) -> bool:
    return expected is not None and (data is None or _sum(data) != expected)


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
