"""A damaged outbox is set aside and what can be read of it is saved, once, whoever comes and however it ends.

TUIMAIL_LONG=1 kills at every step, not at every ninth.
"""

import asyncio
import os
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count

import pytest
from builders import NOW, a_draft, a_queued

from tuimail.mail.errors import OutboxError
from tuimail.mail.hold.item import State
from tuimail.mail.hold.move import begin_body, claim, undo
from tuimail.mail.hold.outcome import Accepted, Vanished
from tuimail.mail.hold.restored import SALVAGED
from tuimail.mail.hold.settle import settle
from tuimail.mail.hold.stop import Stop
from tuimail.store import salvage
from tuimail.store.outbox import OutboxFile

LATER = NOW.later(60)
PAGE = 4096


async def fill(path):
    """One mail in each state that matters, and two drafts."""
    store = OutboxFile(path)
    for name in ("waiting", "sending", "body", "unsure", "sent", "undone"):
        await store.add(*a_queued(name))
    for name in ("sending", "body", "unsure", "sent"):
        await store.move(claim(await store.item(name), LATER, "me"))
    for name in ("body", "unsure", "sent"):
        await store.move(begin_body(await store.item(name), LATER, ""))
    await store.move(settle(await store.item("unsure"), Vanished("gone"), LATER, 0))
    await store.move(settle(await store.item("sent"), Accepted("250 ok"), LATER, 0))
    await store.take_back(undo(await store.item("undone"), LATER))
    await store.save_draft(a_draft("draft"), NOW)
    await store.stop(Stop("home", 1.0, "535 no"))
    await store.close()


def spoil(path):
    """No header any more: SQLite reads nothing of it."""
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])


def aside(path):
    return [file for file in path.parent.iterdir() if "damaged" in file.name]


@pytest.fixture
def damaged(path):
    asyncio.run(fill(path))
    spoil(path)
    return path


async def test_nothing_salvaged_leaves_unasked_and_what_is_finished_stays(path):
    await fill(path)
    spoil(path)
    store = OutboxFile(path)
    items = {item.id: item for item in await store.items()}
    assert {name: item.state for name, item in items.items()} == {
        "waiting": State.PAUSED,
        "sending": State.PAUSED,
        "body": State.UNSURE,
        "unsure": State.UNSURE,
        "sent": State.SENT,
        "undone": State.UNDONE,
    }
    assert items["waiting"].why == items["sending"].why == SALVAGED
    assert [entry.after for entry in await store.trail("sending")] == ["waiting", "sending", "paused"]
    assert {draft.id for draft, _ in await store.drafts()} == {"draft", "draft-of-undone"}
    assert await store.draft("draft-of-waiting") == a_queued("waiting")[2]
    assert (await store.submission("waiting")).wire == a_queued("waiting")[1].wire
    assert [stop.account for stop in await store.stops()] == ["home"]
    await store.close()


async def test_it_is_told_once_and_the_damaged_file_is_kept_as_it_was(path):
    await fill(path)
    spoil(path)
    before = path.read_bytes()
    store = OutboxFile(path)
    report = await store.damage_report()
    (kept,) = aside(path)
    assert report.startswith("outbox.db was damaged. 6 mails and 2 drafts were saved.")
    assert report.endswith(f"The damaged file is kept as {kept}.")
    assert kept.read_bytes() == before
    assert await store.damage_report() == ""
    await store.close()


async def test_a_mail_whose_bytes_are_lost_is_a_draft_again(path):
    await fill(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM wires WHERE item = 'waiting'")
        connection.commit()
    spoil(path)
    store = OutboxFile(path)
    assert await store.item("waiting") is None
    assert "draft-of-waiting" in {draft.id for draft, _ in await store.drafts()}
    await store.close()


async def test_the_others_see_the_new_file_and_nothing_they_write_is_lost(path):
    """A process that has the old one open goes on with the new one."""
    await fill(path)
    other = OutboxFile(path)
    assert len(await other.items()) == 6
    changes, seen = await other.changes(), (await other.since(-1)).seen
    damage_pages_of(path)
    finder = OutboxFile(path)
    assert (await finder.damage_report(look=True)).startswith("outbox.db was damaged")
    await other.save_draft(a_draft("late"), LATER)
    assert await other.changes() != changes
    assert {item.id for item in (await other.since(seen)).items} >= {"waiting", "sending"}
    assert await finder.draft("late") == a_draft("late")
    await finder.close()
    await other.close()
    again = OutboxFile(path)
    assert await again.draft("late") == a_draft("late")
    await again.close()


def damage_pages_of(path):
    """An index that lost an entry, by a connection that knows no better."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'items_by_seq'")
        connection.commit()


def test_of_eight_processes_that_find_it_damaged_one_salvages(damaged, in_child):
    def look():
        return asyncio.run(_count(damaged))

    with ThreadPoolExecutor(8) as threads:
        counts = [job.result() for job in [threads.submit(in_child, look) for _ in range(8)]]
    assert counts == [6] * 8
    assert len(aside(damaged)) == 1


async def _count(path):
    store = OutboxFile(path)
    try:
        return len(await store.items())
    finally:
        await store.close()


def test_killed_at_any_step_the_next_one_finishes_it(tmp_path):
    """SIGKILL before each statement, rename, removal and sync of the salvage."""
    killed = 0
    for step in count(1, 1 if os.environ.get("TUIMAIL_LONG") else 9):
        path = tmp_path / f"{step}" / "outbox.db"
        path.parent.mkdir()
        asyncio.run(fill(path))
        spoil(path)
        before = path.read_bytes()
        through = salvage_and_die(path, step)
        killed += not through
        assert asyncio.run(_count(path)) == 6, step
        (kept,) = aside(path)
        assert kept.read_bytes() == before, step
        assert not list(path.parent.glob("*salvag*")), step
        if through:
            break
    print(f"killed at {killed} steps")
    assert killed > 9


def salvage_and_die(path, steps):
    """In a child; whether it got through."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            _die_after(steps)
            asyncio.run(_count(path))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def _die_after(steps):
    left = [steps]

    def turn(function):
        def turned(*arguments, **named):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **named)

        return turned

    class Dying(sqlite3.Connection):
        execute = turn(sqlite3.Connection.execute)

    connect = sqlite3.connect
    salvage.sqlite3.connect = lambda *a, **k: connect(*a, factory=Dying, **k)
    salvage.Path.rename = turn(salvage.Path.rename)
    salvage.Path.unlink = turn(salvage.Path.unlink)
    salvage.os.fsync = turn(salvage.os.fsync)


@pytest.mark.parametrize("name", ["SQLITE_FULL", "SQLITE_IOERR_READ", "SQLITE_BUSY", "SQLITE_READONLY"])
async def test_a_failing_disk_is_never_taken_for_a_damaged_file(path, name):
    await fill(path)
    store = OutboxFile(path)

    def fails(_):
        error = sqlite3.OperationalError("no")
        error.sqlite_errorname = name
        raise error

    with pytest.raises(OutboxError):
        await store._database.run(fails)
    assert aside(path) == []
    await store.close()


@pytest.mark.parametrize("statement", ["SELECT nothing FROM nowhere", "INSERT INTO items (id) VALUES (1)"])
async def test_a_statement_that_fails_on_a_sound_file_salvages_nothing(path, statement):
    await fill(path)
    store = OutboxFile(path)
    with pytest.raises(OutboxError):
        await store._database.run(lambda connection: connection.execute(statement))
    assert aside(path) == []
    await store.close()
