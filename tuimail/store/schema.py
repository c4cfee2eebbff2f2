"""The schemas of outbox.db, each a script that leads on from the one before.

`facts` holds the file's identity and what is still to be told; `damaged` the rows that could not be read.
"""

from tuimail.mail.hold.item import State

SCHEMA_1 = f"""
CREATE TABLE items (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ({", ".join(f"'{s}'" for s in State)})),
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
) STRICT"""
SCHEMA_2 = """
ALTER TABLE items ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
CREATE INDEX items_by_seq ON items (seq);
CREATE TABLE gone (item TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
CREATE INDEX gone_by_seq ON gone (seq);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counters VALUES ('seq', 0);
CREATE TABLE stops (account TEXT PRIMARY KEY, since REAL NOT NULL, why TEXT NOT NULL) STRICT"""
SCHEMA_3 = """
ALTER TABLE wires ADD COLUMN sha256 TEXT NOT NULL DEFAULT '';
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO facts VALUES ('identity', lower(hex(randomblob(16))));
INSERT INTO facts SELECT 'mark', iif(EXISTS (SELECT 1 FROM items), 'before marks', 'none yet');
CREATE TABLE damaged (kind TEXT NOT NULL, id TEXT NOT NULL, row ANY NOT NULL) STRICT"""
MIGRATIONS = (SCHEMA_1, SCHEMA_2, SCHEMA_3)
