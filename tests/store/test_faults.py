"""Every write, sync, open, truncate and delete of a session fails once, and from then on; nothing is lost.

A step either raises OutboxError and changed nothing, or came true. A second store without faults takes the
steps that came true, and must end up equal. TUIMAIL_LONG=1 steps through every write, not every 23rd.
"""

import asyncio
import errno
import os
import sqlite3
from itertools import count

import pytest
from builders import NOW, a_draft, a_queued
from rigs import vfs

from tuimail.mail.errors import OutboxError
from tuimail.mail.hold import filing
from tuimail.mail.hold.item import State
from tuimail.mail.hold.move import begin_body, claim, undo
from tuimail.mail.hold.outcome import Accepted
from tuimail.mail.hold.settle import settle
from tuimail.mail.hold.stop import Stop
from tuimail.mail.letter.draft import Attachment
from tuimail.store.lock import SenderLockFile
from tuimail.store.mark import Mark, MarkFile
from tuimail.store.outbox import FINISHED_KEPT, OutboxFile

LONG = bool(os.environ.get("TUIMAIL_LONG"))
LATER = NOW.later(60)
BIG = Attachment("b", "x/y", 9_000, "", bytes(range(250)) * 36)
TABLES = ("items", "wires", "trail", "drafts", "files", "stops", "counters", "gone", "damaged")

FAULTS = {
    "full": (vfs.FULL, "write"),
    "I/O error of a write": (vfs.IOERR_WRITE, "write"),
    "read-only": (vfs.READONLY, "write"),
    "I/O error of a sync": (vfs.IOERR_FSYNC, "sync"),
    "I/O error of a truncate": (vfs.IOERR_TRUNCATE, "truncate"),
    "I/O error of a delete": (vfs.IOERR_DELETE, "delete"),
    "can't open": (vfs.CANTOPEN, "open"),
}


class Fault:
    """The n-th call of a kind on files in `folder` fails with `code`; with `for_good` those after it too."""

    def __init__(self, folder, code, kind, number, for_good):
        self.folder, self.code, self.kind, self.number, self.for_good = folder, code, kind, number, for_good
        self.seen = 0

    def __call__(self, call):
        if call.kind != self.kind or not call.path.startswith(f"{self.folder}/"):
            return vfs.OK
        self.seen += 1
        hit = self.seen >= self.number if self.for_good else self.seen == self.number
        return self.code if hit else vfs.OK


async def queue_small(store):
    await store.add(*a_queued("i1"))


async def queue_large(store):
    await store.add(*a_queued("i2", a_draft("d2", attachments=(BIG,))))


async def save(store):
    await store.save_draft(a_draft("kept", attachments=(BIG,)), NOW)


async def take_hold(store):
    if (item := await store.item("i1")) and (move := claim(item, LATER, "me")):
        await store.claim(move, None)


async def begin(store):
    if (item := await store.item("i1")) and item.state is State.SENDING:
        await store.move(begin_body(item, LATER, ""))


async def finish(store):
    if (item := await store.item("i1")) and item.state is State.SENDING:
        await store.move(settle(item, Accepted("250 ok"), LATER, 0))


async def file(store):
    if (item := await store.item("i1")) and filing.is_due(item, LATER):
        await store.move(filing.filed(item, LATER, "Sent"))


async def take_back(store):
    if (item := await store.item("i2")) and (move := undo(item, LATER)):
        await store.take_back(move)


async def stop(store):
    await store.stop(Stop("work", 1.0, "535 no"))


async def drop(store):
    await store.drop_draft("kept")


async def forget(store):
    await store.purge(LATER.later(FINISHED_KEPT))


STEPS = (
    *(queue_small, save, queue_large, take_hold, begin, finish, file),
    *(take_back, stop, drop, forget, queue_large),
)


async def session(faulty, sound):
    """The steps on both; those that fail are left out on the sound one. How many failed."""
    failed = 0
    for step in STEPS:
        try:
            await step(faulty)
        except OutboxError as error:
            failed += 1
            assert "\n" not in str(error)
            assert "Nothing was" in str(error)
        else:
            await step(sound)
    await asyncio.gather(faulty.close(), sound.close())
    return failed


def contents(path):
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
    finally:
        connection.close()


def nothing_lost(found, wanted):
    """Every item at least as far as it was said to be. What a disk refused to sync may still be there."""
    reached = {row[0]: row[1] for row in found["items"]}
    return all(reached.get(item, 0) >= version for item, version, *_ in wanted["items"])


@pytest.mark.skipif(bool(vfs.missing()), reason=vfs.missing())
@pytest.mark.parametrize("for_good", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("name", FAULTS)
def test_every_call_may_fail_and_nothing_is_lost_or_falsely_said(tmp_path, name, for_good):
    code, kind = FAULTS[name]
    failures = 0
    for number in count(1, 1 if LONG or kind != "write" else 23):
        faulty, sound = tmp_path / f"{number}" / "faulty", tmp_path / f"{number}" / "sound"
        fault = Fault(faulty, code, kind, number, for_good)
        with vfs.watching(fault, really_sync=False):
            stores = OutboxFile(faulty / "outbox.db"), OutboxFile(sound / "outbox.db")
            failures += asyncio.run(session(*stores))
        if fault.seen < number:
            break
        asyncio.run(_open_again(OutboxFile(faulty / "outbox.db"), OutboxFile(sound / "outbox.db")))
        found, wanted = contents(faulty / "outbox.db"), contents(sound / "outbox.db")
        if kind == "sync" and for_good:
            assert nothing_lost(found, wanted), number
        else:
            assert found == wanted, number
        assert not list(faulty.glob("*damaged*")), number
    print(f"{name}, {'from then on' if for_good else 'once'}: {number - 1} places, {failures} steps refused")
    assert number > 1


async def _open_again(*stores):
    for store in stores:
        await store.items()
        await store.close()


def test_a_mark_that_cannot_be_written_holds_nothing_up(tmp_path):
    (tmp_path / "file").write_text("")
    mark = MarkFile(tmp_path / "file" / "mark")
    mark.write(Mark("id", 1, 2), surely=True)
    assert mark.read() is None
    mark.close()


@pytest.mark.parametrize("text", ["", "half a", "id x y", "\udcff"])
def test_a_mark_that_cannot_be_read_is_none(tmp_path, text):
    (tmp_path / "mark").write_text(text, errors="surrogateescape")
    assert MarkFile(tmp_path / "mark").read() is None


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_sender_lock_that_cannot_be_had_is_a_clear_error(tmp_path, monkeypatch, number):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutboxError, match="Nothing is sent; all is kept"):
        SenderLockFile(tmp_path / "sender.lock", "me").take()


async def test_a_process_without_a_descriptor_left_is_told_and_goes_on_later(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    store = OutboxFile(tmp_path / "outbox.db")
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(OutboxError, match="Too many open files"):
            await store.add(*a_queued())
    await store.add(*a_queued())
    await store.close()
