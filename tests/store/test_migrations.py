"""From every released schema to the newest: killed at any statement it is the old one or the new one.

The schemas stand here as they were released, whatever becomes of the code.
"""

import asyncio
import os
import signal
import sqlite3
from contextlib import closing

import msgspec
import pytest
from builders import NOW, a_draft, a_queued

from tuimail.mail.errors import OutboxError
from tuimail.mail.hold import filing
from tuimail.mail.hold.item import State
from tuimail.mail.hold.move import begin_body, claim
from tuimail.mail.hold.outcome import Accepted
from tuimail.mail.hold.settle import settle
from tuimail.store import database
from tuimail.store.database import migrate
from tuimail.store.outbox import OutboxFile
from tuimail.store.schema import MIGRATIONS

RELEASED_1 = """
CREATE TABLE items (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('waiting', 'paused', 'sending', 'unsure', 'sent', 'failed', 'undone')),
  changed REAL NOT NULL,
  body TEXT NOT NULL,
  draft TEXT NOT NULL
) STRICT;
CREATE INDEX items_by_state ON items (state, changed);
CREATE UNIQUE INDEX items_by_draft ON items (draft) WHERE state <> 'undone';
CREATE TABLE wires (
  item TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  wire BLOB NOT NULL
) STRICT;
CREATE TABLE trail (
  n INTEGER PRIMARY KEY,
  item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
  at REAL NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  why TEXT NOT NULL,
  answer TEXT NOT NULL
) STRICT;
CREATE INDEX trail_by_item ON trail (item, n);
CREATE TABLE drafts (
  id TEXT PRIMARY KEY,
  saved REAL NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE files (
  draft TEXT NOT NULL REFERENCES drafts ON DELETE CASCADE,
  n INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (draft, n)
) STRICT;
PRAGMA user_version = 1;
"""
RELEASED_2 = (
    RELEASED_1
    + """
ALTER TABLE items ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
CREATE INDEX items_by_seq ON items (seq);
CREATE TABLE gone (item TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
CREATE INDEX gone_by_seq ON gone (seq);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counters VALUES ('seq', 0);
CREATE TABLE stops (account TEXT PRIMARY KEY, since REAL NOT NULL, why TEXT NOT NULL) STRICT;
PRAGMA user_version = 2;
"""
)
RELEASED = {1: RELEASED_1, 2: RELEASED_2}
NEW_FIELDS = (
    *("wait", "reasons", "schedule", "batch", "first_try", "looks", "crashes", "handle", "wanted_back"),
)
SENT = 1_000
LATER = NOW.later(60)


def sent_item(name):
    item, submission, draft, _ = a_queued(name)
    begun = begin_body(claim(item, LATER, "me").new, LATER, "").new
    done = settle(begun, Accepted("250 ok"), LATER, 0).new
    return filing.filed(done, LATER, "Sent").new, submission, draft


def body(item):
    """As schema 1 had it: without the fields that came later."""
    fields = msgspec.to_builtins(item, enc_hook=str)
    return msgspec.json.encode({k: v for k, v in fields.items() if k not in NEW_FIELDS}).decode()


def make(path, number):
    """A file of that schema: a thousand sent, one that waits, and a draft."""
    path.parent.mkdir(exist_ok=True)
    waiting, submission, draft, _ = a_queued("waits")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(RELEASED[number])
        columns = "(id, version, state, changed, body, draft)"
        add = f"INSERT INTO items {columns} VALUES (?, ?, ?, ?, ?, ?)"
        wire = "INSERT INTO wires VALUES (?, ?, ?, ?)"
        for n in range(SENT):
            item, sub, _ = sent_item(f"s{n}")
            connection.execute(
                add, (item.id, item.version, item.state, LATER.wall, body(item), f"draft-of-s{n}")
            )
            connection.execute(wire, (item.id, sub.sender, "\n".join(sub.recipients), sub.wire))
        connection.execute(add, ("waits", 1, "waiting", NOW.wall, body(waiting), draft.id))
        connection.execute(wire, ("waits", submission.sender, "a@b.test", submission.wire))
        bare = msgspec.json.encode(msgspec.to_builtins(a_draft(draft.id, attachments=()))).decode()
        connection.execute("INSERT INTO drafts VALUES (?, ?, ?)", (draft.id, NOW.wall, bare))
        connection.commit()


def rows(path):
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        states = connection.execute("SELECT id, version, state, body FROM items ORDER BY id").fetchall()
        schema = connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
    return found, states, schema


async def read(path):
    store = OutboxFile(path)
    try:
        items = {item.id: item for item in await store.items()}
        submission = await store.submission("waits")
        drafts = [draft.id for draft, _ in await store.drafts()]
        report = await store.damage_report()
        draft = await store.draft("draft-of-waits")
        return items, submission, drafts, report, draft
    finally:
        await store.close()


@pytest.mark.parametrize("number", RELEASED)
def test_sent_mail_stays_sent_and_waiting_mail_waits(path, number):
    make(path, number)
    items, submission, drafts, report, draft = asyncio.run(read(path))
    assert items.pop("waits").state is State.WAITING
    assert len(items) == SENT
    assert {item.state for item in items.values()} == {State.SENT}
    assert submission.wire == a_queued("waits")[1].wire
    assert (drafts, report) == ([], "")
    assert draft == a_draft("draft-of-waits", attachments=())


@pytest.mark.parametrize("number", RELEASED)
def test_the_schema_comes_out_the_same_from_wherever_it_began(path, number):
    make(path, number)
    asyncio.run(read(path))
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh, MIGRATIONS)
        wanted = {name for (name,) in fresh.execute("SELECT name FROM sqlite_schema")}
    assert {name for name, _ in rows(path)[2]} == wanted


class Dying(sqlite3.Connection):
    """Ends its process by SIGKILL before the statement whose turn it is."""

    left = 0

    def execute(self, *arguments):
        Dying.left -= 1
        if not Dying.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().execute(*arguments)


def open_and_die(path, statement):
    """In a child: open the outbox, killed before that statement; whether it got through."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            Dying.left = statement
            connect = sqlite3.connect
            database.sqlite3.connect = lambda *a, **k: connect(*a, factory=Dying, **k)
            store = OutboxFile(path)
            store._database._do(lambda connection: Dying.__setattr__)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


@pytest.mark.parametrize("number", RELEASED)
def test_killed_at_any_statement_it_is_the_old_one_or_the_new_one(path, number):
    make(path, number)
    _, before, old = rows(path)
    statement, killed = 0, 0
    through = False
    while not through:
        statement += 1
        through = open_and_die(path, statement)
        killed += not through
        found, now, schema = rows(path)
        assert now == before
        assert (found == number and schema == old) or found == len(MIGRATIONS)
    assert killed > 5
    print(f"schema {number}: killed at {killed} statements")


@pytest.mark.parametrize("number", RELEASED)
def test_a_file_of_a_newer_version_is_refused_byte_for_byte_untouched(path, number):
    make(path, number)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = path.read_bytes()
    with pytest.raises(OutboxError, match="newer version"):
        asyncio.run(read(path))
    assert path.read_bytes() == before


def test_another_program_s_file_is_refused_byte_for_byte_untouched(path):
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (a INTEGER)")
    before = path.read_bytes()
    with pytest.raises(OutboxError, match="another program"):
        asyncio.run(read(path))
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*damaged*"))
