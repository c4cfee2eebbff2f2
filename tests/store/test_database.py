"""One SQLite file on one thread: transactions, migrations, and errors as a line for a person."""

import asyncio
import contextlib
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tuimail.mail.errors import OutboxError
from tuimail.store.database import Database, enter_wal, in_words, migrate, transaction

ONE = "CREATE TABLE one (a INTEGER)"
TWO = "CREATE TABLE two (a INTEGER);\nINSERT INTO one VALUES (2)"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "some.db"


@pytest.fixture
async def database(path):
    opened = Database(path, (ONE,))
    yield opened
    await opened.close()


def tables(connection):
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}


async def test_all_work_happens_in_turn_on_one_thread(database):
    threads = await asyncio.gather(*(database.run(lambda _: threading.get_ident()) for _ in range(5)))
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


async def test_a_transaction_that_raises_leaves_nothing(database):
    def job(connection):
        with transaction(connection):
            connection.execute("INSERT INTO one VALUES (1)")
            raise KeyError

    with pytest.raises(KeyError):
        await database.run(job)
    assert await database.run(lambda c: c.execute("SELECT * FROM one").fetchall()) == []


async def test_a_reader_of_a_transaction_holds_off_other_writers(path, database):
    """IMMEDIATE: what was read inside is still so when it is written."""

    def job(connection):
        with transaction(connection):
            other = sqlite3.connect(path, timeout=0)
            try:
                other.execute("INSERT INTO one VALUES (1)")
            finally:
                other.close()

    with pytest.raises(OutboxError, match="another program holds it"):
        await database.run(job)


def test_eight_that_make_a_file_at_once_all_get_in(tmp_path):
    """SQLite refuses some the change to WAL without waiting, often enough to see in fifty rounds."""

    def enter(path, gate):
        connection = sqlite3.connect(path, isolation_level=None)
        gate.wait()
        with contextlib.closing(connection):
            connection.execute("PRAGMA busy_timeout = 5000")
            enter_wal(connection)
            migrate(connection, (ONE,))

    with ThreadPoolExecutor(8) as threads:
        for n in range(50):
            gate = threading.Barrier(8)
            for entered in [threads.submit(enter, tmp_path / f"{n}.db", gate) for _ in range(8)]:
                entered.result()


def test_a_migration_runs_once_and_from_where_the_file_is():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, (ONE,))
    migrate(connection, (ONE, TWO))
    migrate(connection, (ONE, TWO))
    assert tables(connection) == {"one", "two"}
    assert connection.execute("SELECT a FROM one").fetchall() == [(2,)]
    connection.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, (ONE,))
    with pytest.raises(sqlite3.Error):
        migrate(connection, (ONE, "CREATE TABLE two (a INTEGER);\nNONSENSE"))
    assert tables(connection) == {"one"}
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()


def test_a_stranger_s_file_is_refused_and_left_alone():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE theirs (a INTEGER)")
    with pytest.raises(sqlite3.DatabaseError, match="another program"):
        migrate(connection, (ONE,))
    assert tables(connection) == {"theirs"}
    connection.close()


def test_a_newer_file_is_refused():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA user_version = 7")
    with pytest.raises(sqlite3.DatabaseError, match="newer version"):
        migrate(connection, (ONE,))
    connection.close()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SQLITE_FULL", "the disk is full"),
        ("SQLITE_READONLY_DBMOVED", "read-only"),
        ("SQLITE_BUSY_SNAPSHOT", "another program"),
        ("SQLITE_NOTADB", "damaged"),
        ("SQLITE_CORRUPT_VTAB", "damaged"),
        ("SQLITE_CANTOPEN", "permissions"),
        ("SQLITE_IOERR_WRITE", "the disk reports an error"),
        ("SQLITE_ERROR", "something else"),
    ],
)
def test_every_error_is_one_line_that_says_what_was_kept(path, name, words):
    error = sqlite3.OperationalError("something else")
    error.sqlite_errorname = name
    said = in_words(error, path)
    assert said.startswith("some.db: ")
    assert words in said
    assert said.endswith("Nothing was changed, what you wrote is kept.")
    assert "\n" not in said


@pytest.mark.parametrize("disposable", [True, False])
async def test_only_a_disposable_file_begins_anew_when_it_can_not_be_read(path, disposable):
    path.write_bytes(b"no database\n" * 100)
    opened = Database(path, (ONE,), disposable=disposable)
    if disposable:
        assert await opened.run(tables) == {"one"}
    else:
        with pytest.raises(OutboxError):
            await opened.run(tables)
        assert path.read_bytes() == b"no database\n" * 100
    await opened.close()


async def test_what_a_job_itself_raises_throws_nothing_away(path):
    opened = Database(path, (ONE,), disposable=True)
    await opened.run(lambda c: c.execute("INSERT INTO one VALUES (1)").close())
    with pytest.raises(OutboxError):
        await opened.run(lambda c: c.execute("SELECT nothing FROM nowhere"))
    assert await opened.run(lambda c: c.execute("SELECT a FROM one").fetchall()) == [(1,)]
    await opened.close()
