"""The tables of cache.db.

`envelopes.id` is time-ordered (`cache_key`), so that newest first is `ORDER BY id DESC` everywhere. `blocks`
counts what stands in a stretch of time of a folder: rows (`list` = 2 * folder) and conversations
(2 * folder + 1), so that the row on which something stands is found without walking there.
"""

from tuimail.store import index

_TABLES = """
DROP TABLE IF EXISTS folders;
DROP TABLE IF EXISTS envelopes;
DROP TABLE IF EXISTS bodies;
DROP TABLE IF EXISTS addresses;
DROP TABLE IF EXISTS written;
CREATE TABLE folders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  place INTEGER,
  title TEXT NOT NULL DEFAULT '',
  role TEXT NOT NULL DEFAULT '',
  said_total INTEGER NOT NULL DEFAULT 0,
  said_unread INTEGER NOT NULL DEFAULT 0,
  mark TEXT,
  total INTEGER NOT NULL DEFAULT 0,
  unread INTEGER NOT NULL DEFAULT 0,
  threads INTEGER NOT NULL DEFAULT 0,
  threads_unread INTEGER NOT NULL DEFAULT 0,
  moves INTEGER NOT NULL DEFAULT 0,
  touches INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, name)
) STRICT;
CREATE TABLE envelopes (
  id INTEGER PRIMARY KEY,
  folder INTEGER NOT NULL,
  number INTEGER NOT NULL,
  uid TEXT NOT NULL,
  thread INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  flagged INTEGER NOT NULL,
  attached INTEGER NOT NULL,
  body INTEGER NOT NULL,
  received REAL NOT NULL,
  size INTEGER NOT NULL,
  flags TEXT NOT NULL,
  labels TEXT NOT NULL,
  sender_name TEXT NOT NULL,
  sender_spec TEXT NOT NULL,
  subject TEXT NOT NULL,
  recipients TEXT NOT NULL,
  ids TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX envelopes_place ON envelopes (folder, number, uid);
CREATE INDEX envelopes_newest ON envelopes (folder);
CREATE INDEX envelopes_thread ON envelopes (thread, folder, id, unread, flagged, attached);
CREATE INDEX envelopes_unread ON envelopes (folder) WHERE unread = 1;
CREATE INDEX envelopes_bodiless ON envelopes (folder) WHERE body = 0;
CREATE TABLE bodies (
  id INTEGER PRIMARY KEY,
  raw BLOB NOT NULL
) STRICT;
CREATE TABLE threads (
  thread INTEGER NOT NULL,
  folder INTEGER NOT NULL,
  newest INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  PRIMARY KEY (thread, folder)
) STRICT, WITHOUT ROWID;
CREATE INDEX threads_newest ON threads (folder, newest);
CREATE INDEX threads_unread ON threads (folder, newest) WHERE unread = 1;
CREATE TABLE message_ids (
  hash INTEGER PRIMARY KEY,
  thread INTEGER NOT NULL
) STRICT;
CREATE TABLE joined (
  thread INTEGER PRIMARY KEY,
  root INTEGER NOT NULL
) STRICT;
CREATE INDEX joined_root ON joined (root);
CREATE TABLE serial (next INTEGER NOT NULL) STRICT;
INSERT INTO serial VALUES (1);
CREATE TABLE blocks (
  list INTEGER NOT NULL,
  block INTEGER NOT NULL,
  total INTEGER NOT NULL,
  PRIMARY KEY (list, block)
) STRICT, WITHOUT ROWID;
CREATE TABLE people (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  spec TEXT NOT NULL,
  name TEXT NOT NULL,
  first REAL NOT NULL,
  last REAL NOT NULL,
  named REAL NOT NULL,
  written INTEGER NOT NULL DEFAULT 0,
  first_written REAL,
  words TEXT NOT NULL
) STRICT;
CREATE INDEX people_likeliest ON people (written, last);
CREATE TABLE people_words (
  word TEXT NOT NULL,
  person INTEGER NOT NULL,
  PRIMARY KEY (word, person)
) STRICT, WITHOUT ROWID"""

MIGRATIONS = ("", "", f"{_TABLES};\n{index.SCHEMA.strip()}")
"""What was cached by schemas 1 and 2 is thrown away: it comes again with the next synchronisation."""
